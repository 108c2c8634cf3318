import { describe, expect, test } from 'vitest';
import { backend as named } from '../backends/default.ts';
import { digits } from '../data/embedded/digits.ts';
import { Loader } from '../data/loader.ts';
import { splitData } from '../data/splits.ts';
import { constant } from '../layers/initializers.ts';
import { defineLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { build, type Model } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { Optimizer, type Transform } from '../optim/optimizer.ts';
import { sgd } from '../optim/sgd.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { FitResult } from './events.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './fit-options.ts';
import type { Metrics } from './metrics.ts';
import type { TrainingState } from './state.ts';

/** Drops at random by step, and counts its passes in a buffer: both are state that a resume must not lose. */
const noisy = defineLayer<Record<never, never>, { mask: Tensor }>('noisy', {
  init(ctx, input) {
    ctx.buffer('passes', [1], constant(0));
    return input;
  },
  forward(ctx, x) {
    const mask = ctx.training ? ctx.mask('drop', x, 0.8) : x.mul(0).add(1);
    if (ctx.training) ctx.buffer('passes').axpy(1, ctx.buffer('passes').mul(0).add(1));
    return { y: x.mul(mask), cache: { mask } };
  },
  backward: (_, dY, { mask }) => dY.mul(mask),
});

const momentum: Transform = {
  name: 'momentum',
  state: ['velocity'],
  update: (g, { state }) => state.velocity.set(state.velocity.mul(0.9).add(g)),
};

const data = splitData(digits(), null, { val: 200 });
const rows = 60;
const few = { ...data.train, count: rows, y: data.train.y.slice(0, rows), rowIds: data.train.rowIds.slice(0, rows) };
const backend = named('wasm');
const loaders = { train: new Loader(few, { backend }), val: new Loader(data.val, { backend }) };

function fresh(): { model: Model; optimizer: Optimizer } {
  const layer = sequential(linear(12), relu(), noisy(), linear(10));
  const model = build(layer, { input: [64], loss: crossEntropy(), backend, seed: 3 });
  return { model, optimizer: new Optimizer('sgd', [momentum], (step) => 0.01 / (1 + step / 10)) };
}

type Options = Omit<FitOptions, 'optimizer'>;
const options: Options = { epochs: 3, batch: 16, seed: 5, checkpoint: { steps: 1 } };

async function run(more: Partial<Options>, from = fresh()): Promise<{ result: FitResult; states: TrainingState[] }> {
  const states: TrainingState[] = [];
  const run = fit(from.model, loaders, { ...options, ...more, optimizer: from.optimizer });
  for await (const event of run) if (event.type === 'checkpoint') states.push(structuredClone(event.state));
  return { result: await run, states };
}

/** What must not depend on where a run was interrupted. */
function essence({
  status,
  reason,
  epochs,
  steps,
  train,
  trainRunning,
  val,
  best,
  test,
  weights,
  weightsBest,
}: FitResult) {
  return { status, reason, epochs, steps, train, trainRunning, val, best, test, weights, weightsBest };
}

describe('resume', () => {
  test('from each step of a run, it ends with the same bits', async () => {
    const { result, states } = await run({});
    expect(states.map((s) => s.step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(states.map((s) => s.evaluated)).toEqual(states.map((s) => s.step % 4 === 0));
    for (const resume of states) {
      const again = await run({ resume });
      expect(essence(again.result), `from step ${resume.step}`).toEqual(essence(result));
      expect(again.states.at(-1) ?? resume).toEqual({ ...states.at(-1), seconds: expect.any(Number) });
    }
  });

  test('each part of the state matters', async () => {
    const { result, states } = await run({});
    const at = states[6];
    const spoiled: Record<string, TrainingState> = {
      velocity: { ...at, optimizer: { ...at.optimizer, vectors: { 'momentum.velocity': at.parameters.values } } },
      'optimizer steps': { ...at, optimizer: { ...at.optimizer, steps: 0 } },
      step: { ...at, step: 7 },
      buffers: { ...at, parameters: { ...at.parameters, buffers: at.parameters.buffers.map(() => 0) } },
      'running loss': { ...at, epoch: 2, lossSum: 0 },
      best: { ...at, best: { ...at.best, loss: 0 } },
    };
    for (const [name, resume] of Object.entries(spoiled)) {
      const later = name === 'running loss' ? { steps: 7 } : {};
      const whole = name === 'running loss' ? (await run(later)).result : result;
      expect(essence((await run({ resume, ...later })).result), name).not.toEqual(essence(whole));
    }
  });

  test('a stop within an epoch hands out the state of that step, and the rest of the run is as if it had not been', async () => {
    const { result } = await run({});
    const at = fresh();
    const stopped = fit(at.model, loaders, { ...options, checkpoint: {}, stepEvents: 1, optimizer: at.optimizer });
    const states: TrainingState[] = [];
    let epochs = 0;
    for await (const event of stopped) {
      if (event.type === 'epoch') epochs++;
      if (event.type === 'step' && event.step === 6) stopped.stop();
      if (event.type === 'checkpoint') states.push(event.state);
    }
    expect(await stopped).toMatchObject({ status: 'interrupted', reason: 'stopped', steps: 6, epochs: 2 });
    expect(epochs).toBe(2); // before training, and the first: an epoch that was cut short has no end
    expect(states.map((s) => s.step)).toEqual([0, 6]);
    expect(essence((await run({ resume: states[1] })).result)).toEqual(essence(result));
  });

  test('a run that ended by steps within an epoch goes on to more', async () => {
    const { result } = await run({});
    const { states } = await run({ steps: 6, checkpoint: {} });
    expect(states.map((s) => [s.step, s.evaluated])).toEqual([
      [0, true],
      [6, false],
    ]);
    expect(essence((await run({ resume: states[1] })).result)).toEqual(essence(result));
  });

  test('patience and the best epoch are counted on', async () => {
    const { result, states } = await run({ epochs: 40, patience: 2 });
    expect(result.reason).toBe('patience');
    for (const i of [1, states.length >> 1, states.length - 2, states.length - 1]) {
      const again = await run({ epochs: 40, patience: 2, resume: states[i] });
      expect(essence(again.result)).toEqual(essence(result));
    }
  });

  test('a run that was interrupted after its last epoch has nothing left to train', async () => {
    const { loss } = (await run({})).result.val!;
    const until = (val: Metrics): boolean => val.loss <= loss;
    const { result, states } = await run({ epochs: 40, until });
    expect(result.reason).toBe('until');
    for (const resume of states.slice(-3)) {
      expect(essence((await run({ epochs: 40, until, resume })).result)).toEqual(essence(result));
    }
  });

  test('checkpoints stay at multiples of their steps', async () => {
    const { states } = await run({ checkpoint: { steps: 5 } });
    const again = await run({ checkpoint: { steps: 5 }, resume: (await run({})).states[7] });
    expect(states.map((s) => s.step)).toEqual([0, 5, 10, 12]);
    expect(again.states.map((s) => s.step)).toEqual([10, 12]);
  });

  test('a validation loss that is no number is never the best, nor in the way of a resume', async () => {
    const x = new Float64Array(loaders.val.dataset.x.length).fill(3e38);
    const val = new Loader({ ...loaders.val.dataset, x }, { backend });
    const make = () => build(linear(10), { input: [64], loss: crossEntropy(), backend });
    const model = make();
    const states: TrainingState[] = [];
    const spoiled = fit(model, { ...loaders, val }, { ...options, patience: 2, optimizer: sgd(0.01) });
    for await (const event of spoiled) if (event.type === 'checkpoint') states.push(event.state);
    const result = await spoiled;
    expect(result.val!.loss).toBeNaN();
    expect(result.best).toEqual({ epoch: 3, step: 12, loss: Infinity });
    expect(result.weightsBest).toEqual(result.weights);
    expect((await loadCheckpoint(await saveCheckpoint(model, states[2]), make())).best.loss).toBe(Infinity);
  });

  test('a position of other batches is refused', async () => {
    const { states } = await run({});
    await expect(run({ resume: states[6], batch: 5 })).rejects.toMatchObject({ code: 'NF4139' });
  });

  test('plain SGD, which folds, too; and another optimizer is refused with what differs', async () => {
    const plain = () => ({ ...fresh(), optimizer: sgd(0.05) });
    const { result, states } = await run({}, plain());
    const again = await run({ resume: states[5] }, plain());
    expect(essence(again.result)).toEqual(essence(result));
    expect(() => fit(fresh().model, loaders, { ...options, optimizer: fresh().optimizer, resume: states[5] })).toThrow(
      expect.objectContaining({ code: 'NF4120', expected: expect.stringContaining('momentum.velocity') }),
    );
  });

  test('no checkpoint of a run that diverged', async () => {
    const from = { ...fresh(), optimizer: sgd(1e30) };
    const { result, states } = await run({}, from);
    expect(result.status).toBe('diverged');
    expect(states.every((s) => s.parameters.values.every(Number.isFinite))).toBe(true);
  });
});
