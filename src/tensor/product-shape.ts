import type { Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape } from '../core/shape.ts';
import { sameBackend } from './compute.ts';

interface Factor {
  readonly shape: Shape;
  readonly backend: Backend;
}

/** [M, N, K] of (M, K)(K, N); throws NF1101 where the factors do not fit, NF1103 where they live on two backends. */
export function productShape(a: Factor, b: Factor): [number, number, number] {
  sameBackend('matmul', a.backend, b);
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[0]) {
    const matrices = a.shape.length === 2 && b.shape.length === 2;
    const vector = [a.shape, b.shape].find((s) => s.length === 1);
    throw new NeuroForgeError('NF1101', `matmul: ${formatShape(a.shape)} times ${formatShape(b.shape)}`, {
      expected: matrices ? `(M, K)(K, N), here (${a.shape[1]}, *)` : '(M, K)(K, N)',
      got: matrices ? formatShape(b.shape) : `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      hint: matrices
        ? a.shape[1] === b.shape[1]
          ? 'the right factor transposed would fit: .T'
          : undefined
        : vector && `reshape(1, ${vector[0]}) or reshape(${vector[0]}, 1) makes a matrix of the vector`,
    });
  }
  return [a.shape[0], b.shape[1], a.shape[1]];
}
