import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watch } from './watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  [3, undefined],
  [3, 3],
  [14, 14],
])('%i seconds without a sign of life, and no less', (seconds, patience) => {
  const stuck = vi.fn();
  const watch = new Watch(stuck, () => {}, patience);
  watch.beat();
  vi.advanceTimersByTime(1000 * seconds - 1);
  watch.beat();
  vi.advanceTimersByTime(1000 * seconds - 251); // a turn of the clock may be under way
  expect(stuck).not.toHaveBeenCalled();
  vi.advanceTimersByTime(251);
  expect(stuck).toHaveBeenCalledOnce();
});

test('who waits for the page is asked, and stuck when it does not answer', () => {
  const [stuck, ping] = [vi.fn(), vi.fn()];
  const watch = new Watch(stuck, ping);
  watch.beat();
  watch.calm();
  for (let i = 1; i <= 20; i++) {
    vi.advanceTimersByTime(250);
    expect(ping).toHaveBeenCalledTimes(i);
    watch.pong();
  }
  vi.advanceTimersByTime(250 + 3000);
  expect(ping).toHaveBeenCalledTimes(21);
  expect(stuck).toHaveBeenCalledOnce();
});
