import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StepClock } from './timing.ts';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Steps of so many milliseconds each. */
function steps(clock: StepClock, durations: Iterable<number>): void {
  for (const ms of durations) {
    now += ms;
    clock.tick();
  }
}
const same = (n: number, ms: number): number[] => new Array(n).fill(ms);

test('mean and median of all steps while they are few', () => {
  const clock = new StepClock();
  expect(clock.summary()).toEqual({ msPerStep: Number.NaN, msPerStepMedian: Number.NaN });
  steps(clock, [1, 2, 6]);
  expect(clock.summary()).toEqual({ msPerStep: 3, msPerStepMedian: 2 });
  steps(clock, [3]);
  expect(clock.summary()).toEqual({ msPerStep: 3, msPerStepMedian: 2.5 });
});

test('the first 100 steps count up to the 200th and not beyond', () => {
  const clock = new StepClock();
  steps(clock, [...same(100, 50), ...same(100, 2)]);
  expect(clock.summary()).toEqual({ msPerStep: 26, msPerStepMedian: 26 });
  steps(clock, [2]);
  expect(clock.summary()).toEqual({ msPerStep: 2, msPerStepMedian: 2 });
});

test('what lies between suspend and resume is left out', () => {
  const clock = new StepClock();
  steps(clock, [1]);
  clock.suspend();
  now += 1000;
  clock.resume();
  steps(clock, [3]);
  expect(clock.summary().msPerStep).toBe(2);
  expect(clock.seconds()).toBe(1.004);
});

test('mark: the mean since the last mark', () => {
  const clock = new StepClock();
  steps(clock, [1, 3]);
  expect(clock.mark()).toBe(2);
  steps(clock, [5, 6, 7]);
  expect(clock.mark()).toBe(6);
  expect(clock.mark()).toBeNaN();
});

test('a long run: the exact mean, the median of an even sample', () => {
  const clock = new StepClock();
  steps(clock, same(100, 1000));
  // 1, 2, … 5 over and over, slower by 100 in the second half
  const n = 100_000;
  steps(
    clock,
    Array.from({ length: n }, (_, i) => 1 + (i % 5) + (i < n / 2 ? 0 : 100)),
  );
  expect(clock.summary().msPerStep).toBeCloseTo(53, 9);
  steps(clock, same(2000, 200));
  expect(clock.summary().msPerStepMedian).toBe(101);
});
