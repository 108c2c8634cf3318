import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Program } from '../program.ts';
import { cut } from './splits.ts';
import { createThreadedWasmBackend, type ThreadedWasmBackend } from './threaded-backend.ts';

/** Every operation is split that has two parts, however small; the backend is disposed of after the test. */
async function onThreads(threads: number): Promise<ThreadedWasmBackend> {
  const thresholds = { work: 1, product: 1, asleep: 1, balanced: false };
  const backend = await createThreadedWasmBackend({ threads, maxBytes: 2 ** 30, thresholds });
  onTestFinished(() => backend.dispose());
  return backend;
}

describe('modules made later', () => {
  const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
  const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
  const [i32, f32, func] = [0x7f, 0x7d, 0x60];
  const get = (local: number): number[] => [0x20, local];
  /** set(at, n, value): n floats of that value, by the kernel `fill` that it imports; it imports env.memory too. */
  const setter = Uint8Array.from([
    ...[0, ...Buffer.from('asm'), 1, 0, 0, 0],
    ...section(1, 2, func, 3, i32, f32, i32, 0, func, 3, i32, i32, f32, 0),
    ...section(
      2,
      2,
      ...name('env'),
      ...name('memory'),
      2,
      3,
      1,
      0x80,
      0x80,
      4,
      ...name('kernels'),
      ...name('fill'),
      0,
      0,
    ),
    ...section(3, 1, 1),
    ...section(7, 1, ...name('set'), 0, 1),
    ...section(10, 1, 10, 0, ...get(0), ...get(2), ...get(1), 0x10, 0, 0x0b),
    ...section(0, ...name('x'), ...new Array(100).fill(0)),
  ]);
  const split = cut(1, 4, () => 1, { 0: () => 4 });

  test.each([2, 3])('run in all of %i threads, after another one', async (threads) => {
    const b = await onThreads(threads);
    b.load(setter);
    const module = b.load(setter);
    const at = b.allocate(103, 'x');
    b.fill(at, 0, 103);
    b.runSplit(module, 'set', split, [4 * at, 102, 2.5]);
    expect(Array.from(b.read(at, 103))).toEqual([...new Array(102).fill(2.5), 0]);
    expect(caught(() => b.load(setter.slice(0, 20)))).toBeInstanceOf(WebAssembly.CompileError);
    b.fill(at, 1, 103);
  });
});

describe('failures', () => {
  test('a thread that was ended is reported, and every later call throws the same at once', async () => {
    const threads = watchThreads();
    const b = await onThreads(3);
    const at = b.allocate(1000, 'x');
    b.fill(at, 1, 1000);
    const [whole, split] = [sumOfColumns, squares].map((of) => b.compile(of)!);
    whole.run([at, at + 32]);
    split.run([at, at + 32]);
    await threads[0].terminate();
    const error = await vi.waitFor(() => {
      const thrown = caught(() => b.fill(at, 2, 1000));
      expect(thrown).toMatchObject({ code: 'NF1305', message: expect.stringMatching(/thread 1 has ended/) });
      return thrown;
    });
    expect(caught(() => b.unary('exp', at, at, 1))).toBe(error);
    expect(caught(() => whole.run([at, at + 32]))).toBe(error);
    expect(caught(() => split.run([at, at + 32]))).toBe(error);
    expect(caught(() => b.matmul(at, at, at, 1, 1, 1, false, false, 1, 0))).toBe(error);
    await expect(exits(threads)).resolves.toBe(2);
  });

  test('a thread that dies under a running operation is reported within 5 s', async () => {
    const threads = watchThreads();
    const b = await onThreads(2);
    const at = b.allocate(1000, 'x');
    void threads[0].terminate(); // main does not get back to its events before the operation
    const wait = vi.spyOn(Atomics, 'wait');
    onTestFinished(() => wait.mockRestore());
    const error = caught(() => {
      for (;;) b.fill(at, 2, 1000);
    });
    const waited = wait.mock.calls.map(([, , , milliseconds]) => milliseconds!).reduce((sum, ms) => sum + ms);
    expect(waited).toBeLessThanOrEqual(4500);
    expect(error).toMatchObject({ code: 'NF1305', hint: expect.stringContaining('checkpoint') });
    expect(caught(() => b.fill(at, 1, 1))).toBe(error);
    await exits(threads);
  });

  test('a trap in a thread', async () => {
    const b = await onThreads(2);
    const [at, indices] = [b.allocate(4, 'x'), b.allocate(4, 'i')];
    b.integers().set([0, 0, 2 ** 29, 2 ** 29], indices);
    const error = caught(() => b.gatherRows(at, at, indices, 4, 1));
    expect(error).toMatchObject({ code: 'NF1305', message: expect.stringContaining('out of bounds') });
  });

  test('dispose ends the threads', async () => {
    const threads = watchThreads();
    const b = await onThreads(3);
    b.dispose();
    await expect(exits(threads)).resolves.toBe(2);
    expect(() => b.fill(0, 1, 1)).toThrow();
  });

  test.each([
    ['throws', 'throw new Error("no luck")', /no luck/],
    ['ends', '0', /ended with code 0/],
    ['never says that it is ready', 'setInterval(() => {}, 1000)', /said nothing/],
  ])('a thread that %s when it starts: NF1305, and none is left', async (_, script, message) => {
    const threads = watchThreads(script);
    const attempt = createThreadedWasmBackend({ threads: 3 });
    await expect(attempt).rejects.toMatchObject({ code: 'NF1305', message: expect.stringMatching(message) });
    await expect(exits(threads)).resolves.toBe(2);
  });

  test.each([0, 1.5, 65, Number.NaN])('%s threads: NF4106', async (threads) => {
    await expect(createThreadedWasmBackend({ threads })).rejects.toMatchObject({ code: 'NF4106' });
  });
});

const operand = { value: 0, spread: 'full' } as const;
const ofMatrix = { name: 'x', inputs: [{ size: 32, column: false, byValue: false }], outputs: [1], writes: [] };
const squares: Program = { ...ofMatrix, steps: [{ op: 'square', operands: [operand], rows: 8, cols: 4, size: 32 }] };
const sumOfColumns: Program = {
  ...ofMatrix,
  steps: [{ op: 'colSum', operands: [operand], rows: 8, cols: 4, size: 4 }],
};

function caught(use: () => void): unknown {
  try {
    use();
  } catch (error) {
    return error;
  }
  return undefined;
}

type Worker = import('node:worker_threads').Worker;

/** The threads that are started from now on, until the end of the test; with another script than ours, if given. */
function watchThreads(script?: string): Worker[] {
  const real = process.getBuiltinModule('worker_threads');
  const seen: Worker[] = [];
  class Watched extends real.Worker {
    constructor(...[ours, options]: ConstructorParameters<typeof real.Worker>) {
      super(script ?? ours, options);
      seen.push(this);
    }
  }
  const spy = vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...real, Worker: Watched });
  onTestFinished(() => spy.mockRestore());
  return seen;
}

/** How many have ended, once all have. */
async function exits(threads: readonly Worker[]): Promise<number> {
  await vi.waitFor(() => expect(threads.map(({ threadId }) => threadId)).toEqual(threads.map(() => -1)));
  return threads.length;
}
