/**
 * Counter-based random numbers: Threefry 2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). A value depends only on seed, stream, step and index, never on what was drawn before.
 *
 * The format: key = (seed, hash of the stream's name), counter = (block, step). One block gives two 32-bit words;
 * 32-bit element i is word i % 2 of block i / 2; 16-bit element i is half i % 4 of block i / 4, low half of word 0 first.
 */
import { cos, log, sin } from './math.ts';

export type Stream = Readonly<{ key0: number; key1: number }>;

/** The stream `name` of `seed`, e.g. `init/0.W`, `shuffle`, `dropout/2`. `seed` is a whole number in [0, 2^32). */
export function stream(seed: number, name: string): Stream {
  return { key0: seed >>> 0, key1: fnv1a(name) };
}

/** FNV-1a of the UTF-16 code units' low and high bytes: 32 bits that name a stream. */
function fnv1a(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    h = Math.imul(h ^ (unit & 0xff), 0x01000193);
    h = Math.imul(h ^ (unit >>> 8), 0x01000193);
  }
  return h >>> 0;
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** Threefry2x32-20: two words in, two words out (u32), written into `out[0]`, `out[1]`. */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number, out: Uint32Array): void {
  const key2 = parity ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const r = rotations[round % 8];
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      const place = injection % 3;
      x0 = (x0 + (place === 0 ? key0 : place === 1 ? key1 : key2)) | 0;
      x1 = (x1 + (place === 0 ? key1 : place === 1 ? key2 : key0) + injection) | 0;
    }
  }
  out[0] = x0;
  out[1] = x1;
}

const words = new Uint32Array(2);

/** 32-bit element `index` of the stream at `step`. */
export function randomBits(s: Stream, step: number, index: number): number {
  threefry2x32(s.key0, s.key1, index >>> 1, step, words);
  return words[index & 1];
}

/** Uniform on [0, 1) with 24 bits, exact in f32. */
export function uniform(s: Stream, step: number, index: number): number {
  return (randomBits(s, step, index) >>> 8) / 2 ** 24;
}

/**
 * Standard normal by Box & Muller: elements 2j and 2j + 1 are r cos(2 pi v) and r sin(2 pi v) of block j, with
 * u = (word0 + 1) / 2^32 in (0, 1], v = word1 / 2^32, r = sqrt(-2 log u); |value| <= 6.7.
 */
export function normal(s: Stream, step: number, index: number): number {
  threefry2x32(s.key0, s.key1, index >>> 1, step, words);
  const r = Math.sqrt(-2 * log((words[0] + 1) / 2 ** 32));
  const angle = 2 * Math.PI * (words[1] / 2 ** 32);
  return index & 1 ? r * sin(angle) : r * cos(angle);
}

/** 16-bit element `index`, for masks. */
export function randomHalf(s: Stream, step: number, index: number): number {
  threefry2x32(s.key0, s.key1, index >>> 2, step, words);
  return (words[(index >>> 1) & 1] >>> (16 * (index & 1))) & 0xffff;
}

/** A whole number in [0, n), unbiased (rejection over successive steps of a private counter). */
export class Sampler {
  readonly #stream: Stream;
  readonly #step: number;
  #index = 0;

  constructor(s: Stream, step = 0) {
    this.#stream = s;
    this.#step = step;
  }

  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const bits = randomBits(this.#stream, this.#step, this.#index++);
      if (bits < limit) return bits % n;
    }
  }

  /** Fisher & Yates, in place. */
  shuffle<T extends { length: number; [i: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}
