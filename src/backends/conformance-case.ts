import { Sampler, stream } from '../core/random.ts';
import type { Address, Backend } from './backend.ts';

/** A buffer of a case: what it holds before, and whether the operation may write it. */
export interface Buffer {
  values: Values;
  integers?: boolean;
  written?: boolean;
}

/**
 * One operation at one shape. `call` gets the buffers' addresses in order. `bound` gives the largest allowed distance
 * of written value i (of the first written buffer of floats) from the float64 definition's value `y`.
 */
export interface Case {
  op: string;
  name: string;
  buffers: Buffer[];
  call(backend: Backend, at: Address[]): void;
  bound(i: number, y: number): number;
}

export type Values = readonly number[];

/** Half the distance of 1 to the next float32, and the least positive float32. */
export const eps: number = 2 ** -24;
export const tiny: number = 2 ** -149;

const specials = [
  ...[Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, tiny, -tiny, 2 ** -127, -(2 ** -126), 3.4e38, -3.4e38],
  ...[88.7, 88.8, 89, -87.4, -103.9, -104.1, 150.5, -150.5, 22, -22, 9.01, 1e-4, -1e-4, 16777216, 0.4142135, 1.4142135],
].map(Math.fround);

let drawn = 0;

/** Draws the same values from the start again. */
export function restart(): void {
  drawn = 0;
}

/** n float32 values on [-2, 2), one in eight special when asked; the same at every run. */
export function draw(n: number, special = false): number[] {
  const sampler = new Sampler(stream(20, 'conformance'), drawn++);
  return Array.from({ length: n }, () => {
    if (special && sampler.below(8) === 0) return specials[sampler.below(specials.length)];
    return Math.fround(sampler.below(2 ** 24) / 2 ** 22 - 2);
  });
}

/** n whole numbers in [0, below). */
export function drawIntegers(n: number, below: number): number[] {
  const sampler = new Sampler(stream(21, 'conformance'), drawn++);
  return Array.from({ length: n }, () => sampler.below(below));
}

export const blank = (n: number): Buffer => ({ values: new Array(n).fill(0.125), written: true });
export const integers = (values: number[]): Buffer => ({ values, integers: true });
