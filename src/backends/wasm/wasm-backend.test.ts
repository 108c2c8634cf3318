import { afterEach, describe, expect, test, vi } from 'vitest';
import { conformance } from '../conformance.ts';
import { kernelModule } from './module.ts';
import { createWasmBackend } from './wasm-backend.ts';

describe('conformance: the bits of js in f32, every operation', () => {
  for (const { name, skip, run } of conformance(createWasmBackend)) test.skipIf(skip)(name, run);
});

const MiB = 2 ** 20;

describe('memory', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('64 MiB at first; growth remakes the views and keeps contents', () => {
    const b = createWasmBackend();
    expect(b.usage().capacity).toBe((64 * MiB) / 4);
    const a = b.allocate(3, 'a');
    b.write(a, [1.5, -2, 3]);
    const old = b.heap();
    const far = b.allocate(20 * MiB, 'far');
    expect(old.length).toBe(0);
    b.fill(far, 4, 20 * MiB);
    expect(Array.from(b.read(a, 3))).toEqual([1.5, -2, 3]);
    expect(b.read(far + 20 * MiB - 1, 1)[0]).toBe(4);
    b.integers()[a] = -5;
    expect(new Int32Array(b.heap().buffer)[a]).toBe(-5);
    expect(b.heap().length).toBe(b.usage().capacity);
  });

  test('maxBytes is kept, and what is missing is named', () => {
    const b = createWasmBackend({ maxBytes: 80 * MiB });
    expect(() => b.allocate(20 * MiB, 'activations')).toThrowError(
      expect.objectContaining({ code: 'NF1301', where: 'activations', message: expect.stringContaining('80 MiB') }),
    );
    const at = b.allocate(18 * MiB, 'fits'); // 72 MiB: doubling is refused, what is needed is not
    b.fill(at, 1, 18 * MiB);
    expect(4 * b.usage().capacity).toBeLessThanOrEqual(80 * MiB);
  });

  test('a smaller heap than 64 MiB from the start', () => {
    const b = createWasmBackend({ maxBytes: 16 * MiB });
    expect(b.usage().capacity).toBe(4 * MiB);
    const at = b.allocate(4, 'a');
    b.fill(at, 2, 4);
    expect(Array.from(b.read(at, 4))).toEqual([2, 2, 2, 2]);
  });

  test('addresses above 2 GiB', () => {
    const b = createWasmBackend();
    b.allocate(2 ** 29, 'below');
    const x = b.allocate(6, 'x');
    expect(4 * x).toBeGreaterThan(2 ** 31);
    b.write(x, [1, 2, 3, 4, 5, 6]);
    const y = b.allocate(4, 'y');
    b.matmul(y, x, x, 2, 2, 3, false, true, 1, 0);
    expect(Array.from(b.read(y, 4))).toEqual([14, 32, 32, 77]);
    b.binary('sub', x, x, 'full', y, 'row', 3, 2);
    expect(Array.from(b.read(x, 6))).toEqual([-13, -30, -11, -28, -9, -26]);
    b.dispose();
  });

  test('the reservation is halved until the runtime grants it', () => {
    const asked: number[] = [];
    const Granted = WebAssembly.Memory;
    vi.stubGlobal('WebAssembly', {
      ...{ Module: WebAssembly.Module, Instance: WebAssembly.Instance, validate: WebAssembly.validate },
      Memory: class {
        constructor(limits: WebAssembly.MemoryDescriptor) {
          asked.push(limits.maximum! * 65536);
          if (limits.maximum! * 65536 > 300 * MiB) throw new RangeError('refused');
          // biome-ignore lint/correctness/noConstructorReturn: stands in for the real one
          return new Granted(limits);
        }
      },
    });
    const b = createWasmBackend({ maxBytes: 1024 * MiB });
    expect(asked.map((n) => n / MiB)).toEqual([1024, 512, 256]);
    expect(() => b.allocate(65 * MiB, 'too much')).toThrow(/out of memory/);
  });

  test('not even the first pages: NF1301', () => {
    vi.stubGlobal('WebAssembly', {
      ...{ Module: WebAssembly.Module, Instance: WebAssembly.Instance, validate: WebAssembly.validate },
      Memory: class {
        constructor() {
          throw new RangeError('refused');
        }
      },
    });
    expect(() => createWasmBackend()).toThrowError(expect.objectContaining({ code: 'NF1301' }));
  });

  test.each([
    ['no WebAssembly', undefined, /WebAssembly, which/],
    ['no SIMD', { validate: () => false }, /SIMD/],
  ])('%s: NF1302 with a hint', async (_, webAssembly, message) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', webAssembly);
    const fresh = await import('./wasm-backend.ts');
    expect(() => fresh.createWasmBackend()).toThrowError(
      expect.objectContaining({
        code: 'NF1302',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('js backend'),
      }),
    );
  });

  test('a module compiled elsewhere; backends share no memory', () => {
    const [a, b] = [createWasmBackend({ module: kernelModule() }), createWasmBackend()];
    const [x, y] = [a.allocate(1, 'x'), b.allocate(1, 'y')];
    expect(x).toBe(y);
    a.fill(x, 1, 1);
    b.fill(y, 2, 1);
    expect([a.read(x, 1)[0], b.read(y, 1)[0]]).toEqual([1, 2]);
  });

  test('after dispose nothing answers', () => {
    const b = createWasmBackend();
    const at = b.allocate(1, 'a');
    b.dispose();
    expect(b.heap().length).toBe(0);
    expect(() => b.fill(at, 1, 1)).toThrow();
    expect(() => b.allocate(2 ** 25, 'more')).toThrow();
  });
});

describe('kernels over parts of an operation, as threads would run them', () => {
  const b = createWasmBackend();
  const bits = (at: number, n: number): string => Buffer.from(b.read(at, n).buffer).toString('base64');

  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('a product split anywhere has the same bits (a transposed %s, b transposed %s)', (ta, tb) => {
    const [m, n, k] = [37, 45, 1100];
    const [x, y] = [b.allocate(m * k, 'x'), b.allocate(k * n, 'y')];
    const [whole, parts] = [b.allocate(m * n, 'whole'), b.allocate(m * n, 'parts')];
    const scratch = 4 * b.allocate(b.kernels.matmulScratch() / 4, 'scratch');
    b.randomNormal(x, m * k, 1, 2, 3);
    b.randomNormal(y, k * n, 1, 2, 4);
    b.randomNormal(whole, m * n, 1, 2, 5);
    b.copy(parts, whole, m * n);
    b.matmul(whole, x, y, m, n, k, ta, tb, 0.5, -2);
    for (const [i0, i1] of [
      [0, 4],
      [4, 6],
      [6, 37],
    ]) {
      for (const [j0, j1] of [
        [0, 3],
        [3, 28],
        [28, 45],
      ]) {
        // biome-ignore format: one call
        b.kernels.matmul(4 * parts, 4 * x, 4 * y, m, n, k, +ta, +tb, 0.5, -2, 1, i0, i1, j0, j1, scratch);
      }
    }
    expect(bits(parts, m * n)).toBe(bits(whole, m * n));
  });

  test('random fills begun at a later block', () => {
    const [whole, parts] = [b.allocate(100, 'whole'), b.allocate(100, 'parts')];
    for (const [fill, perBlock] of [
      ['randomUniform', 2],
      ['randomNormal', 2],
    ] as const) {
      b[fill](whole, 100, 7, 8, 9);
      b.kernels[fill](4 * parts, 40, 7, 8, 9, 0);
      b.kernels[fill](4 * (parts + 40), 60, 7, 8, 9, 40 / perBlock);
      expect(bits(parts, 100)).toBe(bits(whole, 100));
    }
    b.randomMask(whole, 100, 0.5, 7, 8, 9);
    b.kernels.randomMask(4 * parts, 40, 32768, 2, 7, 8, 9, 0);
    b.kernels.randomMask(4 * (parts + 40), 60, 32768, 2, 7, 8, 9, 40 / 4);
    expect(bits(parts, 100)).toBe(bits(whole, 100));
  });
});

test('the kernels fit in a page: synchronous compilation, no file', () => {
  expect(
    WebAssembly.Module.imports(kernelModule() as WebAssembly.Module).map(({ module, name }) => `${module}.${name}`),
  ).toEqual(['env.memory']);
});
