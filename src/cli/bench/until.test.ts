import { expect, test } from 'vitest';
import type { Ended } from './process.ts';
import { lastJson } from './process.ts';
import { type Racer, race } from './until.ts';

const finish = { version: '1', backend: 'b', threads: 1, steps: 10, valAccuracy: 0.971, testAccuracy: 0.97 };

function ended(seconds: number, more: Partial<Ended> = {}): Ended {
  return { code: 0, stdout: '', stderr: '', seconds, ...more };
}

function racer(who: string, read: Racer['read'] = () => finish, more: Partial<Racer> = {}): Racer {
  return { who, kind: 'peer', command: (seed) => ({ file: who, args: [String(seed)] }), read, ...more };
}

test('a round has its seed, runs backwards every other time, and the clock is that of the process', async () => {
  const order: string[] = [];
  const { results, missing } = await race([racer('a'), racer('b')], 3, async ({ file, args }) => {
    order.push(`${file}${args[0]}`);
    return ended(order.length);
  });
  expect(order.join(' ')).toBe('a0 b0 b1 a1 a2 b2');
  expect(missing).toEqual([]);
  expect(results.map((r) => [r.who, r.seconds])).toEqual([
    ['a', { median: 4, min: 1, max: 5 }],
    ['b', { median: 3, min: 2, max: 6 }],
  ]);
  expect(results[0].runs.map((r) => r.seed)).toEqual([0, 1, 2]);
});

test('who does not reach 97 % has failed; who is absent is not tried again; neither has a time', async () => {
  const racers = [
    racer('slow', () => ({ ...finish, valAccuracy: 0.9699 })),
    racer('gone', () => ({ absent: 'no such program' }), { get: 'install it' }),
    racer('nowhere', undefined, { absent: 'not in this package' }),
    racer('nan', () => ({ ...finish, valAccuracy: Number.NaN })),
  ];
  const tried: string[] = [];
  const { results, missing } = await race(racers, 3, async ({ file }) => {
    tried.push(file);
    return ended(1);
  });
  expect(tried).toEqual(['slow', 'gone', 'nan']);
  expect(results).toEqual([]);
  expect(missing.map((m) => [m.who, m.state, m.get])).toEqual([
    ['nowhere', 'absent', null],
    ['slow', 'failed', null],
    ['gone', 'absent', 'install it'],
    ['nan', 'failed', null],
  ]);
});

test('what a process says: its last line, that it is absent, or that it broke', () => {
  expect(lastJson(ended(1, { stdout: 'hello\n{"a":1}\n' }))).toEqual({ value: { a: 1 } });
  expect(lastJson(ended(1, { stdout: '{"absent":"no BLAS"}' }))).toEqual({ absent: 'no BLAS' });
  expect(lastJson(ended(1, { stdout: 'hello' }))).toEqual({ failed: 'printed no JSON line' });
  const missing = "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /home/somebody/y.mjs\n  at z";
  expect(lastJson(ended(1, { code: 1, stderr: missing }))).toEqual({ absent: "Cannot find package 'x'" });
  const python = "Traceback\nModuleNotFoundError: No module named 'torch'\n";
  expect(lastJson(ended(1, { code: 1, stderr: python }))).toEqual({
    absent: "ModuleNotFoundError: No module named 'torch'",
  });
  expect(lastJson(ended(1, { code: 1, stderr: 'a\nout of cheese\n' }))).toEqual({ failed: 'out of cheese' });
  expect(lastJson(ended(1, { code: 3 }))).toEqual({ failed: 'exit status 3' });
  const enoent = Object.assign(new Error('spawn'), { code: 'ENOENT' });
  expect(lastJson(ended(1, { code: null, error: enoent }))).toEqual({ absent: 'no such program' });
});
