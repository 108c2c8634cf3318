import { NeuroForgeError } from '../../../src/core/errors.ts';
import { Dice, type Mutation, mutated } from './mutate.ts';

/** A parser under fuzzing. */
export interface Target {
  readonly name: string;
  /** Files that are accepted, and some that are not. */
  seeds(): Promise<readonly Uint8Array[]> | readonly Uint8Array[];
  /** Reads the bytes; throws what the parser throws, and whatever else is wrong with what it answers. */
  read(bytes: Uint8Array): unknown;
  /** It refuses nothing: what it cannot use it leaves out. */
  readonly takesAll?: boolean;
  /** Mutations that know the format. */
  readonly mutations?: readonly Mutation[];
  /** Makes lengths and checksums right again, so that a mutation gets past them. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array;
}

/** `accepted`, the code of the refusal, or what is wrong with how the parser took the bytes. */
export async function judge(target: Target, bytes: Uint8Array): Promise<{ verdict: string; finding?: string }> {
  try {
    await target.read(bytes);
    return { verdict: 'accepted' };
  } catch (error) {
    if (!(error instanceof NeuroForgeError)) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { verdict: 'crash', finding: `not a NeuroForgeError: ${text}` };
    }
    const { code, message, where } = error;
    if (!/^NF[1-4]\d{3}$/.test(code)) return { verdict: code, finding: `${code}: ${message}` };
    if (!where) return { verdict: code, finding: `${code} has no place: ${message}` };
    const shown = [message, where, error.expected, error.got, error.hint].join(' ');
    if (/undefined|\[object|NaN (bytes|rows)/.test(shown)) return { verdict: code, finding: `${code} says ${shown}` };
    return { verdict: code };
  }
}

/** The smallest input that still shows `finding`'s beginning, by taking out pieces. */
export async function minimized(target: Target, bytes: Uint8Array, finding: string): Promise<Uint8Array> {
  let best = bytes;
  const same = async (tried: Uint8Array) => (await judge(target, tried)).finding?.slice(0, 40) === finding.slice(0, 40);
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length; ) {
      const tried = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)]);
      if (await same(tried)) best = tried;
      else at += size;
    }
  }
  return best;
}

/** The `n`-th input of a run: a seed as it is, or a mutation of one. */
export function nextInput(target: Target, corpus: readonly Uint8Array[], n: number, dice: Dice): Uint8Array {
  if (n < corpus.length) return corpus[n];
  return mutated(dice.of(corpus), dice, corpus, target.mutations, target.repair);
}

/** Runs `count` inputs of one seed; answers the first finding, and how often each verdict came. */
export async function fuzzed(target: Target, count: number, seed: number) {
  const corpus = await target.seeds();
  const dice = new Dice(seed);
  const verdicts = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const bytes = nextInput(target, corpus, n, dice);
    const { verdict, finding } = await judge(target, bytes);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (finding !== undefined) {
      const least = await minimized(target, bytes, finding);
      return { verdicts, finding, input: Buffer.from(least).toString('base64') };
    }
  }
  return { verdicts };
}
