import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { pagePolicy } from '../../lab/sandbox/policy.ts';
import { type Json, main } from '../cli.ts';

/** Elsewhere a signal from another process is the end, without a word. */
export const posix = process.platform !== 'win32';

export interface Running {
  readonly child: ChildProcess;
  readonly document: Json;
  /** Of stderr, so far. */
  readonly said: () => string;
  /** Sends the signal and answers the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `neuroforge lab --json` in this folder and waits for its document. */
export function start(cwd: string, ...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [main, 'lab', '--json', ...args], { cwd });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((done, failed) => {
    ended.then((code) => failed(new Error(`it ended with ${code}: ${stdout}${stderr}`)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      if (!stdout.endsWith('}\n')) return;
      const end = (signal: NodeJS.Signals = 'SIGINT') => {
        child.kill(signal);
        return ended;
      };
      done({ child, document: JSON.parse(stdout), said: () => stderr, end });
    });
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends these lines as they are, on a connection of its own. */
export function raw(port: number, ...lines: string[]): Promise<Answer> {
  return new Promise((done, failed) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (part) => {
      text += part;
    });
    socket.on('error', failed).on('close', () => {
      const [head, ...rest] = text.split('\r\n\r\n');
      const [status, ...fields] = head.split('\r\n');
      const headers = fields.map((field) => [
        field.slice(0, field.indexOf(':')).toLowerCase(),
        field.slice(field.indexOf(':') + 2),
      ]);
      done({ status: Number(status.split(' ')[1]), headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') });
    });
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

/** What goes with every answer, with the refusals too. */
export function guarded({ headers }: Answer): void {
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(headers['access-control-allow-origin']).toBeUndefined();
  const policy = Object.fromEntries(
    headers['content-security-policy'].split('; ').map((part) => {
      const [name, ...sources] = part.split(' ');
      return [name, sources];
    }),
  );
  expect(policy).toMatchObject({ 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], ...pagePolicy });
  expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|'unsafe-eval'/);
}
