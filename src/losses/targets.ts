import { NeuroForgeError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { Batch } from '../data/batch.ts';
import { Indices } from '../tensor/indices.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The batch's labels; throws NF1113 if it carries values, or not one an output row. */
export function labelsOf(loss: string, output: Tensor, batch: Pick<Batch, 'y'>): Indices {
  const { y } = batch;
  if (!(y instanceof Indices) || y.length !== output.rows) {
    throw new NeuroForgeError('NF1113', `${loss} needs one label an example`, {
      expected: `${output.rows} labels for output ${formatShape(output.shape)}`,
      got: y instanceof Indices ? `${y.length} labels` : `values ${formatShape(y.shape)}`,
    });
  }
  return y;
}

/** The batch's targets as numbers of the output's shape: values, or labels as a column. */
export function valuesOf(loss: string, output: Tensor, batch: Pick<Batch, 'y'>): Tensor {
  const y = batch.y instanceof Indices ? batch.y.toColumn() : batch.y;
  if (y.shape.length !== output.shape.length || y.shape.some((d, i) => d !== output.shape[i])) {
    throw new NeuroForgeError('NF1113', `${loss}: targets and output differ in shape`, {
      expected: formatShape(output.shape),
      got: formatShape(y.shape),
    });
  }
  return y;
}

/** As {@link valuesOf}; throws NF1104 for a label that is neither 0 nor 1. */
export function flagsOf(loss: string, output: Tensor, batch: Pick<Batch, 'y'>): Tensor {
  const { y } = batch;
  if (y instanceof Indices && y.values.some((v) => v !== 0 && v !== 1)) {
    throw new NeuroForgeError('NF1104', `${loss} tells two classes apart: a label is 0 or 1`, {
      expected: '0 or 1',
      got: `${y.values.find((v) => v !== 0 && v !== 1)}`,
      hint: 'name one class as the positive one, or use cross-entropy with one output a class',
    });
  }
  return valuesOf(loss, output, batch);
}
