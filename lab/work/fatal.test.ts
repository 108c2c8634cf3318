import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const kept = new Map<string, string>();
const page = new EventTarget();

/** The module as a page has it that was just opened. */
async function opened(): Promise<typeof import('./fatal.ts')> {
  vi.resetModules();
  return import('./fatal.ts');
}

beforeEach(() => {
  kept.clear();
  vi.useFakeTimers();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function answer(asked: Promise<boolean>): Promise<boolean> {
  await vi.runAllTimersAsync();
  return asked;
}

test('a text whose grading never came back is known to the next page, until another is graded', async () => {
  const before = await opened();
  before.begins('relu', 'deadly');
  const back = before.begins('chain', 'fine');
  back();
  await vi.runAllTimersAsync();
  const after = await opened();
  expect(await answer(after.wasFatal('relu', 'deadly'))).toBe(true);
  expect(await answer(after.wasFatal('relu', 'better'))).toBe(false);
  expect(await answer(after.wasFatal('chain', 'fine'))).toBe(false);
  after.begins('relu', 'better')();
  await vi.runAllTimersAsync();
  expect(await answer((await opened()).wasFatal('relu', 'deadly'))).toBe(false);
  expect(kept.size).toBe(0);
});

test('a page that is hidden has not gone down by what came back, whatever becomes of it', async () => {
  const shown = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal('document', shown);
  const before = await opened();
  before.begins('relu', 'fine')();
  before.begins('chain', 'deadly');
  shown.dispatchEvent(new Event('visibilitychange'));
  expect(kept.get('neuroforge-grading')).toContain('fine');
  shown.hidden = true;
  shown.dispatchEvent(new Event('visibilitychange'));
  const after = await opened();
  expect(await answer(after.wasFatal('relu', 'fine'))).toBe(false);
  expect(await answer(after.wasFatal('chain', 'deadly'))).toBe(true);
});

test('a grading that is under way in another page is waited for', async () => {
  const other = await opened();
  const back = other.begins('relu', 'slow');
  const here = await opened();
  const asked = here.wasFatal('relu', 'slow');
  await vi.advanceTimersByTimeAsync(3000);
  back();
  expect(await answer(asked)).toBe(false);
});

test('a page that goes down just after the grading is noted too; the next grading has a note of its own', async () => {
  const before = await opened();
  const back = before.begins('relu', 'deadly');
  back();
  await vi.advanceTimersByTimeAsync(900);
  expect(kept.size).toBe(1);
  before.begins('relu', 'deadly');
  await vi.runAllTimersAsync();
  expect(await answer((await opened()).wasFatal('relu', 'deadly'))).toBe(true);
});

test('who leaves while something is graded accuses nobody', async () => {
  (await opened()).begins('relu', 'slow');
  page.dispatchEvent(new Event('pagehide'));
  expect(await answer((await opened()).wasFatal('relu', 'slow'))).toBe(false);
});

test('without storage nothing is noted, and nothing fails', async () => {
  const refuse = (): never => {
    throw new DOMException('no', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
  const here = await opened();
  here.begins('relu', 'x')();
  expect(await answer(here.wasFatal('relu', 'x'))).toBe(false);
});

test('what somebody else left there is not read as texts', async () => {
  kept.set('neuroforge-grading', 'null');
  const here = await opened();
  expect(await answer(here.wasFatal('relu', 'x'))).toBe(false);
});
