import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { Grade } from '../../src/verify/grade.ts';
import { syntaxFingerprints } from '../../src/verify/grading/text.ts';
import { checkedGrade, errorGrade } from './checked-grade.ts';
import type { Frame } from './frame.ts';
import { type Ending, startLearner } from './learner-worker.ts';
import { type Program, programOf } from './program.ts';
import type { Code } from './types.ts';
import type { Failure } from './worker/pieces.ts';

/** Grades one piece in a worker of its own; once more where the frame went down with it, for another's fault perhaps. */
export function gradeIn(frame: Frame, library: string, exercise: ExerciseId, code: Code, again = true): Promise<Grade> {
  const program = programOf(library, [exercise], code);
  return new Promise((resolve) => {
    const worker = startLearner(
      frame,
      program,
      { job: 'grade', exercise, code: code[exercise] },
      {
        hear(sign) {
          if (sign.sign !== 'grade') return;
          worker.end();
          const grade = checkedGrade(sign.grade, exercise);
          resolve(grade ? placed(grade, sign.failure, program) : errorGrade(exercise, 'Error', unreadable));
        },
        ended: (ending) => {
          if (ending.why === 'lost' && again) resolve(gradeIn(frame, library, exercise, code, false));
          else resolve(endedGrade(exercise, ending, program, code[exercise]));
        },
      },
    );
  });
}

const unreadable = 'the worker gave no grade that can be read';

/** What the visitor is told of code that did not come to an end. */
export const stopped: Readonly<Record<Exclude<Ending['why'], 'failed'>, string>> = {
  stuck: 'after 3 seconds: a loop without an end, or more memory than there is; your code got a new worker',
  silent: 'your code did not begin within 10 seconds; it got a new worker',
  lost: 'the process in which your code runs has ended, most likely for want of memory; it got a new one',
};

/** The line of an exception as the editor counts. */
function placed(grade: Grade, failure: Failure | null, program: Program): Grade {
  if (!grade.error) return grade;
  return { ...grade, error: { ...grade.error, line: program.place(failure?.lines)?.line ?? null } };
}

function endedGrade(exercise: ExerciseId, ending: Ending, program: Program, code: string): Grade {
  if (ending.why !== 'failed') return errorGrade(exercise, 'Stopped', stopped[ending.why]);
  const { message, line } = ending;
  const [, name = 'Error', said = message] = /^(?:Uncaught )?(\w*(?:Error|Forbidden)): (.*)$/s.exec(message) ?? [];
  const grade = errorGrade(exercise, name, said, program.place([line])?.line ?? null);
  return name === 'SyntaxError' ? { ...grade, fingerprints: syntaxFingerprints(exercise, code, said) } : grade;
}
