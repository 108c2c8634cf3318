/**
 * Where a learner's code runs: each grading and each training in a worker of its own, in a frame of opaque origin
 * without network or storage (see policy.ts). A worker whose code does not come back in time is ended: see patience.ts.
 */
import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { Grade } from '../../src/verify/grade.ts';
import { Frame } from './frame.ts';
import { gradeIn } from './grade-in.ts';
import { trainIn } from './train-in.ts';
import type { Code, TrainRun, TrainSpec } from './types.ts';

export { trainLibrary } from './train-library.ts';
export type { Code, LabData, TrainEnd, TrainEvent, TrainRun, TrainSpec } from './types.ts';

export interface Sandbox {
  /**
   * Never rejects for anything that the code does: an exception, three seconds without an end (`error.name` is
   * `Stopped`) and closed doors (`Forbidden`) are grades with the verdict `error`. Each begins at once, in a worker of
   * its own.
   */
  grade(id: ExerciseId, code: Code): Promise<Grade>;
  /** The learner's network; what the code does wrong is an event and the run's end. */
  train(spec: TrainSpec, code: Code): TrainRun;
}

/**
 * Makes the hidden frame in `container`, where it stays with the page. Rejects with NF4170 where the page's policy does
 * not allow it; then nothing stays.
 */
export async function openSandbox(container: HTMLElement): Promise<Sandbox> {
  const frame = new Frame(container);
  try {
    const [{ default: library }] = await Promise.all([import('virtual:sandbox-script'), frame.open()]);
    return {
      grade: (id, code) => gradeIn(frame, library, id, code),
      train: (spec, code) => trainIn(frame, library, spec, code),
    };
  } catch (error) {
    frame.close();
    throw error;
  }
}
