import { NeuroForgeError } from '../core/errors.ts';
import { sizeOf } from '../core/shape.ts';
import type { Model } from '../models/model.ts';
import { Arena } from '../tensor/arena.ts';
import { tensor } from '../tensor/create.ts';
import { plainError, type Question, type ToPage, type ToWorker } from './messages.ts';

type Ask = Extract<ToWorker, { type: 'ask' }>;

/** Answers what a page asks of the model between two steps. */
export function answer(
  model: Model | null,
  { id, question }: Ask,
  say: (message: ToPage, transfer?: Transferable[]) => void,
): void {
  try {
    if (!model) throw new NeuroForgeError('NF4152', 'the run has no model yet', { hint: 'ask after its first event' });
    const { shape, values } = question.about === 'predict' ? predict(model, question) : parameter(model, question);
    say({ type: 'answer', id, shape, values }, [values.buffer as ArrayBuffer]);
  } catch (error) {
    say({ type: 'refusal', id, error: plainError(error) });
  }
}

type Answer = { readonly shape: readonly number[]; readonly values: Float32Array };

function parameter(model: Model, { path }: Extract<Question, { about: 'parameter' }>): Answer {
  const found = model.parameters.param(path);
  return { shape: [...found.shape], values: Float32Array.from(found.dataSync()) };
}

function predict(model: Model, { x }: Extract<Question, { about: 'predict' }>): Answer {
  const features = sizeOf(model.inputShape);
  if (x.length === 0 || x.length % features !== 0) {
    throw new NeuroForgeError('NF1101', 'the input does not fit the model', {
      where: 'predict',
      expected: `whole rows of ${features} values`,
      got: `${x.length} values`,
    });
  }
  const arena = new Arena(model.backend, 'predict');
  try {
    const y = model.predict(tensor(x, [x.length / features, ...model.inputShape], { arena }));
    return { shape: [...y.shape], values: Float32Array.from(y.dataSync()) };
  } finally {
    arena.dispose();
  }
}
