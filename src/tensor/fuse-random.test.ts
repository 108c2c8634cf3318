import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsBackend } from '../backends/js/js-backend.ts';
import type { Program } from '../backends/program.ts';
import { createWasmBackend } from '../backends/wasm/wasm-backend.ts';
import { Sampler, stream } from '../core/random.ts';
import type { Shape } from '../core/shape.ts';
import { Arena } from './arena.ts';
import { tensor } from './create.ts';
import { debug } from './debug.ts';
import { fused } from './fuse.ts';
import { Tensor } from './tensor.ts';

const unary = ['neg', 'abs', 'sign', 'square', 'sqrt', 'reciprocal', 'exp', 'log', 'tanh', 'sigmoid'] as const;
const more = ['softplus', 'relu', 'rowSum', 'rowMax', 'rowMean', 'colSum', 'colMax', 'colMean', 'sum', 'mean'] as const;
const whole = ['softmax', 'logSumExp'] as const;
const binary = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'gt', 'ge', 'lt', 'le', 'eq'] as const;
const numbers = [0.5, -2, 3, 0, 1e-30, -0, 0.1, 8] as const;

/** What a random function does with the values it has; each step makes one more. */
interface Move {
  readonly kind: number;
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly s: number;
}

function make({ kind, op, a, b, s }: Move, values: readonly Tensor[]): Tensor {
  const [x, y] = [values[values.length - 1 - (a % values.length)], values[b % values.length]];
  const number = numbers[s % numbers.length];
  switch (kind) {
    case 0:
      return x[unary[op % unary.length]]();
    case 1:
      return x[more[op % more.length]]();
    case 2:
      return x[binary[op % binary.length]](number);
    case 3:
      return op % 3 === 0 ? x.rsub(number) : op % 3 === 1 ? x.rdiv(number) : x.clip(Math.min(number, 1), 1.5);
    case 4:
      return op % 5 === 0 ? x.gt(number).where(x, y) : x[whole[op % whole.length]]();
    default:
      return x[binary[op % binary.length]](y);
  }
}

/** A function of (R, C), (R, C), (C), (R, 1), () and a number, out of random moves; those that do not fit are left out. */
function randomFunction(moves: readonly Move[], inPlace: number): (...args: Tensor[]) => Tensor[] {
  return (...args) => {
    const values = [...args];
    for (const move of moves) {
      try {
        values.push(make(move, values));
      } catch (error) {
        if (!/^NF1(102|109)$/.test((error as { code?: string }).code ?? '')) throw error;
      }
    }
    const made = values.slice(args.length);
    const fitting = made.filter((t) => t.shape.length === 2 && t.shape.every((d, i) => d === args[0].shape[i]));
    if (fitting.length > 0 && inPlace === 1) args[0].set(fitting[0]);
    if (fitting.length > 0 && inPlace === 2) args[1].axpy(-0.25, fitting[fitting.length - 1]);
    return made.slice(-4);
  };
}

const special = [Number.NaN, Infinity, -Infinity, 0, -0, 0, -0, 1e-40, 3e38, 1];

function argsOf(rows: number, cols: number, seed: number, arena: Arena): (Tensor | number)[] {
  const sampler = new Sampler(stream(seed, 'args'), 0);
  const plain = seed % 2 === 0;
  const values = (shape: Shape): Tensor => {
    const n = shape.reduce((m, d) => m * d, 1);
    const one = (): number =>
      plain || sampler.below(5) > 0 ? sampler.below(4001) / 1000 - 2 : special[sampler.below(special.length)];
    return tensor(Array.from({ length: n }, one), shape, { arena });
  };
  return [values([rows, cols]), values([rows, cols]), values([cols]), values([rows, 1]), values([]), seed / 7];
}

const bits = (t: Tensor): number[] =>
  Array.from(t.dataSync(), (x) => (Number.isNaN(x) ? -1 : new Uint32Array(Float32Array.of(x).buffer)[0]));

/** Results and arguments afterwards, in their bits. */
function outcome(f: (...args: (Tensor | number)[]) => Tensor[], args: (Tensor | number)[]): unknown {
  const results = f(...args).map((t) => ({ shape: t.shape, bits: bits(t) }));
  return { results, args: args.filter((a) => a instanceof Tensor).map(bits) };
}

const move = fc.record({
  kind: fc.integer({ min: 0, max: 8 }),
  op: fc.nat(100),
  a: fc.nat(5),
  b: fc.nat(100),
  s: fc.nat(100),
});
const size = fc.constantFrom(1, 3, 4, 17, 65);

test('random functions: fused, as written and on js, one set of bits', () => {
  const js = new JsBackend('f32');
  let backend = createWasmBackend();
  let [runs, kernels] = [0, 0];
  const compile = (program: Program) => {
    const compiled = Object.getPrototypeOf(backend).compile.call(backend, program);
    if (compiled) kernels++;
    return compiled;
  };
  backend.compile = compile;
  fc.assert(
    fc.property(
      fc.array(move, { minLength: 1, maxLength: 14 }),
      fc.integer({ min: 0, max: 3 }),
      size,
      size,
      fc.nat(1000),
      (moves, inPlace, rows, cols, seed) => {
        if (++runs % 200 === 0) {
          backend.dispose();
          backend = createWasmBackend();
          backend.compile = compile;
        }
        const [arena, jsArena] = [new Arena(backend), new Arena(js)];
        const written = randomFunction(moves, inPlace);
        const f = fused('random', written as (...args: Tensor[]) => Tensor[]) as (
          ...args: (Tensor | number)[]
        ) => Tensor[];
        debug.definitions = true;
        const want = outcome(f, argsOf(rows, cols, seed, arena));
        expect(outcome(f, argsOf(rows, cols, seed, jsArena))).toEqual(want);
        debug.definitions = false;
        for (let i = 0; i < 4; i++) expect(outcome(f, argsOf(rows, cols, seed, arena))).toEqual(want);
        arena.dispose();
        jsArena.dispose();
      },
    ),
    { numRuns: Number(process.env.NEUROFORGE_RUNS ?? 400), seed: Number(process.env.NEUROFORGE_SEED ?? 7) },
  );
  expect(kernels).toBeGreaterThan(runs / 3);
});
