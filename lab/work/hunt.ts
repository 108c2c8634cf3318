import { computed, effect, signal } from '@preact/signals';
import type { ExerciseId } from '../../src/verify/exercises.ts';
import { code, pieceIds, starters } from './code.ts';
import { gradeNoted } from './grade-noted.ts';
import { asked, gradingError, standings } from './grading.ts';
import { type Visit, visited } from './visit.ts';

/** Whether the pieces that were asked about were right as the link brought them, whatever became of them since. */
const brought = signal<Partial<Record<ExerciseId, boolean>>>({});
let of: Visit | null = null;
let looking = new Set<ExerciseId>();

// A hunter may mend a piece before asking about it: then the link's own text is graded, too.
effect(() => {
  const visit = visited.value;
  if (visit !== of) {
    of = visit;
    looking = new Set();
    brought.value = {};
  }
  if (!visit?.state.hunt) return;
  for (const id of asked.value) {
    if (brought.peek()[id] !== undefined || looking.has(id)) continue;
    const { grade, of: graded } = standings[id].value;
    const brings = visit.state.code[id];
    if (grade && graded === brings) know(id, grade.verdict === 'correct');
    else if (code[id].value !== brings) void look(visit, id);
  }
});

async function look(visit: Visit, id: ExerciseId): Promise<void> {
  looking.add(id);
  try {
    const { verdict } = await gradeNoted(id, { ...starters, ...visit.state.code });
    if (visit === of) know(id, verdict === 'correct');
  } catch (error) {
    gradingError.value = error;
  }
}

function know(id: ExerciseId, right: boolean): void {
  brought.value = { ...brought.peek(), [id]: right };
}

export interface Hunt {
  /** `clean`: all six were asked about, and none was wrong. */
  readonly name: 'open' | 'found' | 'mended' | 'clean';
  /** What is known to have been wrong. */
  readonly wrong: readonly ExerciseId[];
}

/** How far the hunter is. Nothing is told of a piece that was not asked about. */
export const hunt = computed<Hunt>(() => {
  const known = brought.value;
  const wrong = pieceIds.filter((id) => asked.value.has(id) && known[id] === false);
  const right = (id: ExerciseId): boolean => {
    const { grade, stale } = standings[id].value;
    return grade?.verdict === 'correct' && !stale;
  };
  if (wrong.length > 0) return { name: [...asked.value].every(right) ? 'mended' : 'found', wrong };
  return { name: pieceIds.every((id) => known[id] === true) ? 'clean' : 'open', wrong };
});
