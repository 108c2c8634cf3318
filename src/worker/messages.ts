import { NeuroForgeError } from '../core/errors.ts';
import type { FitEvent } from '../train/events.ts';
import type { FitSpec } from './spec.ts';

/** The first message, to whoever serves: a run, and the port on which all else about it goes. */
export interface Opening {
  readonly neuroforge: 'fit';
  readonly spec: FitSpec;
  readonly port: MessagePort;
}

/** From the page, on the run's own port. */
export type ToWorker =
  | { readonly type: 'pause' | 'resume' | 'step' | 'stop' | 'close' }
  /** The events that came last have been read. */
  | { readonly type: 'read' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

export type Question =
  | { readonly about: 'parameter'; readonly path: string }
  | { readonly about: 'predict'; readonly x: Float32Array }
  | { readonly about: 'hash' };

/** Values of a model, in row order. */
export interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** From the worker, on the run's own port. Of `events` there is never more than one under way. */
export type ToPage =
  | { readonly type: 'started' }
  | { readonly type: 'events'; readonly events: readonly FitEvent[] }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: PlainError }
  | { readonly type: 'failed'; readonly error: PlainError };

/** An error as a value that every port clones. */
export type PlainError = Readonly<Record<string, string>>;

/** Errors of others (a layer of one's own) become NF4183, with their name in the message. */
export function plainError(error: unknown): PlainError {
  if (error instanceof NeuroForgeError) return error.toJSON();
  const known = error instanceof Error;
  const message = known ? `${error.name}: ${error.message}` : String(error);
  return new NeuroForgeError('NF4183', `the run failed in its worker: ${message}`, {
    where: known ? error.stack?.split('\n')[1]?.trim() : undefined,
  }).toJSON();
}

/** Of whatever a worker sent: what is no text is left out. */
export function errorFrom(error: unknown): NeuroForgeError {
  const texts = Object.entries(error ?? {}).filter(([, value]) => typeof value === 'string');
  const { code, message, ...details }: PlainError = Object.fromEntries(texts);
  return new NeuroForgeError(code ?? 'NF4183', message ?? 'the run failed in its worker', details);
}
