import type { GrayImage } from '../charts/index.ts';
import type { Dataset } from '../data/dataset.ts';

/** Row i as a picture with ink 1, or undefined where the data are no images. */
export function grayImage(dataset: Dataset, i: number): GrayImage | undefined {
  const { exampleShape, maxValue } = dataset;
  if (exampleShape.length !== 2 || maxValue === undefined) return undefined;
  const [height, width] = exampleShape;
  const from = i * height * width;
  const values = Float64Array.from(dataset.x.subarray(from, from + height * width), (v) => v / maxValue);
  return { height, width, values };
}
