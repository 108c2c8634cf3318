import type { Backend } from '../backends/backend.ts';
import type { Compiled } from '../backends/program.ts';
import { type Shape, sameShape } from '../core/shape.ts';
import type { Arena } from './arena.ts';
import { scratchOf } from './compute.ts';
import { full } from './create.ts';
import { debug } from './debug.ts';
import { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';
import { type Traced, trace } from './trace.ts';

/** What a fused function gives: a tensor, or several by number or name. */
export type FusedResult = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;
type Arguments<A extends readonly Tensor[]> = { [K in keyof A]: A[K] | number };

/** One-off shapes are not worth a kernel: it is made at this call with the same shapes. */
const firstCompiled = 3;
/** Shapes without a kernel that a function remembers. */
const mostPending = 16;

/**
 * A function of tensors that runs as one kernel where the backend can make one of it (wasm, native), with the bits of
 * its operations run one by one. It may use elementwise operations and reductions and write an argument in place
 * (`set`, `axpy`); with anything else in it, on other backends, on ordinary tensors and with `debug.definitions` it
 * runs as written.
 *
 *     const gate = fused('gate', (dY: Tensor, x: Tensor) => dY.mul(x.gt(0)));
 *
 * `fn` is to depend on its arguments alone: numbers that it closes over are taken as they are when the kernel is made,
 * once for each set of shapes. A number given as an argument arrives as a tensor of shape () and may change.
 */
export function fused<A extends readonly Tensor[], R extends FusedResult>(
  name: string,
  fn: (...tensors: A) => R,
): (...args: Arguments<A>) => R {
  const fusion = new Fusion(name, fn as unknown as (...tensors: Tensor[]) => FusedResult);
  return (...args) => fusion.run(args as (Tensor | number)[]) as R;
}

/** The calls with one set of shapes. */
interface Variant {
  /** Of each argument; null for a number. */
  readonly shapes: readonly (Shape | null)[];
  calls: number;
  /** Null: no kernel, for good. */
  kernel: Kernel | null | undefined;
}

interface Kernel extends Traced {
  readonly compiled: Compiled;
  readonly list: number[];
}

class Fusion {
  readonly #name: string;
  readonly #fn: (...tensors: Tensor[]) => FusedResult;
  readonly #variants = new WeakMap<Backend, Variant[]>();

  constructor(name: string, fn: (...tensors: Tensor[]) => FusedResult) {
    this.#name = name;
    this.#fn = fn;
  }

  run(args: readonly (Tensor | number)[]): FusedResult {
    const backend = (args.find((a) => typeof a !== 'number') as Tensor | undefined)?.storage.backend;
    if (!backend?.compile || debug.definitions || debug.versions) return this.#asWritten(args, backend);
    const arena = commonArena(args, backend);
    if (arena === undefined) return this.#asWritten(args, backend);
    const variant = this.#variant(backend, args);
    if (variant.kernel === undefined && ++variant.calls >= firstCompiled) variant.kernel = this.#compile(backend, args);
    const result = variant.kernel ? runKernel(variant.kernel, arena, args) : null;
    return result ?? this.#asWritten(args, backend);
  }

  #asWritten(args: readonly (Tensor | number)[], backend?: Backend): FusedResult {
    return this.#fn(...args.map((a) => (typeof a === 'number' ? full([], a, { backend }) : a)));
  }

  #variant(backend: Backend, args: readonly (Tensor | number)[]): Variant {
    let variants = this.#variants.get(backend);
    if (!variants) {
      variants = [];
      this.#variants.set(backend, variants);
    }
    for (const v of variants) if (fits(v.shapes, args)) return v;
    const pending = variants.filter((v) => !v.kernel);
    if (pending.length >= mostPending) variants.splice(variants.indexOf(pending[0]), 1);
    const made = { shapes: args.map((a) => (typeof a === 'number' ? null : a.shape)), calls: 0, kernel: undefined };
    variants.push(made);
    return made;
  }

  #compile(backend: Backend, args: readonly (Tensor | number)[]): Kernel | null {
    const traced = trace(this.#name, this.#fn, args);
    const compiled = traced && backend.compile!(traced.program);
    return compiled ? { ...traced, compiled, list: [] } : null;
  }
}

function fits(shapes: readonly (Shape | null)[], args: readonly (Tensor | number)[]): boolean {
  if (shapes.length !== args.length) return false;
  for (let i = 0; i < args.length; i++) {
    const [shape, a] = [shapes[i], args[i]];
    if (typeof a === 'number' ? shape !== null : shape === null || !sameShape(shape, a.shape)) return false;
  }
  return true;
}

/** Null, with nothing done, for operands that only the definition knows how to treat. */
function runKernel(kernel: Kernel, arena: Arena | null, args: readonly (Tensor | number)[]): FusedResult | null {
  const { program, compiled, list, results, sizes, writesInPlace } = kernel;
  let inArena = 0;
  try {
    for (let i = 0; i < args.length; i++) {
      const a = args[i];
      if (typeof a === 'number') {
        list[i] = a;
        inArena |= 1 << i; // at home anywhere
      } else {
        list[i] = a.address(arena ?? scratchOf(a.backend));
        if (a.storage.arena) inArena |= 1 << i;
      }
    }
  } catch {
    return null; // stale: the definition says so
  }
  for (const { input } of program.writes) {
    for (let i = 0; i < args.length; i++) {
      const apart = list[input] + sizes[input] <= list[i] || list[i] + sizes[i] <= list[input];
      if (i !== input && typeof args[i] !== 'number' && !apart) return null;
    }
  }
  const everywhere = (1 << args.length) - 1;
  const made: Tensor[] = [];
  for (let i = 0; i < results.length; i++) {
    const r = results[i];
    if (r.argument >= 0) made.push(args[r.argument] as Tensor);
    else {
      if (!arena || (r.madeOf & inArena) === 0) return null; // an ordinary tensor
      if (writesInPlace && inArena !== everywhere) return null; // only the definition knows where it lives
      const storage = Storage.inArena(arena, r.size);
      list[args.length + r.output] = storage.address(arena);
      made.push(new Tensor(storage, r.shape));
    }
  }
  compiled.run(list);
  for (const { input } of program.writes) (args[input] as Tensor).storage.written();
  return kernel.assemble(made);
}

/** The one arena among the arguments, null without any; undefined if some are not simply in place on this backend. */
function commonArena(args: readonly (Tensor | number)[], backend: Backend): Arena | null | undefined {
  let arena: Arena | null = null;
  for (const a of args) {
    if (typeof a === 'number') continue;
    const { storage } = a;
    if (storage.backend !== backend || storage.array || a.transposed) return undefined;
    if (storage.arena && arena && storage.arena !== arena) return undefined;
    arena ??= storage.arena;
  }
  return arena;
}
