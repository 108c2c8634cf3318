import { describe, expect, test } from 'vitest';
import type { Address, Backend } from '../../backend.ts';
import type { Compiled, Program } from '../../program.ts';
import { Recorder } from '../../recorder.ts';
import { createWasmBackend } from '../wasm-backend.ts';
import { emit } from './emit.ts';

const backend = createWasmBackend();
const sentinel = 77.25;
const guard = 19; // floats around each buffer; odd, so that nothing is aligned

interface Example {
  readonly sizes: readonly number[];
  /** Which inputs are (N, 1). */
  readonly columns: readonly number[];
  readonly outputs: readonly number[];
  /** Operations on the addresses of inputs, outputs and temporaries. */
  run(b: Backend, inputs: readonly Address[], outputs: readonly Address[], spare: () => Address): void;
  readonly split: Compiled['split'];
}

function elementwise(R: number, C: number): Example {
  return {
    sizes: [R * C, R * C],
    columns: [],
    outputs: [R * C],
    run(b, [x, y], [out], spare) {
      const t = spare();
      b.unary('sigmoid', t, x, R * C);
      b.binary('mul', out, t, 'full', y, 'full', 1, R * C);
      b.axpy(y, 0.5, out, R * C);
    },
    split: 'elements',
  };
}

function rowwise(R: number, C: number): Example {
  return {
    sizes: [R * C, C, R],
    columns: [2],
    outputs: [R * C, R],
    run(b, [x, row, col], [out, sum], spare) {
      const [a, e] = [spare(), spare()];
      b.binary('add', a, x, 'full', row, 'row', R, C);
      b.unary('exp', e, a, R * C);
      b.reduceRows('sum', sum, e, R, C);
      b.binary('sub', out, e, 'full', col, 'col', R, C);
    },
    split: 'rows',
  };
}

function columnwise(R: number, C: number): Example {
  return {
    sizes: [R * C, R],
    columns: [1],
    outputs: [C, R * C, 1],
    run(b, [x, col], [sums, out, total], spare) {
      const [most, first] = [spare(), spare()];
      b.reduceRows('max', most, x, R, C);
      b.binary('sub', out, x, 'full', most, 'col', R, C);
      b.reduceCols('sum', sums, out, R, C);
      b.binary('mul', first, most, 'full', col, 'full', 1, R);
      b.reduceRows('sum', total, first, 1, R);
    },
    split: null,
  };
}

/** The program of an example, recorded. */
function record({ sizes, columns, outputs, run }: Example): Program {
  const recorder = new Recorder();
  const place = (n: number): Address => recorder.allocate(n);
  const inputs = sizes.map((n, i) => {
    const at = place(n);
    recorder.input(at, { size: n, column: columns.includes(i), byValue: false });
    return at;
  });
  const results = outputs.map(place);
  run(recorder, inputs, results, () => place(Math.max(...sizes)));
  return recorder.program(
    'example',
    results.map((at, i) => ({ at, size: outputs[i] })),
  );
}

/** The buffers of an example, filled alike each time, with sentinels around them. */
function lay(sizes: readonly number[], seed: number): { at: Address[]; free(): void; read(): Float32Array[] } {
  const starts = sizes.map((n) => backend.allocate(n + 2 * guard, 'emit test'));
  sizes.forEach((n, i) => {
    backend.fill(starts[i], sentinel, n + 2 * guard);
    backend.write(
      starts[i] + guard,
      Float32Array.from({ length: n }, (_, j) => ((seed + 7 * i + 13 * j) % 29) / 7 - 2),
    );
  });
  return {
    at: starts.map((s) => s + guard),
    free: () => starts.forEach((s) => backend.free(s)),
    read: () => sizes.map((n, i) => backend.read(starts[i], n + 2 * guard)),
  };
}

const sides = [1, 3, 4, 5, 17, 65];
const shapes = sides.flatMap((R) => sides.map((C) => [R, C] as const));

describe.each([
  ['elementwise, an input written', elementwise],
  ['row sums', rowwise],
  ['maxima, column sums, a total', columnwise],
])('%s', (_, make) => {
  test.each(shapes)('(%i, %i): the bits of its operations, and nothing outside its buffers', (R, C) => {
    const example = make(R, C);
    const program = record(example);
    const compiled = backend.compile(program);
    if (compiled === null) {
      expect(R === 1 || C === 1).toBe(true); // one-sided matrices may have no kernel
      return;
    }
    const sizes = [...example.sizes, ...example.outputs];
    const inputs = example.sizes.length;
    const [want, got] = [lay(sizes, R), lay(sizes, R)];
    const spares: Address[] = [];
    example.run(backend, want.at.slice(0, inputs), want.at.slice(inputs), () => {
      spares.push(backend.allocate(R * C + R + C, 'emit test'));
      return spares[spares.length - 1];
    });
    compiled.run(got.at);
    expect(got.read()).toEqual(want.read());
    for (const s of spares) backend.free(s);
    want.free();
    got.free();
  });
});

/** A pool's way: the module instantiated over the same memory, called for parts of the whole. */
describe('in ranges', () => {
  const instantiate = (bytes: Uint8Array): ((...numbers: number[]) => void) => {
    const { memory } = backend as unknown as { memory: WebAssembly.Memory };
    const module = new WebAssembly.Module(bytes as BufferSource);
    const imports = { env: { memory }, kernels: backend.kernels as unknown as WebAssembly.ModuleImports };
    return new WebAssembly.Instance(module, imports).exports.run as (...numbers: number[]) => void;
  };

  test.each([
    [elementwise, 17, 5],
    [elementwise, 16, 4],
    [rowwise, 17, 5],
    [rowwise, 32, 10],
    [rowwise, 7, 65],
  ])('%o of (%i, %i) is the same in parts', (make, R, C) => {
    const example = make(R, C);
    const program = record(example);
    const whole = backend.compile(program)!;
    expect(whole.split).toBe(example.split);
    expect(whole.extent).toBe(example.split === 'rows' ? R : R * C);
    const sizes = [...example.sizes, ...example.outputs];
    const [want, got] = [lay(sizes, 3), lay(sizes, 3)];
    whole.run(want.at);
    const run = instantiate(whole.bytes);
    const scratch = [1, 2].map(() => 4 * backend.allocate(whole.scratch, 'emit test'));
    const middle = 4 * Math.floor(whole.extent / 8);
    const addresses = got.at.map((a) => 4 * a);
    run(...addresses, scratch[1], middle, whole.extent); // in any order
    run(...addresses, scratch[0], 0, middle);
    expect(got.read()).toEqual(want.read());
  });

  test('sums over rows cannot be split, and say so', () => {
    expect(backend.compile(record(columnwise(8, 5)))!.split).toBe(null);
  });
});

test('a module over shared memory says so', () => {
  const bytes = emit(record(rowwise(4, 8)), true)!.bytes;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const imports = { env: { memory }, kernels: backend.kernels as unknown as WebAssembly.ModuleImports };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), imports);
  expect(instance.exports.run).toBeInstanceOf(Function);
});
