import type { Backend } from '../backends/backend.ts';
import { backend as namedBackend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { stream } from '../core/random.ts';
import { checkShape, formatShape, type Shape, sizeOf } from '../core/shape.ts';
import type { Arena } from './arena.ts';
import { computeIn } from './compute.ts';
import { Indices } from './indices.ts';
import { Tensor } from './tensor.ts';

/** Where a tensor made from nothing is to live. */
export interface Place {
  /** Default: the process's `auto` backend. */
  readonly backend?: Backend;
  /** The step that it belongs to; default none: an ordinary tensor, freed by the garbage collector. */
  readonly arena?: Arena | null;
}

type Nested = number | readonly Nested[];

function home(place: Place): Backend {
  return place.arena?.backend ?? place.backend ?? namedBackend();
}

/** A tensor of the given values: nested arrays, or values in row order with their shape. */
export function tensor(values: Nested | ArrayLike<number>, shape?: Shape, place: Place = {}): Tensor {
  const nested = typeof values === 'number' || (Array.isArray(values) && values.some((v) => typeof v !== 'number'));
  const given = shape ?? (nested ? shapeOf(values as Nested) : [(values as ArrayLike<number>).length]);
  checkShape(given, 'tensor');
  const flat = nested ? flatten(values as Nested, shapeOf(values as Nested)) : (values as ArrayLike<number>);
  if (flat.length !== sizeOf(given)) {
    throw new NeuroForgeError('NF1105', `tensor: ${flat.length} values for shape ${formatShape(given)}`, {
      expected: `${sizeOf(given)} values`,
      got: `${flat.length}`,
    });
  }
  return filled(given, place, (b, out) => b.write(out, flat));
}

function shapeOf(values: Nested): number[] {
  if (typeof values === 'number') return [];
  return [values.length, ...(values.length > 0 ? shapeOf(values[0]) : [])];
}

/** The numbers of nested arrays, all of which must be like the first; `at` is where in the whole they are. */
function flatten(values: Nested, shape: Shape, at: readonly number[] = []): number[] {
  const [length, ...inner] = shape;
  if (typeof values === 'number' && length === undefined) return [values];
  if (typeof values === 'number' || length !== values.length) {
    throw new NeuroForgeError('NF1105', 'tensor: the rows have different lengths', {
      where: at.length === 0 ? 'tensor' : `element [${at.join('][')}]`,
      expected: length === undefined ? 'a number' : count(length),
      got: typeof values === 'number' ? 'a number' : count(values.length),
    });
  }
  return values.flatMap((v, i) => flatten(v, inner, [...at, i]));
}

function count(values: number): string {
  return values === 1 ? '1 value' : `${values} values`;
}

function filled(shape: Shape, place: Place, write: (b: Backend, out: number) => void): Tensor {
  checkShape(shape);
  const b = home(place);
  return new Tensor(
    computeIn(b, place.arena ?? null, sizeOf(shape), (_, out) => write(b, out)),
    [...shape],
  );
}

export function full(shape: Shape, value: number, place: Place = {}): Tensor {
  return filled(shape, place, (b, out) => b.fill(out, value, sizeOf(shape)));
}

export function zeros(shape: Shape, place: Place = {}): Tensor {
  return full(shape, 0, place);
}

export function ones(shape: Shape, place: Place = {}): Tensor {
  return full(shape, 1, place);
}

/** Which random numbers: the same seed, stream name and step always give the same. */
export interface Draw extends Place {
  readonly seed?: number;
  readonly stream?: string;
  readonly step?: number;
}

/** Standard normal numbers. */
export function randn(shape: Shape, draw: Draw = {}): Tensor {
  const { key0, key1 } = stream(draw.seed ?? 0, draw.stream ?? 'randn');
  return filled(shape, draw, (b, out) => b.randomNormal(out, sizeOf(shape), key0, key1, draw.step ?? 0));
}

/** Uniform numbers on [0, 1). */
export function rand(shape: Shape, draw: Draw = {}): Tensor {
  const { key0, key1 } = stream(draw.seed ?? 0, draw.stream ?? 'rand');
  return filled(shape, draw, (b, out) => b.randomUniform(out, sizeOf(shape), key0, key1, draw.step ?? 0));
}

/** 1/keep with probability keep, else 0 (keep rounded to 1/65536): a mask of inverted dropout. */
export function randomMask(shape: Shape, keep: number, draw: Draw = {}): Tensor {
  const { key0, key1 } = stream(draw.seed ?? 0, draw.stream ?? 'mask');
  return filled(shape, draw, (b, out) => b.randomMask(out, sizeOf(shape), keep, key0, key1, draw.step ?? 0));
}

/** Labels or row numbers. Throws NF1104 for what is no whole number. */
export function indices(values: ArrayLike<number>, place: Place = {}): Indices {
  const copy = Int32Array.from(values);
  for (let i = 0; i < copy.length; i++) {
    if (copy[i] !== values[i]) {
      throw new NeuroForgeError('NF1104', 'an index must be a whole number (of 32 bits)', {
        where: `element ${i}`,
        got: `${values[i]}`,
      });
    }
  }
  return new Indices(home(place), copy, place.arena ?? null);
}
