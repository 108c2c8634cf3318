import { expect, test } from 'vitest';
import { backend } from '../../backends/default.ts';
import { caseData } from './case-data.ts';
import { benchCases } from './cases.ts';
import { floorStep, tileGflops } from './floor.ts';
import { oursStep, type Variant } from './ours.ts';

const small = benchCases.filter((c) => c.name === 'tiny' || c.name === 'logistic');

test.each(small)('$name: every variant computes the same losses, and they fall', (of) => {
  const data = caseData(of);
  const losses = (variant: Variant, name: 'wasm' | 'js'): number[] => {
    const step = oursStep(backend(name), variant, of, data);
    return Array.from({ length: 60 }, () => step(0));
  };
  const wasm = losses('default', 'wasm');
  expect(wasm[59]).toBeLessThan(wasm[0]);
  for (const other of [losses('kept', 'wasm'), losses('definitions', 'wasm'), losses('default', 'js')]) {
    other.forEach((loss, i) => {
      expect(loss).toBeCloseTo(wasm[i], 5);
    });
  }
});

test.each(small)('$name: the floor does all products of a step, folded or kept, and nothing else', (of) => {
  const on = backend('wasm');
  const data = caseData(of);
  const calls: number[][] = [];
  let passes = 0;
  const spy = new Proxy(on, {
    get(target, name) {
      if (name === 'matmul') return (...args: unknown[]) => void calls.push(args.filter((a) => typeof a === 'number'));
      if (name === 'axpy') return () => void passes++;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const products = of.net.length === 2 ? 2 : 5;
  floorStep(spy, false, of, data)(1);
  expect(calls.length).toBe(products);
  expect(calls.filter((args) => args.at(-1) === 1).length).toBe(of.net.length - 1); // beta: added into the weights
  expect(passes).toBe(0);
  calls.length = 0;
  floorStep(spy, true, of, data)(1);
  expect(calls.length).toBe(products);
  expect(calls.every((args) => args.at(-1) === 0)).toBe(true);
  expect(passes).toBe(1);
});

test('only wasm has a register tile of ours', () => {
  expect(tileGflops(backend('wasm'))).toBeGreaterThan(0);
  expect(tileGflops(backend('js'))).toBeUndefined();
});
