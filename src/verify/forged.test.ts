import { describe, expect, it } from 'vitest';
import { backend } from '../backends/default.ts';
import { digits } from '../data/embedded/digits.ts';
import { Loader } from '../data/loader.ts';
import { fitScaling } from '../data/scaling.ts';
import { splitData } from '../data/splits.ts';
import { weightsHash } from '../io/weights.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { mlp } from '../models/mlp.ts';
import { build, type Model } from '../models/model.ts';
import { sgd } from '../optim/sgd.ts';
import { debug } from '../tensor/debug.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { fit } from '../train/fit.ts';
import { exercises } from './exercises.ts';
import { forgeNetwork } from './forged.ts';
import { gradcheckLayer } from './gradcheck.ts';
import { passed } from './report.ts';
import { scope } from './scope.ts';

type Functions = Record<string, unknown>;
const answers: Functions = Object.fromEntries(
  exercises.map(({ functionName, answer }) => [functionName, new Function(`${answer}\nreturn ${functionName};`)()]),
);
const shape = { hidden: [24, 12], outputs: 10 };

async function run(
  which: 'library' | Functions,
  name: 'js' | 'wasm',
  { fold = true, steps = 120 } = {},
): Promise<{ losses: number[]; weights: string; val: number; gradientNorm: number; deadShare: number }> {
  const network = which === 'library' ? { layer: mlp(shape), loss: crossEntropy() } : forgeNetwork(which, shape);
  const model: Model = build(network.layer, { input: [64], loss: network.loss, backend: backend(name), seed: 7 });
  const split = splitData(digits(), null);
  const scaling = fitScaling('unit', split.train);
  const place = { scaling, backend: backend(name) };
  const data = { train: new Loader(split.train, place), val: new Loader(split.val, place) };
  const fitting = fit(model, data, {
    optimizer: sgd(0.1, { fold }),
    epochs: 3,
    steps,
    batch: 32,
    stepEvents: 1,
    seed: 7,
  });
  const losses: number[] = [];
  let [gradientNorm, deadShare] = [0, 0];
  for await (const event of fitting) {
    if (event.type === 'step') losses.push(event.loss);
    if (event.type === 'epoch') ({ gradientNorm, deadShare } = event);
  }
  const { val } = await fitting;
  const weights = await weightsHash(model.parameters);
  model.dispose();
  return { losses, weights, val: val!.loss, gradientNorm, deadShare };
}

describe('with the answers, training is that of the library, bit for bit', () => {
  for (const name of ['js', 'wasm'] as const) {
    for (const fold of [true, false]) {
      it(`on ${name}, the update ${fold ? 'folded' : 'kept'}`, async () => {
        const [ours, theirs] = [await run('library', name, { fold }), await run(answers, name, { fold })];
        expect(ours.losses).toHaveLength(120);
        expect(theirs).toEqual(ours);
      });
    }
  }

  it('and with every operation as it is written', async () => {
    debug.definitions = true;
    try {
      expect(await run(answers, 'wasm', { steps: 40 })).toEqual(await run('library', 'js', { steps: 40 }));
    } finally {
      debug.definitions = false;
    }
  });

  it('also where a function makes its tensors of numbers', async () => {
    const { tensor, zeros } = scope;
    const own = {
      ...answers,
      db: (dY: Tensor) => tensor(dY.colSum().dataSync()),
      dReLU: (dY: Tensor, z: Tensor) => zeros(dY.rows, dY.cols).add(dY.mul(z.gt(0))),
    };
    const [ours, theirs] = [await run('library', 'wasm', { steps: 40 }), await run(own, 'wasm', { steps: 40 })];
    expect(theirs).toEqual(ours);
  });

  it('a wrong function gives other losses: the comparison can fail', async () => {
    const wrong = { ...answers, dReLU: (dY: Tensor) => dY.add(0) };
    const [ours, theirs] = [await run('library', 'js', { steps: 20 }), await run(wrong, 'js', { steps: 20 })];
    expect(theirs.losses[0]).toBe(ours.losses[0]);
    expect(theirs.losses).not.toEqual(ours.losses);
    expect(theirs.weights).not.toBe(ours.weights);
  });
});

describe('the forged layer', () => {
  it('has the names, shapes and initial values of the library', () => {
    const place = { input: [64], loss: crossEntropy(), backend: backend('js'), seed: 3 };
    const [ours, forged] = [build(mlp(shape), place), build(forgeNetwork(answers, shape).layer, place)];
    expect(forged.parameters.names).toEqual(['0.W', '0.b', '2.W', '2.b', '4.W', '4.b']);
    expect(forged.parameters.values.dataSync()).toEqual(ours.parameters.values.dataSync());
  });

  it('has right gradients by central differences too', () => {
    const { layer } = forgeNetwork(answers, { hidden: [5, 4], outputs: 3 });
    const report = gradcheckLayer(layer, { input: [6], margins: ['0', '2'] });
    const parameters = report.cases.filter((c) => c.tensor !== 'x' && c.tensor !== 'contract');
    expect(parameters).toHaveLength(6);
    expect(passed({ ...report, cases: parameters })).toBe(true);
  });

  it('does not call dz when it evaluates', async () => {
    let calls = 0;
    const counting = {
      ...answers,
      dz(P: Tensor, T: Tensor) {
        calls++;
        return P.sub(T).div(P.rows);
      },
    };
    await run(counting, 'js', { steps: 10 });
    expect(calls).toBe(10 + 2); // ten steps, and the probe before the first and at the end
  });

  it('refuses another depth', () => {
    expect(() => forgeNetwork(answers, { hidden: [5], outputs: 3 })).toThrow(/two hidden layers/);
  });
});

describe('a function that fails in training is named', () => {
  const cases: [string, Functions, string, RegExp][] = [
    ['none', { dz: undefined }, 'softmax-cross-entropy', /^dz is not written yet$/],
    [
      'an exception',
      {
        dW: () => {
          throw new Error('oh');
        },
      },
      'linear-dW',
      /^dW threw Error: oh$/,
    ],
    [
      'what is thrown is no error',
      {
        dX: () => {
          throw 'oh';
        },
      },
      'linear-dX',
      /^dX threw Error: oh was thrown$/,
    ],
    [
      'what is thrown cannot be looked at',
      {
        dX: () => {
          const { proxy, revoke } = Proxy.revocable({}, {});
          revoke();
          throw proxy;
        },
      },
      'linear-dX',
      /^dX threw Error: something was thrown that cannot be read$/,
    ],
    [
      'the wrong shape',
      { dW: (X: Tensor, dY: Tensor) => dY.T.matmul(X) },
      'linear-dW',
      /^dW gives a Tensor \(10, 12\) as its result, expected a Tensor \(12, 10\)$/,
    ],
    [
      'a dimension too many',
      { db: (dY: Tensor) => dY.colSum().reshape(1, -1) },
      'linear-db',
      /^db gives a Tensor \(1, 10\)/,
    ],
    ['no tensor', { dReLU: () => 3 }, 'relu', /^dReLU gives a value of type number as its result/],
    ['no result', { dz: () => {} }, 'softmax-cross-entropy', /^dz gives nothing as its result/],
    [
      'a write into an argument',
      { dReLU: (dY: Tensor, z: Tensor) => dY.mul(z.fill(1).gt(0)) },
      'relu',
      /^dReLU writes into z/,
    ],
    [
      'a write into a parameter',
      { backward: (net: Record<string, Tensor>) => net.W3.fill(0) },
      'chain',
      /^backward writes into W2 or W3,/,
    ],
    ['a result without names', { backward: () => 1 }, 'chain', /^backward returns a value of type number$/],
    [
      'a missing gradient',
      { backward: () => ({}) },
      'chain',
      /^backward gives nothing as dW1, expected a Tensor \(64, 24\)$/,
    ],
    [
      'an unknown name',
      { backward: (net: Record<string, Tensor>) => net.W1.T },
      'chain',
      /net has no W1; it has X, z1, h1, z2, h2, W2 and W3/,
    ],
    [
      'an unknown function',
      { backward: (_: unknown, d: Tensor, my: Record<string, (d: Tensor) => void>) => my.dw(d) },
      'chain',
      /my has no dw; it has dW, db, dX and dReLU/,
    ],
    [
      'a call without an argument',
      { backward: (_: unknown, d: Tensor, my: Record<string, (d: Tensor) => void>) => my.dX(d) },
      'chain',
      /^backward calls my.dX with W nothing, expected a matrix$/,
    ],
  ];
  for (const [what, functions, where, message] of cases) {
    it(what, async () => {
      const failing = run({ ...answers, ...functions }, 'wasm', { steps: 3 });
      await expect(failing).rejects.toMatchObject({ code: 'NF4151', where, message: expect.stringMatching(message) });
    });
  }
});
