import pc from 'picocolors';
import { safeText } from '../charts/text.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { spellUnseen, toJson } from '../core/unseen.ts';

/** How a command ends: see the table in `neuroforge --help`. */
export const exitCodes = {
  fine: 0,
  negative: 1,
  usage: 2,
  diverged: 3,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
}

/**
 * Where a command writes: results on stdout, progress on stderr, one document with `--json`. No control character
 * leaves here but newlines and, where there are colors, ours: names from data, files and the user pass `safeText` where
 * a line is put together, and what was forgotten is spelled out here.
 */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly color: boolean;
  readonly unicode: boolean;
  /** True when stderr is a terminal that can redraw a line. */
  readonly live: boolean;
  readonly width: number;
  readonly paint: ReturnType<typeof pc.createColors>;

  constructor(options: OutputOptions = {}) {
    const { env } = process;
    this.json = options.json === true;
    this.quiet = options.quiet === true;
    this.debug = options.debug === true;
    const dumb = env.TERM === 'dumb';
    const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
    const refused = (env.NO_COLOR ?? '') !== '' || options.color === false || env.FORCE_COLOR === '0';
    this.color = !refused && !this.json && (forced || (process.stdout.isTTY === true && !dumb));
    this.paint = pc.createColors(this.color);
    this.live = process.stderr.isTTY === true && !dumb && !env.CI;
    const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
    const always = process.platform === 'win32' || process.platform === 'darwin'; // whatever the variables say
    this.unicode = always || /utf-?8/i.test(locale) || !process.stdout.isTTY;
    this.width = process.stdout.columns ?? 80;
  }

  /** A line of results; nothing with `--json`. */
  print(line = ''): void {
    if (!this.json) process.stdout.write(`${this.#harmless(line)}\n`);
  }

  /** A line of progress; nothing with `--quiet`. */
  note(line: string): void {
    if (!this.quiet) this.#complain(line);
  }

  /** A word of the library on its progress, with the paths and addresses in it: one line, whatever they hold. */
  say(message: string): void {
    this.note(safeText(message, longest));
  }

  warn(code: string, message: string, hint?: string): void {
    this.#complain(`${this.paint.yellow('warn')}  ${code}  ${safeText(message, longest)}`);
    if (hint) this.#complain(`${indent}${safeText(hint, longest)}`);
  }

  /** The one document of `--json`. */
  document(value: unknown): void {
    if (this.json) process.stdout.write(`${toJson(value, 2)}\n`);
  }

  /** Prints what went wrong and answers the exit code. */
  fail(error: unknown): number {
    const known = error instanceof NeuroForgeError;
    const bug = !known || error.code.startsWith('NF9');
    const told = bug ? reportable(error) : error;
    const code = bug ? exitCodes.bug : exitCodes.usage;
    if (this.json) this.document({ schema: 'neuroforge/error@1', error: told.toJSON() });
    else for (const line of errorLines(told, this.paint)) this.#complain(line);
    if (this.debug && error instanceof Error) this.#complain(String(error.stack));
    return code;
  }

  #complain(line: string): void {
    process.stderr.write(`${this.#harmless(line)}\n`);
  }

  #harmless(text: string): string {
    return text.replace(this.color ? /(?:(?!\x1b\[[\d;]*m)[^\n])+/g : /[^\n]+/g, spellUnseen);
  }
}

const indent = ' '.repeat(14);
/** Code points of a message. */
const longest = 2000;

/** What was not meant to happen, with what to do about it. */
function reportable(error: unknown): NeuroForgeError {
  const hint = 'a bug of ours: please report the command, what --debug adds, and neuroforge --version --json';
  const { code, where, expected, got } =
    error instanceof NeuroForgeError ? error : ({ code: 'NF9000' } as NeuroForgeError);
  return new NeuroForgeError(code, error instanceof Error ? error.message : String(error), {
    where,
    expected,
    got,
    hint,
  });
}

/** One to three lines: what and where; expected and got; what to do. */
function errorLines(error: NeuroForgeError, paint: ReturnType<typeof pc.createColors>): string[] {
  const text = (part: string): string => safeText(part, longest);
  const where = error.where ? `${text(error.where)}: ` : '';
  const lines = [`${paint.red('error')} ${error.code}  ${where}${text(error.message)}`];
  const facts = [error.expected && `expected ${text(error.expected)}`, error.got && `got ${text(error.got)}`];
  const given = facts.filter(Boolean);
  if (given.length > 0) lines.push(indent + given.join(', '));
  const last = [error.chain && text(error.chain), error.hint && `${paint.dim('hint:')} ${text(error.hint)}`];
  if (error.chain || error.hint) lines.push(indent + last.filter(Boolean).join('      '));
  return lines;
}

/** The number as people read it, en-US whatever the locale. */
export function people(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
