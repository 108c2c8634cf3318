import type { Backend } from '../backends/backend.ts';
import { backend } from '../backends/default.ts';
import * as create from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';

let home: Backend | null = null;

/** From now on the learner's new tensors live where those are that its functions are given. */
export function makeTensorsOn(backend: Backend): void {
  home = backend;
}

const place = (): create.Place => ({ backend: home ?? backend('js64') });

/** What a learner's code finds beside JavaScript and the methods of a tensor: ways from numbers to tensors. */
export const scope = {
  /** Of nested arrays, or of values in row order with their shape. */
  tensor: (values: Parameters<typeof create.tensor>[0], shape?: readonly number[]): Tensor =>
    create.tensor(values, shape, place()),
  /** zeros([2, 3]) or zeros(2, 3) */
  zeros: (...shape: (number | number[])[]): Tensor => create.zeros(shape.flat(), place()),
  ones: (...shape: (number | number[])[]): Tensor => create.ones(shape.flat(), place()),
};
