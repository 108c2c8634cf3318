/** From wrong numbers to what their author probably did. */
import { sameShape } from '../../core/shape.ts';
import type { Fingerprint } from '../verdict.ts';
import type { Answer } from './ask.ts';
import { factorFingerprint, proportion } from './factor.ts';
import { close, equal, shapeText, shift, transposed, twists } from './likeness.ts';
import { type Named, namedOf, type Piece, type Suspect, tensorsOf, type Wanted } from './question.ts';
import { list } from './result.ts';

/** The answers of all draws beside what was wanted. */
export class Look {
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
    if (this.#found.length === 0) this.#twists();
    if (this.#found.length === 0) this.#shapes();
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
      const reshaped = (w: Wanted, a: Answer): Pick<Named, 'shape' | 'values'> | null => {
        const { shape, values } = a.given.get(name)!;
        return values.length === w.values.length ? { shape, values: w.values } : null;
      };
      const found =
        this.#factor(name, (w) => w) ??
        this.#factor(name, transposed, ['transposed', 'the answer transposed, and not only that']) ??
        this.#factor(name, reshaped, ['dimensions', 'the shape is not right, and not only that']);
      for (const fingerprint of found ?? []) {
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
    also?: readonly [id: string, text: string],
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
    const anything = this.#answers[0].given.get(name)!.values.length === 1; // one number is proportional to any other
    if (found.length === 0 || (anything && found.some(({ id }) => id === 'varying-factor'))) return null;
    return also ? [{ id: also[0], text: also[1] }, ...found] : found;
  }

  /** The right numbers with one more operation on each of them. */
  #twists(): void {
    for (const name of [...this.#open]) {
      const twist = twists.find(([, , of]) => this.#is(name, (w) => ({ shape: w.shape, values: w.values.map(of) })));
      if (twist) this.#note(twist[0], twist[1], [name]);
      else {
        const added = this.#answers.map(({ question, given }) => {
          const wanted = question.wanted.find((w) => w.name === name)!;
          return shift(given.get(name)!, wanted);
        });
        if (added.includes(null)) continue;
        const all = new Set(added.map((c) => Number(c!.toPrecision(4))));
        const what = all.size === 1 ? `${[...all][0]} is` : 'one number is';
        this.#note('offset', `right, but that ${what} added everywhere`, [name]);
      }
    }
  }

  /** What the shape alone says. */
  #shapes(): void {
    for (const name of [...this.#open]) {
      const texts = this.#answers.map(({ question, given }) => {
        const { shape, letters } = question.wanted.find((w) => w.name === name)!;
        return shapeText(given.get(name)!.shape, shape, letters);
      });
      if (texts[0] !== null && new Set(texts).size === 1) this.#note('wrong-shape', texts[0], [name]);
    }
  }

  /** Wrong answers that differ by a number. */
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
      if (factor === null || factor.some((f) => f.id === 'varying-factor')) continue;
      this.#found.push({ id, text }, ...factor);
      return;
    }
  }
}
