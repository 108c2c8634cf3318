import { NeuroForgeError } from '../src/core/errors.ts';
import { type ExerciseId, exercises } from '../src/verify/exercises.ts';
import { fits, limits, type Settings } from './work/settings.ts';

/** What a link carries: code, settings and seed, never data. */
export interface LinkState extends Settings {
  readonly code: Readonly<Partial<Record<ExerciseId, string>>>;
  /** One of the functions is sabotaged, for the visitor to find. */
  readonly hunt: boolean;
  readonly note?: string;
}

/** Characters of one piece in a link. */
export const longestCode = 10_000;

/** Characters of a note. */
const longestNote = 500;

/** Takes field by field what is known, into an object of its own; unknown fields, of a later lab perhaps, are left. */
export function checkState(value: unknown, where: string, refusedAs: string): LinkState {
  const bad = (field: string, expected: string, got: unknown): never => {
    throw refusal(refusedAs, `the ${where} cannot be meant: ${field}`, { expected, got: brief(got) });
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad('state', 'an object', value);
  const own = (name: string, of: object = value): unknown =>
    Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
  const number = (name: keyof typeof limits, n: unknown = own(name)): number => {
    const { least, most, whole } = limits[name];
    return fits(n, limits[name]) ? n : bad(name, `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`, n);
  };
  const string = (name: string, most: number, text: unknown): string =>
    typeof text === 'string' && text.length <= most ? text : bad(name, `a text of at most ${most} characters`, text);
  const [data, hidden, hunt, note] = ['data', 'hidden', 'hunt', 'note'].map((name) => own(name));
  const given = own('code');
  if (data !== 'digits' && data !== 'mnist') return bad('data', 'digits or mnist', data);
  if (!Array.isArray(hidden) || hidden.length !== 2) return bad('hidden', 'two widths', hidden);
  const widths = hidden.map((width) => number('hidden', width));
  const numbers = { lr: number('lr'), batch: number('batch'), epochs: number('epochs'), seed: number('seed') };
  if (typeof hunt !== 'boolean') return bad('hunt', 'true or false', hunt);
  if (typeof given !== 'object' || given === null) return bad('code', 'an object', given);
  const code: Partial<Record<ExerciseId, string>> = {};
  for (const { id } of exercises) {
    const text = own(id, given);
    if (text !== undefined) code[id] = string(`code of ${id}`, longestCode, text);
  }
  const empty = exercises.filter(({ id }) => !code[id]?.trim());
  if (hunt && empty.length > 0) {
    throw refusal(refusedAs, 'a bug hunt needs the code of all six functions', {
      got: `none of ${empty.map(({ functionName }) => functionName).join(', ')}`,
    });
  }
  return {
    code,
    data,
    hidden: [widths[0], widths[1]],
    ...numbers,
    hunt,
    ...(note === undefined ? {} : { note: string('note', longestNote, note) }),
  };
}

export function refusal(code: string, message: string, details: { expected?: string; got?: string; hint?: string }) {
  return new NeuroForgeError(code, message, { where: 'link', ...details });
}

/** Nested values are not spelled: they may be deeper than a stack. */
function brief(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
