import { backend } from '../../src/backends/default.ts';
import { NeuroForgeError } from '../../src/core/errors.ts';
import { type Dataset, firstRows } from '../../src/data/dataset.ts';
import { fedImage } from '../../src/data/digit-image.ts';
import { Loader } from '../../src/data/loader.ts';
import { loadModel } from '../../src/io/model-file.ts';
import { drawnSide } from './picture.ts';

/** The probabilities that the run's model gives to the digits 0 to 9 for a drawing, as `neuroforge predict` has them. */
export type ReadDigit = (luma: Float32Array) => Float32Array;

/** Fetches the model of the run. Throws what reading it throws, and NF4196 for none, or one that reads no digits. */
export async function openRunModel(address: string): Promise<ReadDigit> {
  const response = await fetch(address, { cache: 'no-store' }).catch(() => null);
  if (!response?.ok) {
    throw new NeuroForgeError('NF4196', 'the model of the run cannot be had', {
      where: address,
      got: response ? `status ${response.status}` : 'no answer',
      hint: 'has the server ended? start it again with neuroforge lab RUN, on the same port, and go on drawing',
    });
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { model, preprocessing, about } = await loadModel(bytes, {
    backend: backend('js'),
    fileName: 'the run’s model',
  });
  const [inputs] = model.inputShape;
  if (model.loss.task !== 'classification' || ![64, 784].includes(inputs) || model.outputShape[0] !== 10) {
    throw new NeuroForgeError('NF4196', 'the model of the run reads no digits', {
      where: address,
      expected: '64 or 784 inputs and 10 classes',
      got: `${inputs} inputs and ${model.outputShape[0]} outputs`,
    });
  }
  const side = Math.sqrt(inputs);
  const largest = typeof about?.maxValue === 'number' ? about.maxValue : side === 8 ? 16 : 255;
  const form = { width: side, height: side, maxValue: largest, digits: true };
  const scaling = preprocessing ?? { kind: 'none', offset: [0], factor: [1] };
  return (luma) => {
    const image = { width: drawnSide, height: drawnSide, luma, alpha: null };
    const row: Dataset = {
      name: 'your drawing',
      x: fedImage(image, form, { where: 'your drawing' }).values,
      count: 1,
      exampleShape: [side, side],
      y: new Int32Array(1),
      rowIds: firstRows(1),
      hashes: {},
    };
    const loader = new Loader(row, { scaling, backend: model.backend });
    for (const { x } of loader.batches(1, { shuffle: false })) return Float32Array.from(model.predict(x).dataSync());
    return new Float32Array(10);
  };
}
