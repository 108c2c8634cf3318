import { joinBytes } from '../core/bytes.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import { formatShape, type Shape, sameShape } from '../core/shape.ts';
import type { Parameters, Snapshot } from '../layers/parameters.ts';
import { brief } from './json-reader.ts';
import { compareUtf8, type SafetensorsFile, type SafetensorsHeader, tensorData } from './safetensors.ts';

/** A parameter or buffer of a model at one instant, with its path as name. */
export interface Weight {
  readonly name: string;
  readonly kind: 'parameter' | 'buffer';
  readonly dtype: 'F32' | 'F64';
  readonly shape: Shape;
  /** A view of the snapshot. */
  readonly data: Float32Array | Float64Array;
}

/** Parameters, then buffers, each sorted by path (as UTF-8 bytes), as they are now or were at a snapshot. */
export function weightsOf(parameters: Parameters, snapshot: Snapshot = parameters.snapshot()): Weight[] {
  const dtype = parameters.backend.dtype === 'f64' ? 'F64' : 'F32';
  const list = (kind: Weight['kind'], paths: readonly string[], all: Snapshot['values']): Weight[] =>
    [...paths].sort(compareUtf8).map((name) => {
      const { shape, offset, size } = kind === 'parameter' ? parameters.param(name) : parameters.buffer(name);
      return { name, kind, dtype, shape, data: all.subarray(offset, offset + size) };
    });
  return [
    ...list('parameter', parameters.names, snapshot.values),
    ...list('buffer', parameters.bufferNames, snapshot.buffers),
  ];
}

/**
 * `sha256:` and the digest over parameters, then buffers, each as its path in UTF-8, a zero byte, `F32` or `F64`, its
 * dimensions (u32) and its data, all little-endian, sorted by path: equal for equal bits, whatever the file around them.
 */
export async function weightsHash(parameters: Parameters, snapshot?: Snapshot): Promise<string> {
  const encoder = new TextEncoder();
  const parts = weightsOf(parameters, snapshot).flatMap(({ name, dtype, shape, data }) => [
    encoder.encode(`${name}\0${dtype}`),
    new Uint8Array(Uint32Array.from(shape).buffer),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
  return `sha256:${await sha256Hex(joinBytes(parts))}`;
}

interface Expected {
  readonly path: string;
  readonly shape: Shape;
}

/**
 * Throws NF2235 unless the file has these tensors and no others, each of its shape; NF2236 for one that is neither
 * F32 nor F64.
 */
export function checkTensors(
  { tensors }: Pick<SafetensorsHeader, 'tensors'>,
  expected: readonly Expected[],
  where: string,
): void {
  const byName = new Map(tensors.map((t) => [t.name, t]));
  const wanted = new Set(expected.map(({ path }) => path));
  const missing = expected.filter(({ path }) => !byName.has(path)).map(({ path }) => path);
  const extra = tensors.filter(({ name }) => !wanted.has(name)).map(({ name }) => name);
  if (missing.length > 0 || extra.length > 0) {
    throw new NeuroForgeError('NF2235', 'the tensors in the file are not those of the architecture', {
      where,
      expected: missing.length > 0 ? `also ${some(missing)}` : `no ${some(extra)}`,
      got: extra.length > 0 ? some(extra) : `${tensors.length} tensors without ${missing.length > 1 ? 'them' : 'it'}`,
    });
  }
  for (const { path, shape } of expected) {
    const found = byName.get(path)!;
    if (!sameShape(found.shape, shape)) {
      throw new NeuroForgeError('NF2235', `tensor ${brief(path)} has another shape than the architecture says`, {
        where,
        expected: formatShape(shape),
        got: formatShape(found.shape.slice(0, 8)),
      });
    }
    if (found.dtype !== 'F32' && found.dtype !== 'F64') {
      throw new NeuroForgeError('NF2236', `tensor ${brief(path)} is of a type that models do not have here`, {
        where,
        expected: 'F32 or F64',
        got: found.dtype,
        hint: 'convert it to float32 where it was made',
      });
    }
  }
}

/** Copies checked tensors into the model; answers a note where float64 had to be rounded. */
export function applyTensors(file: SafetensorsFile, parameters: Parameters): string[] {
  let rounded = 0;
  const targets = [
    ...parameters.names.map((path) => [path, parameters.param(path)] as const),
    ...parameters.bufferNames.map((path) => [path, parameters.buffer(path)] as const),
  ];
  for (const [path, target] of targets) {
    const found = file.byName.get(path)!;
    target.set(tensorData(found) as Float32Array | Float64Array);
    if (found.dtype === 'F64' && target.dtype === 'f32') rounded++;
  }
  return rounded > 0 ? [`${rounded} float64 tensors were rounded to float32, the type of this backend`] : [];
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(brief).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
