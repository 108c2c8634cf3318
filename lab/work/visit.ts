import { batch, effect, signal } from '@preact/signals';
import type { ExerciseId } from '../../src/verify/exercises.ts';
import { decodeLink, type LinkState } from '../link.ts';
import { code, origin, pieceIds, starters } from './code.ts';
import { type Desk, desk, layOut } from './desk.ts';
import { asked } from './grading.ts';

/** Somebody else's work on the desk: the text of the link after `#`, and what it holds. */
export interface Visit {
  readonly link: string;
  readonly state: LinkState;
}

/** Null while the visitor's own work lies there. A new object for each visit. */
export const visited = signal<Visit | null>(null);

/** What the visitor made of a link, for as long as the tab is open. */
interface Begun {
  readonly desk: Desk;
  readonly asked: readonly ExerciseId[];
}

const current = 'neuroforge-visit';
const placeOf = (link: string): string => `${current}:${link}`;
let watching = false;

/** Lays out what the link brought; `goOn`: as it was left in this tab, if it was begun. */
export function beginVisit(visit: Visit, goOn: boolean): void {
  const { state, link } = visit;
  const { data, hidden, lr, batch: size, epochs, seed } = state;
  const begun = goOn ? begunOf(link) : null;
  batch(() => {
    origin.value = state.hunt ? 'hunt' : 'link';
    visited.value = visit;
    asked.value = new Set(begun?.asked);
    layOut(
      begun?.desk ?? {
        settings: { data, hidden, lr, batch: size, epochs, seed },
        ...Object.fromEntries(pieceIds.map((id) => [`code/${id}`, state.code[id]])),
      },
    );
  });
  if (watching) return;
  watching = true;
  effect(() => {
    leaveBehind(visited.value, { desk: desk(), asked: [...asked.value] });
  });
}

/** Goes on with the visit that a reload has interrupted. */
export async function resumeVisit(): Promise<void> {
  try {
    const link = sessionStorage.getItem(current);
    if (link !== null && visited.peek() === null) beginVisit({ link, state: await decodeLink(link) }, true);
  } catch {
    // No storage, or not ours: there is no visit.
  }
}

/** Whether something was made of this link that can be gone on with. */
export function wasBegun(link: string): boolean {
  return begunOf(link) !== null;
}

/** What a piece began as: the link's text, or the empty function. */
export function beginningOf(id: ExerciseId): string {
  return visited.value?.state.code[id] ?? starters[id];
}

export function startOver(id: ExerciseId): void {
  code[id].value = beginningOf(id);
}

function begunOf(link: string): Begun | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(placeOf(link)) ?? 'null') as Partial<Begun> | null;
    if (typeof found?.desk !== 'object' || found.desk === null || !Array.isArray(found.asked)) return null;
    return { desk: found.desk, asked: pieceIds.filter((id) => found.asked?.includes(id)) };
  } catch {
    return null;
  }
}

function leaveBehind(visit: Visit | null, now: Begun): void {
  try {
    if (visit === null) sessionStorage.removeItem(current);
    else {
      sessionStorage.setItem(current, visit.link);
      sessionStorage.setItem(placeOf(visit.link), JSON.stringify(now));
    }
  } catch {
    // No storage, or full: a reload begins anew.
  }
}
