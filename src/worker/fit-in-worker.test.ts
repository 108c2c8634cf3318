import { afterEach, describe, expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { digits } from '../data/embedded/digits.ts';
import { Loader } from '../data/loader.ts';
import { prepareData } from '../data/prepare.ts';
import { weightsHash } from '../io/weights.ts';
import { defineLayer } from '../layers/layer.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { mlp } from '../models/mlp.ts';
import { build } from '../models/model.ts';
import { describe as describeLayer, type LayerDescription } from '../models/registry.ts';
import { sgd } from '../optim/sgd.ts';
import type { FitEvent, StepEvent } from '../train/events.ts';
import { fit } from '../train/fit.ts';
import { type FitInWorker, fitInWorker } from './fit-in-worker.ts';
import type { Opening } from './messages.ts';
import { type ServeOptions, serveFit } from './serve.ts';
import type { FitSpec } from './spec.ts';

// Both ends in this thread: `test/worker.test.ts` has threads and pages.

const spec: FitSpec = {
  data: { name: 'digits' },
  layer: describeLayer(mlp({ hidden: [16], outputs: 10 })),
  optimizer: { name: 'sgd', learningRate: 0.1 },
  epochs: 2,
  seed: 3,
  backend: 'wasm',
  stepEvents: 1,
};

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function start(changes: Partial<FitSpec> = {}, options: ServeOptions = {}): FitInWorker {
  const { port1, port2 } = new MessageChannel();
  serveFit(port2, options);
  const run = fitInWorker(port1, { ...spec, ...changes });
  open.push(run, port1, port2);
  return run;
}

async function eventsOf(run: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** What a clock says is another's each time. */
const timeless = (event: FitEvent): unknown =>
  JSON.parse(JSON.stringify(event, (key, value) => (/^(seconds|msPerStep|msPerStepMedian)$/.test(key) ? 0 : value)));

const steps = (events: readonly FitEvent[]): StepEvent[] => events.filter((e) => e.type === 'step');
const turn = (ms = 80): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

test('the events and the result are those of fit, bit for bit', async () => {
  const { split, scaling } = prepareData({ train: digits(), test: null }, {});
  const on = backend('wasm');
  const layer = mlp({ hidden: [16], outputs: 10 });
  const model = build(layer, { input: [64], loss: crossEntropy(), backend: on, seed: 3 });
  const load = (d: typeof split.train) => new Loader(d, { scaling, backend: on });
  const own = fit(
    model,
    { train: load(split.train), val: load(split.val), test: split.test && load(split.test) },
    { optimizer: sgd(0.1), epochs: 2, stepEvents: 1, checkpoint: { steps: 30 } },
  );
  const expected = await eventsOf(own);
  const run = start({ checkpoint: { steps: 30 } });
  const events = await eventsOf(run);
  expect(events.map(timeless)).toEqual(expected.map(timeless));
  expect(steps(events).length).toBe(2 * 41);
  const { weights, weightsBest } = await run;
  expect(await weightsHash(model.parameters, weights)).toBe(await weightsHash(model.parameters, (await own).weights));
  expect(weightsBest.values.length).toBe(weights.values.length);
  const W = await run.parameter('0.W');
  expect(W.shape).toEqual([64, 16]);
  expect(W.values).toEqual(model.parameters.param('0.W').dataSync());
  expect(await run.weightsHash()).toBe(await weightsHash(model.parameters));
});

test('a checkpoint that crossed the port resumes to the same bits', async () => {
  const events = await eventsOf(start({ checkpoint: { steps: 50 } }));
  const checkpoints = events.filter((e) => e.type === 'checkpoint');
  const { state } = checkpoints.find((e) => e.state.step === 50)!;
  const whole = events.at(-1)!;
  const resumed = await start({ checkpoint: { steps: 50 }, resume: state });
  expect(resumed.weights).toEqual(whole.type === 'done' && whole.result.weights);
});

test('pause, single steps, resume: every step once, in order', async () => {
  const run = start({ paused: true, epochs: 1 });
  const events: FitEvent[] = [];
  const reading = (async () => {
    for await (const event of run) events.push(event);
  })();
  const made = () => steps(events).map((e) => e.step);
  await expect.poll(() => events.map((e) => e.type)).toEqual(['start']);
  await turn();
  expect(events.length).toBe(1);
  run.step();
  await expect.poll(made).toEqual([1]);
  run.step();
  run.step();
  await expect.poll(made).toEqual([1, 2, 3]);
  run.resume();
  run.pause();
  const { shape } = await run.parameter('0.W'); // what is answered now comes after the pause
  expect(shape).toEqual([64, 16]);
  const before = await run.weightsHash();
  await turn();
  expect(await run.weightsHash()).toBe(before);
  run.resume();
  await reading;
  expect(steps(events).map((e) => e.step)).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
});

test('a single step comes whatever the rate; without a rate none', async () => {
  for (const [stepEvents, expected] of [
    [10, [1]],
    [0, []],
  ] as const) {
    const run = start({ paused: true, stepEvents });
    const events: FitEvent[] = [];
    let begun = (): void => {};
    const first = new Promise<void>((resolve) => {
      begun = resolve;
    });
    (async () => {
      for await (const event of run) if (events.push(event) === 1) begun();
    })();
    const before = await first.then(() => run.weightsHash());
    run.step();
    await expect.poll(() => run.weightsHash()).not.toBe(before);
    await expect.poll(() => steps(events).map((e) => e.step)).toEqual(expected);
    run.stop();
    expect((await run).steps).toBe(1);
  }
});

test('stop: before the first step, within, paused', async () => {
  const early = start();
  early.stop();
  expect(await early).toMatchObject({ status: 'interrupted', reason: 'stopped', steps: 1 });
  const within = start({ epochs: 1000 });
  for await (const event of within) if (event.type === 'epoch' && event.epoch === 1) within.stop();
  expect(await within).toMatchObject({ status: 'interrupted', reason: 'stopped' });
  const paused = start({ paused: true });
  for await (const event of paused) if (event.type === 'start') paused.stop();
  expect(await paused).toMatchObject({ reason: 'stopped' });
});

test('close ends everything that waits', async () => {
  const run = start({ epochs: 1000 });
  const reading = eventsOf(run);
  const refused = expect(reading).rejects.toMatchObject({ code: 'NF4182' });
  await expect
    .poll(() =>
      run.parameter('0.W').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  const asked = expect(run.parameter('0.W')).rejects.toMatchObject({ code: 'NF4182' });
  run.close();
  await refused;
  await asked;
  await expect(run).rejects.toMatchObject({ code: 'NF4182' });
  await expect(run.predict(new Float32Array(64))).rejects.toMatchObject({ code: 'NF4182' });
});

test('until, patience, predictions', async () => {
  const run = start({ epochs: 100, until: { metric: 'accuracy', value: 0.8 }, stepEvents: 0 });
  const { val, reason } = await run;
  expect(reason).toBe('until');
  expect(val!.accuracy).toBeGreaterThanOrEqual(0.8);
  const { shape, values } = await run.predict(new Float32Array(3 * 64));
  expect(shape).toEqual([3, 10]);
  expect(values.slice(0, 10).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  await expect(run.predict(new Float32Array(65))).rejects.toMatchObject({ code: 'NF1101', expected: /64/ });
  await expect(run.parameter('7.W')).rejects.toMatchObject({ code: 'NF1111' });
  expect((await start({ until: { metric: 'loss', value: 1 }, epochs: 100 })).val!.loss).toBeLessThanOrEqual(1);
});

describe('errors cross the port as they are', () => {
  const odd: LayerDescription = { layer: 'odd', config: {} };
  const throwing = defineLayer('odd', {
    forward: () => {
      throw new TypeError('too odd');
    },
    backward: () => null,
  });
  const bytes = new Uint8Array(20);
  test.each<[string, Partial<FitSpec>, object]>([
    ['no data', { data: undefined }, { code: 'NF4180', where: 'spec.data' }],
    ['an unknown table', { data: { name: 'letters' as 'iris' } }, { code: 'NF2001', got: 'letters' }],
    ['no IDX files', { data: { name: 'mnist', files: {} } }, { code: 'NF2001', where: 'mnist' }],
    [
      'files that are none',
      { data: { name: 'x', files: { 'train-images-idx3-ubyte': bytes, 'train-labels-idx1-ubyte': bytes } } },
      { code: 'NF2201', where: 'x/train-images-idx3-ubyte' },
    ],
    ['no layer', { layer: undefined }, { code: 'NF4180', where: 'spec.layer' }],
    ['an unknown layer', { layer: { layer: 'attention', config: {} } }, { code: 'NF2401', got: 'attention' }],
    ['an unknown loss', { loss: '__proto__' }, { code: 'NF2238', got: '__proto__' }],
    [
      'an unknown optimizer',
      { optimizer: { name: 'adam' as 'sgd', learningRate: 1 } },
      { code: 'NF4180', got: 'adam' },
    ],
    ['a learning rate', { optimizer: { name: 'sgd', learningRate: -1 } }, { code: 'NF4103', got: '-1' }],
    ['a batch', { batch: 0 }, { code: 'NF4104' }],
    ['epochs', { epochs: 0.5 }, { code: 'NF4105' }],
    ['a share', { prepare: { val: 2.5 } }, { code: 'NF2502' }],
    ['a rule', { until: { metric: 'accuracy', value: '1' as unknown as number } }, { code: 'NF4180' }],
    ['an exception of one’s own', { layer: odd }, { code: 'NF4183', message: /TypeError: too odd/ }],
  ])('%s', async (_, changes, expected) => {
    const run = start(changes, { layers: { odd: throwing } });
    await expect(eventsOf(run)).rejects.toMatchObject(expected);
    await expect(run).rejects.toMatchObject({ name: 'NeuroForgeError', ...expected });
  });

  test('a specification that cannot be cloned', async () => {
    await expect(start({ until: (() => true) as unknown as FitSpec['until'] })).rejects.toMatchObject({
      code: 'NF4180',
    });
  });

  test('a worker that never answers', async () => {
    const { port1, port2 } = new MessageChannel();
    open.push(port1, port2);
    await expect(fitInWorker(port1, spec, { startLimit: 20 })).rejects.toMatchObject({
      code: 'NF4181',
      hint: /serveFit/,
    });
  });
});

test('a reader that is slow gets few messages, and every event', async () => {
  const { port1, port2 } = new MessageChannel();
  serveFit(port2);
  let [bundles, underWay, most] = [0, 0, 0];
  const counted = {
    postMessage(message: { port: MessagePort }, transfer: Transferable[]) {
      const inner = new MessageChannel();
      const { port } = message;
      inner.port1.onmessage = ({ data }) => {
        if (data.type === 'events') {
          bundles++;
          most = Math.max(most, ++underWay);
        }
        port.postMessage(data);
      };
      port.onmessage = ({ data }) => {
        if (data.type === 'read') underWay--;
        inner.port1.postMessage(data);
      };
      open.push(inner.port1, port);
      port1.postMessage({ ...message, port: inner.port2 }, [inner.port2, ...transfer.slice(1)]);
    },
  };
  const run = fitInWorker(counted, { ...spec, epochs: 4 });
  open.push(run, port1, port2);
  let read = 0;
  for await (const event of run) {
    if (event.type === 'step') read++;
    if (read % 40 === 0) await turn(5);
  }
  expect(read).toBe(4 * 41);
  expect(most).toBe(1);
  expect(bundles).toBeLessThan(40);
});

test.each<[string, unknown]>([
  ['nothing', null],
  ['events that are none', { type: 'events', events: 7 }],
  ['an event that is none', { type: 'events', events: [null] }],
  ['an end without a result', { type: 'failed', error: null }],
  ['an error of other things than texts', { type: 'failed', error: { code: { toString: 1 }, message: 3 } }],
])('a worker that sends %s has failed, and nothing waits for it', async (_, message) => {
  const run = fitInWorker({ postMessage: (opening) => (opening as Opening).port.postMessage(message) }, spec);
  open.push(run);
  await expect(run).rejects.toThrow(/the worker has sent what cannot be read|the run failed in its worker/);
  await expect(eventsOf(run)).resolves.toEqual([]);
});
