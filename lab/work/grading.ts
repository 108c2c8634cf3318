import { computed, effect, type Signal, signal } from '@preact/signals';
import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { Grade } from '../../src/verify/grade.ts';
import { errorGrade } from '../sandbox/checked-grade.ts';
import { allCode, begun, byPiece, code, origin, pieceIds } from './code.ts';
import { begins, wasFatal } from './fatal.ts';
import { sandbox } from './sandbox.ts';

/** What is known of a piece. `stale`: the text has changed since. */
export interface Standing {
  readonly grade: Grade | null;
  readonly stale: boolean;
}

const unknown: Standing = { grade: null, stale: false };
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
const tookDown =
  'the page went down the last time that this was checked, most likely for want of memory; change it, and it is checked again';
let watching = false;

/** From now on each piece is graded whenever its text, or for the chain any text, has rested. */
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
    const others = id === 'chain' ? JSON.stringify(allCode.value) : '';
    const wanted = begun(id, text) && (origin.value !== 'hunt' || asked.value.has(id));
    const key = `${wanted}${text}${others}`;
    if (key === seen) return;
    seen = key;
    clearTimeout(timer);
    const standing = standings[id];
    if (!wanted) {
      standing.value = unknown;
      return;
    }
    standing.value = { grade: standing.peek().grade, stale: true };
    timer = setTimeout(async () => {
      const fatal = await wasFatal(id, text);
      if (!fatal) void gradeNow(id, () => seen === key);
      else if (seen === key) standing.value = { grade: errorGrade(id, 'Stopped', tookDown), stale: false };
    }, pause);
  });
}

let queue: Promise<void> = Promise.resolve();

/** One after the other; a text that has changed while it waited is not graded any more. */
function gradeNow(id: ExerciseId, current: () => boolean): Promise<void> {
  queue = queue.then(async () => {
    if (!current()) return;
    try {
      const box = await sandbox();
      const all = allCode.peek();
      const back = begins(id, all[id]);
      const grade = await box.grade(id, all).finally(back);
      gradingError.value = null;
      if (current()) standings[id].value = { grade, stale: false };
    } catch (error) {
      gradingError.value = error;
    }
  });
  return queue;
}
