/** Random numbers of a fuzzing run: xorshift32, the same from the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    let s = this.#state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.#state = s;
    return (s >>> 0) % Math.max(1, n);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}

export type Mutation = (bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]) => Uint8Array;

const interesting = [
  0, 1, 2, 4, 7, 8, 9, 10, 13, 16, 32, 34, 44, 48, 57, 64, 92, 123, 125, 127, 128, 192, 224, 254, 255,
];
const words = [0, 1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

export function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const splice = (bytes: Uint8Array, at: number, cut: number, put: Uint8Array): Uint8Array =>
  join(bytes.subarray(0, at), put, bytes.subarray(at + cut));

const flip: Mutation = (bytes, dice) => {
  const out = bytes.slice();
  if (out.length > 0) out[dice.below(out.length)] ^= 1 << dice.below(8);
  return out;
};
const set: Mutation = (bytes, dice) => {
  const out = bytes.slice();
  if (out.length > 0) out[dice.below(out.length)] = dice.below(2) ? dice.of(interesting) : dice.below(256);
  return out;
};
const number: Mutation = (bytes, dice) => {
  const out = bytes.slice();
  const width = dice.of([2, 4]);
  if (out.length < width) return out;
  const [at, value, little] = [dice.below(out.length - width + 1), dice.of(words), dice.below(2) === 0];
  const view = new DataView(out.buffer);
  if (width === 2) view.setUint16(at, value & 0xffff, little);
  else view.setUint32(at, value, little);
  return out;
};
const cut: Mutation = (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1));
const remove: Mutation = (bytes, dice) => {
  const at = dice.below(bytes.length);
  return splice(bytes, at, 1 + dice.below(Math.min(16, bytes.length - at)), new Uint8Array(0));
};
const repeat: Mutation = (bytes, dice) => {
  const at = dice.below(bytes.length);
  const part = bytes.slice(at, at + 1 + dice.below(24));
  return splice(
    bytes,
    at,
    0,
    join(...Array.from({ length: 1 + dice.below(dice.below(40) === 0 ? 300 : 4) }, () => part)),
  );
};
const cross: Mutation = (bytes, dice, others) => {
  const other = dice.of(others);
  return join(bytes.subarray(0, dice.below(bytes.length + 1)), other.subarray(dice.below(other.length + 1)));
};

/** Puts a word of the format, often in place of one that is there. */
export function tokens(list: readonly (string | Uint8Array)[]): Mutation {
  const encoded = list.map((t) => (typeof t === 'string' ? new TextEncoder().encode(t) : t));
  return (bytes, dice) => {
    const token = dice.of(encoded);
    if (dice.below(2)) return splice(bytes, dice.below(bytes.length + 1), 0, token);
    // In place of a run of letters and digits.
    const start = dice.below(bytes.length);
    let at = start;
    let end = start;
    const isWord = (i: number) => i >= 0 && i < bytes.length && /[\w.+-]/.test(String.fromCharCode(bytes[i]));
    while (isWord(at - 1)) at--;
    while (isWord(end)) end++;
    return splice(bytes, at, Math.max(1, end - at), token);
  };
}

const general = [flip, set, set, number, cut, remove, repeat, cross];

/** One to eight mutations, those of the format as often as the general ones; then `repair`, three times of four. */
export function mutated(
  seed: Uint8Array,
  dice: Dice,
  others: readonly Uint8Array[],
  own: readonly Mutation[] = [],
  repair?: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  let bytes = seed;
  for (let n = 1 + dice.below(dice.of([1, 1, 2, 6])); n > 0; n--) {
    const mutation = own.length > 0 && dice.below(2) ? dice.of(own) : dice.of(general);
    bytes = mutation(bytes, dice, others);
    if (bytes.length > 2 ** 16) bytes = bytes.slice(0, 2 ** 16);
  }
  return repair !== undefined && dice.below(4) > 0 ? repair(bytes) : bytes;
}
