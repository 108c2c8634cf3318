import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Frame } from './frame.ts';

/** What the page has sent into its frame, and a way to answer in the frame's name. */
let sent: Record<string, unknown>[] = [];
let answer: (data: object) => void = () => {};

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  let hear: (event: object) => void = () => {};
  const contentWindow = { postMessage: (message: Record<string, unknown>) => sent.push(message) };
  answer = (data) => hear({ source: contentWindow, data });
  vi.stubGlobal('addEventListener', (_: string, listener: typeof hear) => (hear = listener));
  vi.stubGlobal('removeEventListener', () => {});
  vi.stubGlobal('document', { createElement: () => ({ setAttribute() {}, remove() {}, contentWindow }) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(): Promise<Frame> {
  const frame = new Frame({ append: () => queueMicrotask(() => answer({ ready: true })) } as unknown as HTMLElement);
  await frame.open();
  return frame;
}

const birth = { script: new Blob(), message: null, ports: [] };
const on = { failed: () => {}, lost: () => {} };
const born = (): unknown[] => sent.filter((message) => 'script' in message).map(({ id }) => id);

test('a worker is born when all that were to end have ended, in whatever order', async () => {
  const frame = await opened();
  const [a, b] = [await frame.birth(birth, on), await frame.birth(birth, on)];
  a.end();
  const third = frame.birth(birth, on);
  await vi.advanceTimersByTimeAsync(1);
  b.end(); // before the end of the first is confirmed
  answer({ id: 0, ended: true });
  await vi.advanceTimersByTimeAsync(1);
  expect(born()).toEqual([0, 1]);
  answer({ id: 1, ended: true });
  await third;
  expect(born()).toEqual([0, 1, 2]);
});

test('a frame that does not end a worker is replaced, and the others hear of it', async () => {
  const frame = await opened();
  const lost = vi.fn();
  const stuck = await frame.birth(birth, on);
  await frame.birth(birth, { ...on, lost });
  stuck.end();
  const next = frame.birth(birth, on);
  await vi.advanceTimersByTimeAsync(999);
  expect(lost).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(lost).toHaveBeenCalledOnce();
  await next;
  expect(born()).toEqual([0, 1, 2]);
});
