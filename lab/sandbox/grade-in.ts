import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { Grade } from '../../src/verify/grade.ts';
import { syntaxFingerprints } from '../../src/verify/grading/text.ts';
import { checkedGrade, errorGrade } from './checked-grade.ts';
import type { Frame } from './frame.ts';
import { type Ending, startLearner } from './learner-worker.ts';
import { patience } from './patience.ts';
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
          else if (ending.why === 'failed' && ending.message === '')
            resolve(whyNot(frame, library, exercise, code[exercise]));
          else resolve(endedGrade(exercise, ending, program, code[exercise]));
        },
      },
    );
  });
}

const unreadable = 'the worker gave no grade that can be read';

/** What the visitor is told of code that did not come to an end. */
export const stopped: Readonly<Record<Exclude<Ending['why'], 'failed'>, string>> = {
  stuck: stuckAfter(patience),
  silent: 'your code did not begin within 10 seconds; it got a new worker',
  lost: 'the process in which your code runs has ended, most likely for want of memory; it got a new one',
};

/** The same of code that gave no sign of life for so long; `where`: ` in dW`. */
export function stuckAfter(seconds: number, where = ''): string {
  return `after ${seconds} seconds${where}: a loop without an end, or more memory than there is; your code got a new worker`;
}

/** The line of an exception as the editor counts. */
function placed(grade: Grade, failure: Failure | null, program: Program): Grade {
  if (!grade.error) return grade;
  return { ...grade, error: { ...grade.error, line: program.place(failure?.lines)?.line ?? null } };
}

const unparsed =
  'this is no JavaScript: a bracket or a quote without its other half, perhaps (this browser does not say where)';
const barred = 'no worker starts here: the content security policy or the isolation of this page does not let it';

/**
 * Why a program did not start of which the browser says nothing: Firefox is as silent about a script that it cannot parse
 * as all are about one that the page does not allow. So the library is tried by itself.
 */
function whyNot(frame: Frame, library: string, exercise: ExerciseId, code: string): Promise<Grade> {
  return new Promise((resolve) => {
    const answer = (name: string, message: string): void => resolve(explained(exercise, name, message, null, code));
    const worker = startLearner(
      frame,
      programOf(library, [], {} as Code),
      { job: 'grade', exercise, code: '' },
      {
        hear() {
          worker.end();
          answer('SyntaxError', unparsed);
        },
        ended: () => answer('Error', barred),
      },
    );
  });
}

function endedGrade(exercise: ExerciseId, ending: Ending, program: Program, code: string): Grade {
  if (ending.why !== 'failed') return errorGrade(exercise, 'Stopped', stopped[ending.why]);
  const { message, line } = ending;
  const [, name = 'Error', said = message] = /^(?:Uncaught )?(\w*(?:Error|Forbidden)): (.*)$/s.exec(message) ?? [];
  return explained(exercise, name, said, program.place([line])?.line ?? null, code);
}

function explained(exercise: ExerciseId, name: string, message: string, line: number | null, code: string): Grade {
  const grade = errorGrade(exercise, name, message, line);
  return name === 'SyntaxError' ? { ...grade, fingerprints: syntaxFingerprints(exercise, code, message) } : grade;
}
