/** From what a function gave to what its author probably did. */

import { sameShape } from '../core/shape.ts';
import { relativeError } from './finite-differences.ts';
import type { Answer } from './grading/ask.ts';
import { factorFingerprint, proportion } from './grading/factor.ts';
import { type Named, namedOf, type Piece, type Suspect, tensorsOf, type Wanted } from './grading/question.ts';
import { list } from './grading/result.ts';
import { textFingerprints } from './grading/text.ts';
import type { Fingerprint } from './verdict.ts';

/** Two roads to one number differ by rounding; two different numbers by more. */
const close = 1e-9;

/** What follows from a mistake that the text of the function shows, and would only lead away from it. */
const consequences = [
  ...['no-return', 'number', 'not-a-tensor', 'not-a-tensor-argument', 'operator', 'not-finite', 'zero', 'no-gate'],
  ...['returns-input', 'array', 'undefined-name'],
];

/** Most likely first. Each must hold in every draw that was answered. `code` is the text of the function. */
export function fingerprintsOf(piece: Piece, answers: readonly Answer[], code = ''): Fingerprint[] {
  const inText = answers[0].error?.name === 'SyntaxError' ? [] : textFingerprints(piece.id, code);
  const all = [...inText, ...fingerprintsOfResult(piece, answers)];
  return all.filter((f, i) => {
    const led = inText.length > 0 && i >= inText.length && consequences.includes(f.id);
    return !led && all.findIndex((g) => g.id === f.id && g.text === f.text) === i;
  });
}

function fingerprintsOfResult(piece: Piece, answers: readonly Answer[]): Fingerprint[] {
  const answered = answers.filter((a) => !a.error && a.given.size > 0);
  const read = answers.flatMap((a) => a.fingerprints);
  const first = read.filter(({ id }) => id !== 'returns-input');
  const last = read.filter(({ id }) => id === 'returns-input');
  return [...first, ...(answered.length > 0 ? new Look(piece, answered).fingerprints() : []), ...last];
}

/** The answers of all draws beside what was wanted. */
class Look {
  readonly #piece: Piece;
  readonly #answers: readonly Answer[];
  /** Results that are not what was wanted and that nothing explains yet. */
  #open: string[];
  readonly #found: Fingerprint[] = [];

  constructor(piece: Piece, answers: readonly Answer[]) {
    this.#piece = piece;
    this.#answers = answers;
    this.#open = answers[0].question.wanted
      .map(({ name }) => name)
      .filter((name) => answers.every((a) => a.given.has(name)) && !this.#is(name, (w) => w));
  }

  fingerprints(): Fingerprint[] {
    this.#notFinite();
    this.#swaps();
    this.#suspects();
    this.#slots();
    this.#layouts();
    this.#factors();
    if (this.#open.length > 0 && this.#found.length === 0) this.#suspectsWithFactor();
    if (this.#found.length === 0) this.#families();
    return this.#found;
  }

  /** Whether the result `name` is, in every draw, what `what` makes of the wanted ones. */
  #is(name: string, what: (wanted: Wanted, answer: Answer) => Pick<Named, 'shape' | 'values'> | null): boolean {
    return this.#answers.every((answer) => {
      const target = what(answer.question.wanted.find((w) => w.name === name)!, answer);
      return target !== null && equal(answer.given.get(name)!, target);
    });
  }

  /** Notes what explains some of the open results, and closes them. */
  #note(id: string, text: string, names: readonly string[]): void {
    const whose = this.#answers[0].question.wanted.length > 1 ? `${list(names)}: ` : '';
    this.#found.push({ id, text: whose + text });
    this.#open = this.#open.filter((name) => !names.includes(name));
  }

  #notFinite(): void {
    for (const { question, given } of this.#answers) {
      for (const { name } of question.wanted.filter((w) => this.#open.includes(w.name))) {
        const at = given.get(name)!.values.findIndex((v) => !Number.isFinite(v));
        if (at < 0) continue;
        const text = `there is ${given.get(name)!.values[at]} among the numbers: a division by 0, a logarithm of 0?`;
        this.#note('not-finite', text, [name]);
      }
    }
  }

  /** Known wrong answers; where several results are wrong, those that explain the most of them. */
  #suspects(): void {
    const candidates = this.#piece.suspects.flatMap((suspect) => {
      const changed = this.#explained(suspect);
      return changed ? [{ suspect, changed }] : [];
    });
    while (this.#open.length > 0) {
      const news = (c: (typeof candidates)[number]): number => c.changed.filter((n) => this.#open.includes(n)).length;
      const best = candidates.reduce((a, b) => (news(b) > news(a) ? b : a), candidates[0]);
      if (!best || news(best) === 0) return;
      this.#found.push({ id: best.suspect.id, text: best.suspect.text });
      this.#open = this.#open.filter((name) => !best.changed.includes(name));
    }
  }

  /** The results that a suspect gets wrong, if the learner's are the same wrong ones; else null. */
  #explained(suspect: Suspect): string[] | null {
    const changed = new Set<string>();
    for (const { question, given } of this.#answers) {
      const results = suspect.give(tensorsOf(question.inputs));
      for (const wanted of question.wanted) {
        const tensor = results[wanted.name];
        if (!tensor) continue;
        const result = namedOf(wanted.name, tensor);
        if (equal(result, wanted)) continue;
        const got = given.get(wanted.name);
        if (!got || !equal(got, result)) return null;
        changed.add(wanted.name);
      }
    }
    return changed.size > 0 ? [...changed] : null;
  }

  /** Two right results that have changed names. */
  #swaps(): void {
    for (const a of [...this.#open]) {
      for (const b of [...this.#open]) {
        if (a >= b || !this.#holds(a, b) || !this.#holds(b, a)) continue;
        this.#found.push({ id: 'wrong-slot', text: `${a} and ${b} have changed places` });
        this.#open = this.#open.filter((name) => name !== a && name !== b);
      }
    }
  }

  /** Right results under another's name. */
  #slots(): void {
    for (const name of [...this.#open]) {
      const other = this.#answers[0].question.wanted.find((w) => this.#holds(name, w.name));
      if (!other) continue;
      this.#found.push({ id: 'wrong-slot', text: `${name} holds what belongs into ${other.name}` });
      this.#open = this.#open.filter((n) => n !== name);
    }
  }

  /** Whether the result `name` is what was wanted as `other`. */
  #holds(name: string, other: string): boolean {
    return this.#is(name, (_, a) => a.question.wanted.find((w) => w.name === other)!);
  }

  /** Right numbers in another shape or order. */
  #layouts(): void {
    for (const name of [...this.#open]) {
      if (this.#is(name, transposed)) {
        this.#note('transposed', 'equals the answer transposed', [name]);
      } else if (this.#is(name, (w) => transposed(w) && { shape: w.shape, values: transposed(w)!.values })) {
        const text = 'the transposed answer in the right shape: reshape keeps the order of the numbers, T transposes';
        this.#note('reshaped', text, [name]);
      } else if (this.#is(name, (w, a) => ({ shape: a.given.get(name)!.shape, values: w.values }))) {
        const { shape } = this.#answers[0].given.get(name)!;
        const extra = shape.length > this.#answers[0].question.wanted.find((w) => w.name === name)!.shape.length;
        const text = extra
          ? 'the numbers are right; there is a dimension too many'
          : 'the numbers are right, the shape is not';
        this.#note('dimensions', text, [name]);
      }
    }
  }

  /** The right numbers times something, and nothing at all. */
  #factors(): void {
    const byText = new Map<string, { fingerprint: Fingerprint; names: string[] }>();
    for (const name of [...this.#open]) {
      const zero = this.#is(name, (w) => ({ shape: w.shape, values: w.values.map(() => 0) }));
      if (zero) {
        const fingerprint = { id: 'zero', text: 'all zeros: a road to the loss is missing' };
        byText.set('zero', { fingerprint, names: [...(byText.get('zero')?.names ?? []), name] });
        continue;
      }
      for (const fingerprint of this.#factor(name, (w) => w) ?? this.#factor(name, transposed, 'transposed') ?? []) {
        const { text } = fingerprint;
        byText.set(text, { fingerprint, names: [...(byText.get(text)?.names ?? []), name] });
      }
    }
    for (const { fingerprint, names } of byText.values()) this.#note(fingerprint.id, fingerprint.text, names);
  }

  /** What the factor between a result and a target says, if it is one factor in each draw; else null. */
  #factor(
    name: string,
    target: (wanted: Wanted, answer: Answer) => Pick<Named, 'shape' | 'values'> | null,
    also?: string,
  ): Fingerprint[] | null {
    const factors: number[] = [];
    for (const answer of this.#answers) {
      const t = target(answer.question.wanted.find((w) => w.name === name)!, answer);
      const got = answer.given.get(name)!;
      const c = t && sameShape(got.shape, t.shape) ? proportion(got.values, t.values, close) : null;
      if (c === null) return null;
      factors.push(c);
    }
    const sizes = this.#answers.map((a) => a.question.sizes);
    const found = factorFingerprint(factors, sizes, this.#piece.asides);
    if (found.length === 0) return null;
    return also ? [{ id: also, text: `the answer ${also}, and not only that` }, ...found] : found;
  }

  #families(): void {
    for (const { id, tell } of this.#piece.families ?? []) {
      for (const name of [...this.#open]) {
        const texts = this.#answers.map(({ question, given }) => tell(tensorsOf(question.inputs), given.get(name)!));
        if (texts[0] !== null && !texts.includes(null)) this.#note(id, texts[0], [name]);
      }
    }
  }

  /** Two mistakes at once: a known one, and a factor or a sign. */
  #suspectsWithFactor(): void {
    const { wanted } = this.#answers[0].question;
    if (wanted.length > 1) return;
    for (const { id, text, give } of this.#piece.suspects) {
      const target = (w: Wanted, a: Answer): Named => namedOf(w.name, give(tensorsOf(a.question.inputs))[w.name]);
      const factor = this.#factor(wanted[0].name, target);
      if (factor === null) continue;
      this.#found.push({ id, text }, ...factor);
      return;
    }
  }
}

function equal(a: Pick<Named, 'shape' | 'values'>, b: Pick<Named, 'shape' | 'values'>): boolean {
  return sameShape(a.shape, b.shape) && relativeError(a.values, b.values) <= close;
}

function transposed({ shape, values }: Pick<Named, 'shape' | 'values'>): Pick<Named, 'shape' | 'values'> | null {
  if (shape.length !== 2) return null;
  const [rows, cols] = shape;
  return { shape: [cols, rows], values: values.map((_, i) => values[(i % rows) * cols + Math.floor(i / rows)]) };
}
