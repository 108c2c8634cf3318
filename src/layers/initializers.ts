import { NeuroForgeError } from '../core/errors.ts';
import { rand, randn } from '../tensor/create.ts';
import type { Initializer } from './parameters.ts';

/** Every element `value`. */
export function constant(value: number): Initializer {
  return { name: `constant(${value})`, fill: (target) => target.fill(value) };
}

/** The given values, in row order. */
export function values(given: readonly number[]): Initializer {
  return { name: 'values', fill: (target) => target.set(given) };
}

/** Gaussian, mean 0, standard deviation `sd`. */
export function gaussian(sd: number): Initializer {
  return {
    name: `gaussian(${sd})`,
    fill: (target, draw) => target.set(randn(target.shape, { ...draw, backend: target.backend }).mul(sd)),
  };
}

/** Uniform on [-limit, limit). */
export function uniform(limit: number): Initializer {
  return {
    name: `uniform(${limit})`,
    fill: (target, draw) =>
      target.set(
        rand(target.shape, { ...draw, backend: target.backend })
          .mul(2 * limit)
          .sub(limit),
      ),
  };
}

/** How a linear layer with that many inputs and outputs begins. */
export type InitScheme = (inputs: number, outputs: number) => { W: Initializer; b: Initializer };

export type InitName = 'he' | 'xavier' | 'lecun' | 'torch' | 'original' | 'zero';

/**
 * - `he`: W ~ N(0, 2 / in), b = 0 (He et al. 2015, eq. 10), which keeps the variance through ReLU.
 * - `xavier`: W ~ U(+-sqrt(6 / (in + out))), b = 0 (Glorot & Bengio 2010, eq. 16).
 * - `lecun`: W ~ N(0, 1 / in), b = 0 (LeCun et al. 1998, section 4.6).
 * - `torch`: W, b ~ U(+-1 / sqrt(in)), the default of PyTorch's `nn.Linear`.
 * - `original`: W ~ N(0, 2 / in), b ~ N(0, 0.01^2), as the original course's notebooks.
 * - `zero`: W = 0, b = 0: an output layer that begins at the uniform prediction.
 */
export const initSchemes: Readonly<Record<InitName, InitScheme>> = {
  he: (inputs) => ({ W: gaussian(Math.sqrt(2 / inputs)), b: constant(0) }),
  xavier: (inputs, outputs) => ({ W: uniform(Math.sqrt(6 / (inputs + outputs))), b: constant(0) }),
  lecun: (inputs) => ({ W: gaussian(Math.sqrt(1 / inputs)), b: constant(0) }),
  torch: (inputs) => ({ W: uniform(1 / Math.sqrt(inputs)), b: uniform(1 / Math.sqrt(inputs)) }),
  original: (inputs) => ({ W: gaussian(Math.sqrt(2 / inputs)), b: gaussian(0.01) }),
  zero: () => ({ W: constant(0), b: constant(0) }),
};

/** The scheme of that name; throws NF4101 with the names that there are. */
export function initScheme(name: string): InitScheme {
  if (!Object.hasOwn(initSchemes, name)) {
    throw new NeuroForgeError('NF4101', `unknown initialization "${name}"`, {
      expected: Object.keys(initSchemes).join(', '),
      got: name,
    });
  }
  return initSchemes[name as InitName];
}
