import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { Grade } from '../../src/verify/grade.ts';
import { errorGrade } from '../sandbox/checked-grade.ts';
import type { Code } from './code.ts';
import { begins, wasFatal } from './fatal.ts';
import { sandbox } from './sandbox.ts';

const tookDown =
  'the page went down the last time that this was checked, most likely for want of memory; change it, and it is checked again';

/** Grades a piece; not a text that took a page down while it was graded, whose grade says so. */
export async function gradeNoted(id: ExerciseId, code: Code): Promise<Grade> {
  if (await wasFatal(id, code[id])) return errorGrade(id, 'Stopped', tookDown);
  const box = await sandbox();
  const back = begins(id, code[id]);
  return box.grade(id, code).finally(back);
}
