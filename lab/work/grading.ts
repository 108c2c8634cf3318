import { computed, effect, type Signal, signal } from '@preact/signals';
import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { Grade } from '../../src/verify/grade.ts';
import { allCode, begun, byPiece, code, origin, pieceIds } from './code.ts';
import { gradeNoted } from './grade-noted.ts';

/** What is known of a piece. `stale`: the text has changed since. */
export interface Standing {
  readonly grade: Grade | null;
  /** The text that was graded. */
  readonly of: string;
  readonly stale: boolean;
}

const unknown: Standing = { grade: null, of: '', stale: false };
export const standings: Readonly<Record<ExerciseId, Signal<Standing>>> = byPiece(() => signal(unknown));
export const correct = computed(
  () => pieceIds.filter((id) => standings[id].value.grade?.verdict === 'correct' && !standings[id].value.stale).length,
);
/** What keeps the page from grading at all. */
export const gradingError = signal<unknown>(null);

/** In a bug hunt only pieces that the visitor asked about are graded. */
export const asked = signal<ReadonlySet<ExerciseId>>(new Set());

export function ask(id: ExerciseId): void {
  asked.value = new Set([...asked.value, id]);
}

/** The pause in typing after which a piece is graded, in milliseconds. */
const pause = 400;
let watching = false;

/** From now on each piece is graded whenever its text has rested; the chain is graded with right pieces, so by its own. */
export function watchCode(): void {
  if (watching) return;
  watching = true;
  for (const id of pieceIds) watch(id);
}

function watch(id: ExerciseId): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen = '';
  effect(() => {
    const text = code[id].value;
    const wanted = begun(id, text) && (origin.value !== 'hunt' || asked.value.has(id));
    const key = `${wanted}${text}`;
    if (key === seen) return;
    seen = key;
    clearTimeout(timer);
    const standing = standings[id];
    if (!wanted) {
      standing.value = unknown;
      return;
    }
    standing.value = { ...standing.peek(), stale: true };
    timer = setTimeout(() => {
      waiting.set(id, () => seen === key);
      gradeNext();
    }, pause);
  });
}

/** Gradings at once: a piece whose code does not end keeps no other one waiting. */
const most = 2;
const running = new Set<ExerciseId>();
/** By piece, whether its text is still the one that was to be graded. */
const waiting = new Map<ExerciseId, () => boolean>();

/** Starts what may start: of one piece a grading at a time, and none of a text that has changed while it waited. */
function gradeNext(): void {
  for (const [id, current] of waiting) {
    if (running.size >= most) return;
    if (running.has(id)) continue;
    waiting.delete(id);
    if (!current()) continue;
    running.add(id);
    void gradeNow(id, current).then(() => {
      running.delete(id);
      gradeNext();
    });
  }
}

async function gradeNow(id: ExerciseId, current: () => boolean): Promise<void> {
  try {
    const texts = allCode.peek();
    const grade = await gradeNoted(id, texts);
    gradingError.value = null;
    if (current()) standings[id].value = { grade, of: texts[id], stale: false };
  } catch (error) {
    gradingError.value = error;
  }
}
