import { expect, test } from 'vitest';
import { unary } from '../js/elementwise.ts';
import { createWasmBackend } from './wasm-backend.ts';

const every = 8209; // prime, so that all exponents and all low bits occur
const n = Math.ceil(2 ** 32 / every);

test.each(['exp', 'log', 'tanh', 'sigmoid', 'softplus'] as const)(
  '%s has the bits of core/math.ts on a stratified sample',
  (op) => {
    const b = createWasmBackend();
    const [x, y] = [b.allocate(n, 'x'), b.allocate(n, 'y')];
    for (let i = 0; i < n; i++) b.integers()[x + i] = i * every;
    b.unary(op, y, x, n);
    const [xs, ys] = [b.read(x, n), b.read(y, n)];
    const wrong = xs.findIndex((v, i) => !Object.is(Math.fround(unary[op](v)), ys[i]));
    expect(wrong < 0 ? 'none' : `${op}(${xs[wrong]}) = ${ys[wrong]}`).toBe('none');
  },
);
