import type { Fingerprint } from '../verdict.ts';
import { list } from './result.ts';

/** c with got = c * target, to a relative error of `tolerance`; null if there is none or it is 0. */
export function proportion(got: Float64Array, target: Float64Array, tolerance: number): number | null {
  let [along, square, largest] = [0, 0, 0];
  for (let i = 0; i < target.length; i++) {
    along += got[i] * target[i];
    square += target[i] * target[i];
    largest = Math.max(largest, Math.abs(got[i]));
  }
  const c = along / square;
  if (!(Math.abs(c) > 0 && Math.abs(c) < Infinity)) return null;
  return got.every((v, i) => Math.abs(v - c * target[i]) <= tolerance * largest) ? c : null;
}

type Sizes = Readonly<Record<string, number>>;

/** Factors that have a cause, as functions of the sizes. */
function causes(letters: readonly string[]): { id: string; of: (s: Sizes) => number; why: (s: Sizes) => string }[] {
  const batch = { id: 'B', text: (s: Sizes) => `the batch is ${s.B}` };
  const others = letters.filter((l) => l !== 'B');
  return [
    { id: 'times-B', of: (s) => s.B, why: batch.text },
    { id: 'divided-by-B', of: (s) => 1 / s.B, why: batch.text },
    { id: 'doubled', of: () => 2, why: () => 'something counts twice' },
    { id: 'halved', of: () => 1 / 2, why: () => 'half of it is missing' },
    { id: 'times-B-squared', of: (s) => s.B * s.B, why: (s) => `${s.B} x ${s.B}, and the batch is ${s.B}` },
    { id: 'divided-by-B-squared', of: (s) => 1 / (s.B * s.B), why: (s) => `${s.B} x ${s.B}, and the batch is ${s.B}` },
    ...others.flatMap((l) => [
      { id: `times-${l}`, of: (s: Sizes) => s[l], why: (s: Sizes) => `${l} is ${s[l]}` },
      { id: `divided-by-${l}`, of: (s: Sizes) => 1 / s[l], why: (s: Sizes) => `${l} is ${s[l]}` },
      {
        id: `${l}-for-B`,
        of: (s: Sizes) => s.B / s[l],
        why: (s: Sizes) => `divided by ${l} = ${s[l]} and not by B = ${s.B}`,
      },
      { id: `times-B-${l}`, of: (s: Sizes) => s.B * s[l], why: (s: Sizes) => `B ${l} is ${s.B} x ${s[l]}` },
      { id: `divided-by-B-${l}`, of: (s: Sizes) => 1 / (s.B * s[l]), why: (s: Sizes) => `B ${l} is ${s.B} x ${s[l]}` },
    ]),
  ];
}

/** What factors of the right answer, one a draw, say; empty when their signs differ. */
export function factorFingerprint(
  factors: readonly number[],
  sizes: readonly Sizes[],
  asides: Readonly<Record<string, string>>,
): Fingerprint[] {
  const negative = factors.every((c) => c < 0);
  if (!negative && factors.some((c) => c < 0)) return [];
  const found: Fingerprint[] = [];
  const say = (id: string, text: string): void => {
    found.push({ id, text: asides[id] ? `${text}; ${asides[id]}` : text });
  };
  if (negative) say('sign', 'the sign is the wrong way round everywhere');
  const magnitudes = factors.map(Math.abs);
  const near = (of: (s: Sizes) => number): boolean => magnitudes.every((m, i) => Math.abs(m / of(sizes[i]) - 1) < 1e-9);
  if (near(() => 1)) return found;
  const cause = causes(Object.keys(sizes[0])).find(({ of }) => near(of));
  if (cause) say(cause.id, `${howMuch(magnitudes[0])}: ${cause.why(sizes[0])}`);
  else if (near((s) => (magnitudes[0] * s.B) / sizes[0].B)) {
    const by = Number((sizes[0].B / magnitudes[0]).toPrecision(4));
    say('fixed-batch', `divided by ${by} whatever the batch is; here it is ${list(sizes.map(({ B }) => String(B)))}`);
  } else if (near(() => magnitudes[0])) say('factor', howMuch(magnitudes[0]));
  else {
    const all = list(magnitudes.map((m) => String(Number(m.toPrecision(4)))));
    say('varying-factor', `the right numbers times a factor that is to be 1: ${all} in the draws`);
  }
  return found;
}

function howMuch(m: number): string {
  const times = Number((m > 1 ? m : 1 / m).toPrecision(4));
  return `${times} x too ${m > 1 ? 'large' : 'small'} everywhere`;
}
