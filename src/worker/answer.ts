import { NeuroForgeError } from '../core/errors.ts';
import { sizeOf } from '../core/shape.ts';
import { weightsHash } from '../io/weights.ts';
import type { Model } from '../models/model.ts';
import { Arena } from '../tensor/arena.ts';
import { tensor } from '../tensor/create.ts';
import { plainError, type Question, type ToPage, type ToWorker, type Values } from './messages.ts';

type Ask = Extract<ToWorker, { type: 'ask' }>;

/** Answers what a page asks of the model between two steps. */
export async function answer(
  model: Model | null,
  { id, question }: Ask,
  say: (message: ToPage, transfer?: Transferable[]) => void,
): Promise<void> {
  try {
    if (!model) throw new NeuroForgeError('NF4182', 'the run has no model yet', { hint: 'ask after its first event' });
    if (question.about === 'hash') {
      say({ type: 'answer', id, answer: await weightsHash(model.parameters) });
      return;
    }
    const values = question.about === 'predict' ? predict(model, question) : parameter(model, question);
    say({ type: 'answer', id, answer: values }, [values.values.buffer as ArrayBuffer]);
  } catch (error) {
    say({ type: 'refusal', id, error: plainError(error) });
  }
}

function parameter(model: Model, { path }: Extract<Question, { about: 'parameter' }>): Values {
  const found = model.parameters.param(path);
  return { shape: [...found.shape], values: Float32Array.from(found.dataSync()) };
}

function predict(model: Model, { x }: Extract<Question, { about: 'predict' }>): Values {
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
