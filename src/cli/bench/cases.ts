import { NeuroForgeError } from '../../core/errors.ts';
import { nearest } from '../nearest.ts';

/** A training step that everybody is timed on: linear layers with ReLU between them, plain SGD, float32. */
export interface BenchCase {
  readonly name: string;
  /** Widths, input first. A last width of 1 is the logit of a binary task, others those of classes. */
  readonly net: readonly number[];
  readonly batch: number;
  readonly about: string;
  /** Ours and floors alone. */
  readonly alone?: boolean;
}

export const benchCases: readonly BenchCase[] = [
  { name: 'mission', net: [784, 512, 128, 10], batch: 32, about: "the mission's network" },
  {
    name: 'mission-128',
    net: [784, 512, 128, 10],
    batch: 128,
    about: "the mission's network: rate of its products, threads",
    alone: true,
  },
  { name: 'big', net: [784, 1200, 1200, 10], batch: 128, about: 'products that fill a core' },
  { name: 'wide', net: [784, 512, 128, 10], batch: 1024, about: "the mission's network, wide batches" },
  { name: 'logistic', net: [784, 1], batch: 32, about: 'one logistic unit: memory and calls, hardly a product' },
  { name: 'tiny', net: [64, 32, 10], batch: 16, about: 'calls, hardly any arithmetic' },
];

/** Plain SGD's rate, small enough that no case diverges. */
export const benchLearningRate = 0.01;
const mostBatches = 200;
const mostRows = 25_600;

/** Throws NF4140 for a name that is none. */
export function benchCase(name: string): BenchCase {
  const found = benchCases.find((c) => c.name === name);
  if (found) return found;
  const names = benchCases.map((c) => c.name);
  throw new NeuroForgeError('NF4140', `there is no benchmark case "${name}"`, {
    where: 'bench',
    expected: names.join(', '),
    hint: nearest(name, names, (k) => `did you mean ${k}?`),
  });
}

/** A case by its sizes, as the participants are told it: 784-512-128-10. Throws NF4140 for what are none. */
export function caseOf(widths: string, batch: number): BenchCase {
  const net = widths.split('-').map(Number);
  if (net.length >= 2 && net.every((n) => Number.isInteger(n) && n >= 1))
    return { name: widths, net, batch, about: '' };
  throw new NeuroForgeError('NF4140', 'these are no widths of a network', {
    where: '--net',
    expected: 'like 784-512-128-10',
    got: widths,
  });
}

/** Different batches that the steps go around: 200, or as many as 25,600 rows give; either way far more than a cache holds. */
export function batchesOf({ batch }: BenchCase): number {
  return Math.min(mostBatches, Math.floor(mostRows / batch));
}

export interface Product {
  readonly layer: number;
  readonly kind: 'forward' | 'dW' | 'dX';
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** The matrix products of a step in the order in which they are done: forward; then dX and dW of each layer from the last. */
export function productsOf({ net, batch }: BenchCase): Product[] {
  const layers = net.slice(1).map((outputs, layer) => ({ layer, inputs: net[layer], outputs }));
  return [
    ...layers.map(({ layer, inputs, outputs }) => ({
      layer,
      kind: 'forward' as const,
      m: batch,
      n: outputs,
      k: inputs,
    })),
    ...layers.toReversed().flatMap(({ layer, inputs, outputs }): Product[] => {
      const dW: Product = { layer, kind: 'dW', m: inputs, n: outputs, k: batch };
      // the network's own input needs no gradient
      return layer === 0 ? [dW] : [{ layer, kind: 'dX', m: batch, n: inputs, k: outputs }, dW];
    }),
  ];
}

/** Floating-point operations of a step: two for each multiplication in its products. */
export function flopsOf(of: BenchCase): number {
  return productsOf(of).reduce((sum, { m, n, k }) => sum + 2 * m * n * k, 0);
}
