import pc from 'picocolors';
import { safeText } from '../charts/text.ts';
import { NeuroForgeError } from '../core/errors.ts';

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

/** Where a command writes: results on stdout, progress on stderr, one document with `--json`. */
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
    this.unicode = process.platform === 'win32' || /utf-?8/i.test(locale) || !process.stdout.isTTY;
    this.width = process.stdout.columns ?? 80;
  }

  /** A line of results; nothing with `--json`. */
  print(line = ''): void {
    if (!this.json) process.stdout.write(`${line}\n`);
  }

  /** A line of progress; nothing with `--quiet`. */
  note(line: string): void {
    if (!this.quiet) process.stderr.write(`${line}\n`);
  }

  warn(code: string, message: string, hint?: string): void {
    const head = `${this.paint.yellow('warn')}  ${code}  ${safeText(message)}`;
    process.stderr.write(`${head}${hint ? `\n              ${safeText(hint)}` : ''}\n`);
  }

  /** The one document of `--json`. */
  document(value: unknown): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value, plainNumbers, 2)}\n`);
  }

  /** Prints what went wrong and answers the exit code. */
  fail(error: unknown): number {
    const known = error instanceof NeuroForgeError;
    const told = known
      ? error
      : new NeuroForgeError('NF9000', error instanceof Error ? error.message : String(error), {
          hint: 'this is a bug of ours: please report it with the command and the output of --debug',
        });
    const code = !known || told.code.startsWith('NF9') ? exitCodes.bug : exitCodes.usage;
    if (this.json) this.document({ schema: 'neuroforge/error@1', error: told.toJSON() });
    else process.stderr.write(`${formatError(told, this.paint)}\n`);
    if (this.debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return code;
  }
}

/** One to three lines: what and where; expected and got; what to do. */
function formatError(error: NeuroForgeError, paint: ReturnType<typeof pc.createColors>): string {
  const indent = ' '.repeat(14);
  const where = error.where ? `${error.where}: ` : '';
  const lines = [`${paint.red('error')} ${error.code}  ${where}${error.message}`];
  const facts = [error.expected && `expected ${error.expected}`, error.got && `got ${error.got}`].filter(Boolean);
  if (facts.length > 0) lines.push(indent + facts.join(', '));
  const hint = error.hint && `${paint.dim('hint:')} ${error.hint}`;
  if (error.chain || hint) lines.push(indent + [error.chain, hint].filter(Boolean).join('      '));
  return lines.map((line) => safeText(line, 2000)).join('\n');
}

/** JSON has no NaN: non-finite numbers become strings. */
export function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** The number as people read it, en-US whatever the locale. */
export function people(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
