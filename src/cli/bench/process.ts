import { spawn } from 'node:child_process';
import type { Line } from './measure.ts';

/** What became of one process: what it measured, or why it could not (not installed here), or did not (broken). */
export type Outcome = { readonly line: Line } | { readonly absent: string } | { readonly failed: string };

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From just before the process is made until it is gone. */
  readonly seconds: number;
  /** Not even started, or stopped for taking too long. */
  readonly error?: NodeJS.ErrnoException;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const longest = 600_000;

/** Runs a program to its end. Never throws. */
export function runProcess({ file, args, env }: Command): Promise<Ended> {
  return new Promise((done) => {
    const from = performance.now();
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    let [stdout, stderr] = ['', ''];
    let error: NodeJS.ErrnoException | undefined;
    const clock = setTimeout(() => {
      error = new Error(`stopped after ${longest / 1000} s`);
      child.kill('SIGKILL');
    }, longest);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const end = (code: number | null): void => {
      clearTimeout(clock);
      done({ code, stdout, stderr, seconds: (performance.now() - from) / 1000, error });
    };
    child.on('error', (reason) => {
      error = reason;
      end(null);
    });
    child.on('close', end);
  });
}

const notInstalled = /Cannot find package '[^']*'|ModuleNotFoundError: [^\n]*/;
/** Where Node, Python and our own command line say what went wrong. */
const complaint = /^(?:\w*Error\b.*|error .*)$/m;

/** Results are committed and read elsewhere: of a path its last part. */
function withoutPaths(text: string): string {
  return text.replace(/(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][^\\/\s'":]+)+[\\/]([^\\/\s'":]+)/g, '$1');
}

/** The last line of stdout as JSON, or why there is none: a missing package or interpreter is absence, the rest failure. */
export function lastJson<T>(
  ended: Ended,
): { readonly value: T } | { readonly absent: string } | { readonly failed: string } {
  const { code, stdout, stderr, error } = ended;
  const missing = notInstalled.exec(stderr)?.[0];
  if (error?.code === 'ENOENT') return { absent: 'no such program' };
  if (code !== 0 || error) {
    if (missing !== undefined && !error) return { absent: missing };
    const said = complaint.exec(stderr)?.[0] ?? stderr.trim().split('\n').at(-1);
    return { failed: withoutPaths(error?.message ?? (said || `exit status ${code}`)) };
  }
  try {
    const value = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    if (typeof value?.absent === 'string') return { absent: withoutPaths(value.absent) };
    return { value };
  } catch {
    return { failed: 'printed no JSON line' };
  }
}

/** Runs a participant once. */
export async function measureOnce(command: Command): Promise<Outcome> {
  const said = lastJson<Line>(await runProcess(command));
  if (!('value' in said)) return said;
  const line = said.value;
  return line.msPerStep?.median > 0 ? { line } : { failed: 'msPerStep.median is not positive' };
}
