/**
 * The library's part of a learner's program, in a worker of the sandboxed frame. The pieces are defined behind it; the
 * one message that the worker is born with says what to do with them.
 */
import type { AnyLayer } from '../../../src/layers/layer.ts';
import { type ExerciseId, exerciseOf } from '../../../src/verify/exercises.ts';
import { forgeNetwork } from '../../../src/verify/forged.ts';
import { grade } from '../../../src/verify/grade.ts';
import { scope } from '../../../src/verify/scope.ts';
import { serveRun } from '../../../src/worker/serve.ts';
import { closeDoors } from './doors.ts';
import type { Job, Sign } from './jobs.ts';
import { definePiece, functionsOf, lastFailure, type Passage } from './pieces.ts';

const { post } = closeDoors(globalThis);
Object.defineProperty(globalThis, 'definePiece', { value: definePiece });
Object.assign(globalThis, scope);

addEventListener('unhandledrejection', (event) => event.preventDefault()); // a learner's, and of no consequence

/** Milliseconds between two signs of life. */
const often = 200;
/** So many runs of each piece are told when they begin and end, so that one that does not end has a name. */
const signed = 200;

addEventListener(
  'message',
  (event) => {
    event.stopImmediatePropagation();
    const { data, control } = event.data as { data: Job; control: MessagePort };
    const sign = (s: Sign): void => post(control, s, []);
    control.onmessage = () => sign({ sign: 'pong' });
    if (data.job === 'grade') gradeOnce(data, sign);
    else train(data, sign);
  },
  { once: true },
);

function gradeOnce({ exercise, code }: Extract<Job, { job: 'grade' }>, sign: (s: Sign) => void): void {
  sign({ sign: 'beat' });
  let functions: Record<string, unknown>;
  try {
    functions = functionsOf([exercise], { enter() {}, leave() {} });
  } catch (error) {
    // What the top level of a piece throws is graded as what its function would throw.
    functions = {
      [exerciseOf(exercise).functionName]: () => {
        throw error;
      },
    };
  }
  const graded = grade(exercise, functions, { code });
  sign({ sign: 'grade', grade: graded, failure: lastFailure() });
}

function train({ opening, pieces }: Extract<Job, { job: 'train' }>, sign: (s: Sign) => void): void {
  let last = Number.NEGATIVE_INFINITY;
  let still = false;
  const beat = (): void => {
    const now = performance.now();
    if (still || now - last < often) return;
    last = now;
    sign({ sign: 'beat' });
  };
  const calls = new Map<ExerciseId, number>();
  /** A loop without an end mostly shows early; to tell of every call would slow the training down. */
  const passage: Passage = {
    enter(piece) {
      beat();
      const call = (calls.get(piece) ?? 0) + 1;
      calls.set(piece, call);
      if (call <= signed) sign({ sign: 'enter', piece });
    },
    leave(piece) {
      if (calls.get(piece)! <= signed) sign({ sign: 'leave', piece });
    },
  };
  const idle = (now: boolean): void => {
    still = now;
    last = Number.NEGATIVE_INFINITY;
    if (still) sign({ sign: 'calm' });
    else beat();
  };
  const { spec, port } = opening;
  const told = {
    postMessage(message: { readonly type: string }, transfer: Transferable[]) {
      if (message.type === 'failed') sign({ sign: 'failure', failure: lastFailure() });
      post(port, message, transfer);
    },
    set onmessage(listener: (event: MessageEvent) => void) {
      port.onmessage = listener;
    },
    close: () => port.close(),
  };
  let made: ReturnType<typeof forgeNetwork> | null = null;
  const forged = (): ReturnType<typeof forgeNetwork> => {
    const { hidden, outputs } = spec.layer.config as { hidden: number[]; outputs: number };
    made ??= forgeNetwork(functionsOf(pieces, passage), { hidden, outputs });
    return made;
  };
  const layer = (): AnyLayer => {
    const { forward, ...rest } = forged().layer;
    const alive: AnyLayer['forward'] = (ctx, x) => {
      beat(); // an evaluation calls nothing of the learner's
      return forward(ctx, x);
    };
    return { ...rest, forward: alive };
  };
  serveRun(spec, told, {
    layers: { forged: layer },
    losses: { forged: () => forged().loss },
    idle,
  });
}
