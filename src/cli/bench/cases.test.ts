import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { caseData } from './case-data.ts';
import { batchesOf, benchCase, benchCases, flopsOf, productsOf } from './cases.ts';
import { nameOf, parseName } from './participant.ts';

interface PeersCase {
  readonly weights: Float32Array[];
  readonly batches: { readonly x: Float32Array; readonly labels: Int32Array; readonly oneHot: Float32Array }[];
}

describe('cases', () => {
  test('the products of a step are eight on three layers, two on one', () => {
    expect(productsOf(benchCase('mission')).map(({ layer, kind }) => `${kind}${layer}`)).toEqual(
      'forward0 forward1 forward2 dX2 dW2 dX1 dW1 dW0'.split(' '),
    );
    expect(productsOf(benchCase('logistic'))).toEqual([
      { layer: 0, kind: 'forward', m: 32, n: 1, k: 784 },
      { layer: 0, kind: 'dW', m: 784, n: 1, k: 32 },
    ]);
    expect(flopsOf(benchCase('tiny'))).toBe(2 * 16 * (2 * 64 * 32 + 3 * 32 * 10));
    expect(benchCases.map(batchesOf)).toEqual([200, 200, 200, 25, 200, 200]);
  });

  test.each(['tiny', 'logistic'])('%s: the peers start from the same bits', async (name) => {
    const of = benchCase(name);
    const module = await import(/* @vite-ignore */ pathToFileURL('bench/case.mjs').href);
    const theirs: PeersCase = module.benchCase({}, ['--net', of.net.join('-'), '--batch', String(of.batch)]);
    const ours = caseData(of);
    expect(theirs.weights).toEqual(ours.weights);
    expect(theirs.batches.length).toBe(batchesOf(of));
    const joined = <T extends Float32Array | Int32Array>(parts: T[]) => parts.flatMap((part) => [...part]);
    expect(joined(theirs.batches.map((b) => b.labels))).toEqual([...ours.labels]);
    expect(joined(theirs.batches.slice(-3).map((b) => b.x))).toEqual([...ours.x.slice(-3 * of.batch * of.net[0])]);
    const [{ oneHot, labels }] = theirs.batches;
    const outputs = of.net.at(-1)!;
    expect(oneHot.length).toBe(of.batch * outputs);
    labels.forEach((label, i) => {
      expect(outputs === 1 ? oneHot[i] : oneHot[i * outputs + label]).toBe(outputs === 1 ? label : 1);
    });
    expect(new Set(ours.labels).size).toBe(Math.max(outputs, 2));
  });

  test('a name says which of ours it is', () => {
    for (const name of ['native', 'wasm-2', 'native-kept', 'native-2-floor', 'wasm-floor-kept', 'js-definitions']) {
      expect(nameOf(parseName(name))).toBe(name);
    }
    expect(parseName('native-2-floor')).toEqual({ backend: 'native', threads: 2, variant: 'default', floor: true });
    expect(() => parseName('cuda')).toThrow(/no participant/);
    expect(() => benchCase('minsion')).toThrow(expect.objectContaining({ hint: 'did you mean mission?' }));
  });
});
