import { NeuroForgeError } from '../../src/core/errors.ts';
import { type ExerciseId, exerciseOf, exercises } from '../../src/verify/exercises.ts';
import { type FitInWorker, fitInWorker } from '../../src/worker/fit-in-worker.ts';
import type { Opening } from '../../src/worker/messages.ts';
import type { Frame } from './frame.ts';
import { stopped, stuckAfter } from './grade-in.ts';
import { type Explain, type Explained, explainError, fitSpecOf, LabRun, outputs } from './lab-run.ts';
import { type Ending, type LearnerWorker, startLearner } from './learner-worker.ts';
import { trainingPatience } from './patience.ts';
import { programOf } from './program.ts';
import { text } from './stranger.ts';
import type { Code, TrainRun, TrainSpec } from './types.ts';
import type { Failure } from './worker/pieces.ts';

/** The sign that names the piece comes by another port than the run's end, and may come after it. */
const signLate = 500;

/** Trains the network that the learner's functions make, in a worker of its own. */
export function trainIn(frame: Frame, library: string, spec: TrainSpec, code: Code): TrainRun {
  const pieces = exercises.map(({ id }) => id);
  const program = programOf(library, pieces, code);
  const layer = { layer: 'forged', config: { hidden: [...spec.hidden], outputs } };
  const fitSpec = fitSpecOf(spec, layer, 'forged');
  const seconds = trainingPatience(spec);
  let failure: Failure | null = null;
  let heard = (): void => {};
  const signed = new Promise<void>((resume) => {
    heard = resume;
  });
  /** The pieces that have begun and not ended, as far as the worker told, the innermost last. */
  let running: readonly unknown[] = [];
  let ending: Ending | null = null;
  let worker: LearnerWorker | null = null;
  let run: FitInWorker | null = null;
  const server = {
    postMessage(opening: unknown) {
      worker = startLearner(
        frame,
        program,
        { job: 'train', opening: opening as Opening, pieces },
        {
          hear(sign) {
            if (sign.sign === 'enter') running = [...running.slice(-20), sign.piece];
            if (sign.sign === 'leave') running = running.slice(0, Math.max(0, running.lastIndexOf(sign.piece)));
            if (sign.sign !== 'failure') return;
            failure = sign.failure;
            heard();
          },
          ended(how) {
            ending = how;
            heard();
            run?.fail('NF4181', 'the worker of your code has ended');
          },
        },
        seconds,
      );
    },
  };
  const explain: Explain = async (error) => {
    await Promise.race([signed, new Promise((resume) => setTimeout(resume, signLate))]);
    const ours = error instanceof NeuroForgeError && error.code === 'NF4151'; // of forgeNetwork: `where` is the piece
    const place = program.place(ending?.why === 'failed' ? [ending.line] : failure?.lines);
    const piece = known(ours ? error.where : (place?.piece ?? failure?.piece));
    const at = place && place.piece === piece ? ` (line ${place.line} of ${exerciseOf(place.piece).functionName})` : '';
    if (ending?.why === 'failed' && ending.message === '') return { piece, message: unparsed };
    if (ending?.why === 'failed') return { piece, message: `${ending.message.replace(/^Uncaught /, '')}${at}` };
    if (ending?.why === 'stuck') return stuck(known(running.at(-1)), seconds);
    if (ending) return { piece, message: `stopped: ${stopped[ending.why]}` };
    if (error instanceof NeuroForgeError && error.code === 'NF4151')
      return { piece, message: `${text(error.message)}${at}` };
    return { ...explainError(error), piece };
  };
  run = fitInWorker(server, fitSpec);
  return new LabRun(run, () => worker?.end(), explain);
}

function stuck(piece: ExerciseId | null, seconds: number): Explained {
  const where = piece === null ? 'one of your functions' : exerciseOf(piece).functionName;
  return { piece, message: `stopped ${stuckAfter(seconds, ` in ${where}`)}` };
}

/** Where the browser says nothing of a script that it could not parse, or not start: see grade-in.ts. */
const unparsed =
  'the program of your functions does not start: most likely one of them is no JavaScript; Forge marks it';

function known(piece: unknown): ExerciseId | null {
  return exercises.find(({ id }) => id === piece)?.id ?? null;
}
