import { expect, test } from 'vitest';
import { heldOut } from '../../../test/autopsy/held-out.ts';
import { elementwise, momentum, valuesTable } from '../../../test/autopsy/ingredients.ts';
import { planted, type Run, runOf } from '../../../test/autopsy/planted.ts';
import { openBackend } from '../../backends/open.ts';
import { Loader } from '../../data/loader.ts';
import { defineLayer } from '../../layers/layer.ts';
import { linear } from '../../layers/linear.ts';
import { meanSquaredError } from '../../losses/mean-squared-error.ts';
import { mlp } from '../../models/mlp.ts';
import { build } from '../../models/model.ts';
import { sequential } from '../../models/sequential.ts';
import { sgd } from '../../optim/sgd.ts';
import { loadBlas } from '../../platform/blas.ts';
import { debug } from '../../tensor/debug.ts';
import type { FitEvent, FitResult } from '../events.ts';
import { fit } from '../fit.ts';
import type { FitOptions } from '../fit-options.ts';
import { GoodState } from '../state.ts';
import { autopsy, type Seen } from './autopsy.ts';

const found = (name: string): Run => [...planted, ...heldOut].find((p) => p.name.includes(name))!.run();

async function followed(
  { model, train, optimizer, batch, epochs }: Run,
  options: Partial<FitOptions> & { val?: Loader } = {},
): Promise<{ result: FitResult; events: FitEvent[] }> {
  const { val, ...rest } = options;
  const events: FitEvent[] = [];
  const run = fit(model, { train, val }, { optimizer, batch, epochs, ...rest });
  for await (const event of run) events.push(event);
  return { result: await run, events };
}

test('model, optimizer, backend and layers are left as they were', () => {
  const run = runOf({
    data: valuesTable(100, 4),
    layer: mlp({ hidden: [8], outputs: 1 }),
    loss: meanSquaredError(),
    optimizer: momentum(5, 0.9),
  });
  const { model, optimizer, train } = run;
  const good = new GoodState();
  good.take(model, optimizer, 0, 1);
  for (const name of model.parameters.names) model.parameters.param(name).fill(3);
  model.pass.step = 17;
  const layer = { ...model.layer.children!['0'] };
  const before = [model.parameters.snapshot(), optimizer.snapshot(model.parameters), model.pass.step];
  const seen: Seen = { step: 40, epoch: 10, what: 'loss', value: Number.NaN };
  const a = autopsy({ model, optimizer, train, batch: 32, seed: 0 }, good.before(1), seen);
  expect(a).toMatchObject({ reproduced: true, origin: { source: 'operation' } });
  expect([model.parameters.snapshot(), optimizer.snapshot(model.parameters), model.pass.step]).toEqual(before);
  expect(model.layer.children!['0']).toEqual(layer);
  for (const on of [model.backend, optimizer])
    expect(Object.keys(on).filter((k) => k === 'matmul' || k === 'step')).toEqual([]);
  expect(debug.definitions).toBe(false);
});

test('what cannot be shown again is said to be so', () => {
  const { model, optimizer, train } = runOf({
    data: valuesTable(100, 4),
    layer: mlp({ hidden: [8], outputs: 1 }),
    loss: meanSquaredError(),
    optimizer: sgd(0.01),
  });
  const good = new GoodState();
  good.take(model, optimizer, 0, 1);
  const seen: Seen = { step: 3, epoch: 1, what: 'loss', value: Number.NaN };
  const training = { model, optimizer, train, batch: 32, seed: 0 };
  const a = autopsy(training, good.before(1), seen);
  expect(a).toMatchObject({ reproduced: false, step: 3, loss: Number.NaN, seen });
  expect(a.causes).toHaveLength(2);
  expect(autopsy(training, good.before(1), seen, 0).reproduced).toBe(false); // no time to look
});

test('parameters that are spoiled by the last step: diverged, and no checkpoint of them', async () => {
  const { result, events } = await followed(found('square root'), { steps: 1, checkpoint: { steps: 1 } });
  const later = await followed(found('square root'), { steps: 2, checkpoint: { steps: 1 } });
  expect(later.result.autopsy).toMatchObject({ step: 1, seen: { step: 2, what: 'loss' } });
  expect(result).toMatchObject({ status: 'diverged', steps: 1, autopsy: { step: 1, seen: { what: 'parameters' } } });
  for (const of of [events, later.events]) {
    expect(of.filter((e) => e.type === 'checkpoint').map((e) => e.state.step)).toEqual([0]);
  }
  expect(result.weightsBest.values.every(Number.isFinite)).toBe(true);
});

test('a run that ended before it met the bad row is not done', async () => {
  const { result } = await followed(found('NaN in row 17'), { steps: 5 });
  expect(result).toMatchObject({
    status: 'diverged',
    autopsy: { seen: { what: 'evaluation' }, origin: { rows: [17] } },
  });
  expect(result.autopsy!.causes[0].id).toBe('data-row');
});

test('a validation loss that is none is a warning, once, that names the row', async () => {
  const run = runOf({
    data: valuesTable(100, 4),
    layer: mlp({ hidden: [8], outputs: 1 }),
    loss: meanSquaredError(),
    optimizer: sgd(0.01),
    epochs: 3,
  });
  const data = valuesTable(50, 4, { edit: (x) => void (x[31 * 4 + 2] = Infinity) });
  const { result, events } = await followed(run, { val: new Loader(data, { backend: run.model.backend }) });
  expect(result).toMatchObject({ status: 'done', autopsy: null });
  const warned = events.filter((e) => e.type === 'warning');
  expect(warned).toMatchObject([
    { code: 'NF3107', hint: 'feature 2 of row 31 is Infinity: repair it, or leave the row out' },
  ]);
});

test('a divergence is told without an autopsy too: not wanted, or failed', async () => {
  const { result, events } = await followed(found('mlp:64'), { autopsy: false });
  expect(result).toMatchObject({ status: 'diverged', autopsy: null });
  expect(events.filter((e) => e.type === 'warning')).toMatchObject([
    { code: 'NF3105', hint: expect.stringMatching(/lr/) },
  ]);

  const shy = defineLayer<Record<never, never>, null>('shy', {
    forward(_, x) {
      if (debug.definitions) throw new Error('not while you look');
      return { y: x.mul(1e30), cache: null };
    },
    backward: (_, dY) => dY,
  });
  const failing = runOf({
    data: valuesTable(60, 4),
    layer: sequential(linear(8), shy(), linear(1)),
    loss: meanSquaredError(),
    optimizer: sgd(1),
  });
  const second = await followed(failing);
  expect(second.result).toMatchObject({ status: 'diverged', autopsy: null });
  expect(second.events.filter((e) => e.type === 'warning')).toMatchObject([
    { code: 'NF3105', hint: expect.stringContaining('the autopsy failed: not while you look') },
  ]);
  expect(debug.definitions).toBe(false);
});

test('parameters that begin as none', async () => {
  const run = runOf({
    data: valuesTable(60, 4),
    layer: mlp({ hidden: [8], outputs: 1 }),
    loss: meanSquaredError(),
    optimizer: sgd(0.1),
  });
  run.model.parameters.param('2.W').fill(Number.NaN);
  const { result } = await followed(run);
  expect(result.autopsy).toMatchObject({ step: 1, origin: { source: 'parameters', parameter: '2.W' } });
  expect(result.autopsy!.causes[0].id).toBe('bad-parameters');
});

test('random layers draw the same numbers again', async () => {
  const drop = defineLayer<Record<never, never>, { mask: ReturnType<typeof Object> }>('drop', {
    forward(ctx, x) {
      const mask = ctx.mask('dropout', x, 0.5);
      return { y: x.mul(mask), cache: { mask } };
    },
    backward: (_, dY, { mask }) => dY.mul(mask),
  });
  const run = runOf({
    data: valuesTable(100, 4),
    layer: sequential(linear(16), drop(), linear(1)),
    loss: meanSquaredError(),
    optimizer: sgd(1),
    epochs: 100,
  });
  const { result, events } = await followed(run, { stepEvents: 1 });
  expect(result.autopsy).toMatchObject({ reproduced: true, step: result.steps + 1, loss: result.autopsy!.seen.value });
  const { losses } = result.autopsy!;
  const seen = events.filter((e) => e.type === 'step').map((e) => e.loss);
  expect(losses.length).toBeGreaterThan(2);
  expect(losses.slice(0, -1)).toEqual(seen.slice(1 - losses.length));
  expect(result.autopsy!.causes[0].id).toBe('learning-rate');
});

const { blas, tried } = await loadBlas();
if (blas === null && process.env.CI) throw new Error(`no BLAS here: ${tried.join('; ')}`);

test.skipIf(blas === null)('on a BLAS, with the update folded and without', async () => {
  const native = await openBackend('native', { loadBlas });
  const data = valuesTable(400, 8);
  for (const fold of [true, false]) {
    const model = build(mlp({ hidden: [64], outputs: 1 }), { input: [8], loss: meanSquaredError(), backend: native });
    const train = new Loader(data, { backend: native });
    const { result } = await followed({ model, train, optimizer: sgd(1, { fold }), epochs: 5 });
    expect(result.autopsy).toMatchObject({ reproduced: true, backend: 'native', step: result.steps + 1 });
    expect(result.autopsy!.causes[0].id).toBe('learning-rate');
  }
});

test('layers in layers of one’s own are named by their path', async () => {
  const inner = elementwise(
    'unsafe-log',
    (x) => x.log(),
    (x) => x.reciprocal(),
  );
  const block = defineLayer<Record<never, never>, unknown>('block', {
    init: (ctx, input) => inner.init(ctx.child('log'), input),
    forward: (ctx, x) => inner.forward(ctx.child('log'), x),
    backward: (ctx, dY, cache) => inner.backward(ctx.child('log'), dY, cache as never),
  });
  const outer = { ...block(), children: { log: inner } };
  const run = runOf({
    data: valuesTable(60, 4),
    layer: sequential(linear(8), outer, linear(1)),
    loss: meanSquaredError(),
    optimizer: sgd(0.01),
  });
  const { result } = await followed(run);
  expect(result.autopsy!.origin).toMatchObject({
    operation: 'log',
    place: { phase: 'forward', path: '1.log', name: 'unsafe-log' },
  });
});

test('layers that cannot be watched: the place is the layer around them', async () => {
  const frozen = Object.freeze(
    elementwise(
      'unsafe-log',
      (x) => x.log(),
      (x) => x.reciprocal(),
    ),
  );
  const run = runOf({
    data: valuesTable(60, 4),
    layer: sequential(linear(8), frozen, linear(1)),
    loss: Object.freeze(meanSquaredError()),
    optimizer: sgd(0.01),
    on: 'js64',
  });
  const { result } = await followed(run);
  expect(result.autopsy!.origin).toMatchObject({ operation: 'log', place: { name: 'sequential' } });
  expect(result.autopsy!.causes[0].id).toBe('log-of-zero');
});
