import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Interrupt } from './interrupt.ts';
import type { Output } from './output.ts';

let [now, stops] = [1000, 0];
let exits: unknown[];
let interrupt: Interrupt;

beforeEach(() => {
  [stops, exits] = [0, []];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.spyOn(process, 'exit').mockImplementation((code) => exits.push(code) as never);
  interrupt = new Interrupt({ note: () => {} } as unknown as Output, 'runs/x', () => stops++);
});
afterEach(() => {
  interrupt.release();
  vi.restoreAllMocks();
});

test('the first signal stops the run, its echo does nothing, the second ends the process', () => {
  process.emit('SIGINT', 'SIGINT');
  expect({ stops, exits, code: interrupt.exitCode }).toEqual({ stops: 1, exits: [], code: 130 });
  now += 100;
  process.emit('SIGTERM', 'SIGTERM');
  expect({ stops, exits, code: interrupt.exitCode }).toEqual({ stops: 1, exits: [], code: 130 });
  now += 900;
  process.emit('SIGTERM', 'SIGTERM');
  expect(exits).toEqual([143]);
});

test('a closed terminal is no Ctrl-C', () => {
  process.emit('SIGHUP', 'SIGHUP');
  expect({ stops, code: interrupt.exitCode }).toEqual({ stops: 1, code: 143 });
});

test('released, signals are no longer its own', () => {
  interrupt.release();
  expect(process.listenerCount('SIGHUP')).toBe(0);
});
