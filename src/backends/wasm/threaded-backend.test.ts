import { afterAll, describe, expect, test } from 'vitest';
import { conformance } from '../conformance.ts';
import { createThreadedWasmBackend, type ThreadedWasmBackend } from './threaded-backend.ts';
import { createWasmBackend } from './wasm-backend.ts';

/** Every operation is split that has two parts, however small. */
const thresholds = { work: 1, product: 1, asleep: 1 };
const made: ThreadedWasmBackend[] = [];
async function onThreads(threads: number, maxBytes = 2 ** 30): Promise<ThreadedWasmBackend> {
  const backend = await createThreadedWasmBackend({ threads, maxBytes, thresholds });
  made.push(backend);
  return backend;
}
afterAll(() => {
  for (const backend of made) backend.dispose();
});

const two = await onThreads(2);
const three = await onThreads(3);

describe.each([two, three])('conformance on $threads threads: the bits of js in f32', (backend) => {
  for (const { name, skip, run } of conformance(() => backend)) test.skipIf(skip)(name, run);
});
