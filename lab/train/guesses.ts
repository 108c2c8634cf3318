import { useEffect, useRef, useState } from 'preact/hooks';
import { sides } from './duel.ts';
import type { Fed } from './picture.ts';
import { addressOfRun, shownRun } from './run.ts';
import type { RunDocument } from './run-document.ts';
import type { ReadDigit } from './run-model.ts';
import type { Session } from './session.ts';

/** Who reads a drawing: both networks that train here, and the model of the run. */
export const readers = [...sides, 'run'] as const;
export type Reader = (typeof readers)[number];

/** Ten probabilities of each that can say something. */
export interface Guesses extends Readonly<Partial<Record<Reader, Float32Array>>> {
  /** Why the run's model cannot be asked. */
  readonly error?: unknown;
}

/** A drawing, and what the networks that train here are given of it. */
export interface Drawn {
  readonly luma: Float32Array;
  readonly fed: Fed;
}

const none: Guesses = {};

/** What the readers take the drawing for: asked again as it is drawn, and as the networks learn. */
export function useGuesses(session: Session, drawn: Drawn | null): Guesses {
  const [guesses, setGuesses] = useState(none);
  const [round, askAgain] = useState(0);
  const asking = useRef(false);
  const latest = useRef(drawn);
  const { grown, phase } = session;
  const tick = phase.value === 'running' ? Math.floor(grown.value / 12) : grown.value;
  const now = shownRun.value;
  const run = now.name === 'here' && readsDigits(now.run) ? now.run : null;
  useEffect(() => {
    latest.current = drawn;
    if (asking.current) return;
    if (!drawn) return setGuesses(none);
    asking.current = true;
    void ask(session, drawn, run).then((answers) => {
      asking.current = false;
      setGuesses(answers);
      if (latest.current !== drawn) askAgain((n) => n + 1); // it went on meanwhile
    });
  }, [drawn, tick, session, run, round]);
  return guesses;
}

/** Whether the model tells the digits 0 to 9 apart in pictures of the size of the lab's. */
export function readsDigits({ model }: RunDocument): boolean {
  if (model?.task !== 'classification' || model.input.length !== 1 || ![64, 784].includes(model.input[0])) return false;
  return model.classNames !== null && model.classNames.join() === '0,1,2,3,4,5,6,7,8,9';
}

async function ask(session: Session, { fed, luma }: Drawn, run: RunDocument | null): Promise<Guesses> {
  const [learner, library, ofRun] = await Promise.allSettled([
    session.runs.learner?.predict(fed.x),
    session.runs.library?.predict(fed.x),
    run === null ? undefined : reader(run).then((read) => read(luma)),
  ]);
  const value = (answer: PromiseSettledResult<Float32Array | undefined>): Float32Array | undefined =>
    answer.status === 'fulfilled' ? answer.value : undefined;
  const guesses = { learner: value(learner), library: value(library), run: value(ofRun) };
  return ofRun.status === 'rejected' ? { ...guesses, error: ofRun.reason } : guesses;
}

const readersOf = new WeakMap<RunDocument, Promise<ReadDigit>>();
/** Milliseconds after which a model that could not be had is asked for again: not at each point of a stroke. */
const rest = 2000;

/** The model comes with the first drawing. */
function reader(run: RunDocument): Promise<ReadDigit> {
  const known = readersOf.get(run);
  if (known) return known;
  const address = addressOfRun('model.safetensors');
  const coming = import('./run-model.ts').then(({ openRunModel }) => openRunModel(address));
  coming.catch(() => setTimeout(() => readersOf.delete(run), rest));
  readersOf.set(run, coming);
  return coming;
}
