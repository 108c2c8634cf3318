import { expect, test } from 'vitest';
import { startThread } from './threads.ts';

test('a thread that cannot even be made is a refusal, with nothing left behind', async () => {
  const reasons: string[] = [];
  const thread = startThread('function () {}', { data: () => {}, onEnd: (reason) => reasons.push(reason) });
  await expect(thread.started).rejects.toMatchObject({ code: 'NF1305' });
  expect(reasons).toEqual([expect.stringContaining('DataCloneError')]);
  expect(() => thread.terminate()).not.toThrow();
});

test('a thread whose script is broken is a refusal', async () => {
  const thread = startThread('not a function', { data: 1, onEnd: () => {} });
  await expect(thread.started).rejects.toMatchObject({ code: 'NF1305' });
});
