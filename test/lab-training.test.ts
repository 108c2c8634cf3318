import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrainEnd, TrainEvent, TrainSpec } from '../lab/sandbox/types.ts';
import { type Side, sides } from '../lab/train/duel.ts';
import type { ExerciseId } from '../src/verify/exercises.ts';
import { type Json, Workplace } from './cli.ts';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { type BuiltLab, buildLab, type LabPage, openSandboxed } from './support/lab-page.ts';
import type { Site } from './support/serve.ts';

// Training in the page, ours and the learner's, against the command line: the same losses and weights, bit for bit.

const names = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];
const at = new Workplace();

/** IDX files in the form of MNIST's: blots whose place tells the class. */
function makeFiles(folder: string, packed: boolean): void {
  mkdirSync(folder, { recursive: true });
  let state = 1;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (const [part, count] of [
    ['train', 5400],
    ['t10k', 300],
  ] as const) {
    const images = Buffer.alloc(16 + count * 784);
    const labels = Buffer.alloc(8 + count);
    [0x803, count, 28, 28].forEach((n, i) => images.writeUInt32BE(n, 4 * i));
    [0x801, count].forEach((n, i) => labels.writeUInt32BE(n, 4 * i));
    for (let i = 0; i < count; i++) {
      const label = Math.floor(random() * 10);
      labels[8 + i] = label;
      for (let p = 0; p < 784; p++)
        images[16 + i * 784 + p] = random() * (Math.floor(p / 28 / 2.8) === label ? 255 : 90);
    }
    for (const [name, bytes] of [
      [`${part}-images-idx3-ubyte`, images],
      [`${part}-labels-idx1-ubyte`, labels],
    ] as const) {
      if (packed) writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes));
      else writeFileSync(join(folder, name), bytes);
    }
  }
}

interface Epoch {
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number | null;
  readonly valLoss: number;
  readonly valAccuracy: number;
}

/** What `neuroforge train --backend wasm` says of each epoch, and at the end. */
async function onCommandLine(
  spec: TrainSpec,
  env: Record<string, string> = {},
): Promise<{ epochs: Epoch[]; end: Json }> {
  const { data, hidden, lr, batch, epochs, seed, until } = spec;
  const flags = { data: data.name, model: `mlp:${hidden}`, lr, batch, epochs, seed, backend: 'wasm' };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  if (until !== undefined) args.push('--until', `val.accuracy=${until}`);
  const end = await at.json(['train', '--quiet', ...args], 0, env);
  const lines: Json[] = at
    .read(`${end.run}/metrics.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const vals = lines.filter(({ split }) => split === 'val');
  const trains = new Map(lines.filter(({ split }) => split === 'train').map((line) => [line.epoch, line.loss]));
  return {
    end,
    epochs: vals.map(({ epoch, step, loss, accuracy }) => ({
      epoch,
      step,
      trainLoss: trains.get(epoch) ?? null,
      valLoss: loss,
      valAccuracy: accuracy,
    })),
  };
}

describe.skipIf(!chromiumExpected)(`training in Chromium${unlessChromium}`, { timeout: 120_000 }, () => {
  let browser: Browser;
  let built: BuiltLab;
  let site: Site & { url: string };
  let lab: LabPage;
  beforeAll(async () => {
    [built, browser] = await Promise.all([buildLab(), startChromium()]);
    makeFiles(at.path('plain/mnist'), false);
    makeFiles(at.path('packed/mnist'), true);
    site = await built.serve({
      more: {
        '/plain/': at.path('plain/mnist'),
        '/packed/': at.path('packed/mnist'),
        '/real/': join(process.env.NEUROFORGE_DATA ?? 'none', 'mnist'),
      },
    });
    lab = await openSandboxed(browser, site.url);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    built?.remove();
  });

  type Run = { events: TrainEvent[]; end: TrainEnd };

  /** A run in the page to its end. `files` says where the page gets the IDX files from. */
  function inPage(
    { who = 'learner', ...spec }: TrainSpec & { who?: Side },
    code: Partial<Record<ExerciseId, string>> = {},
    files: string[] = [],
  ): Promise<Run> {
    return lab.page.evaluate(
      async ([who, spec, code, files]) => {
        const { trainLibrary } = globalThis.lab;
        const fetched = files.map(async (path) => [
          path.split('/').at(-1)!,
          new Uint8Array(await (await fetch(path)).arrayBuffer()),
        ]);
        const given = Object.fromEntries(await Promise.all(fetched)) as Record<string, Uint8Array>;
        const data = files.length > 0 ? { ...spec.data, files: given } : spec.data;
        const whole = { ...spec, data };
        const run =
          who === 'library' ? trainLibrary(whole) : globalThis.sandbox.train(whole, { ...globalThis.answers, ...code });
        const events: TrainEvent[] = [];
        for await (const event of run) events.push(event);
        const end = await run.done;
        run.close();
        return { events, end };
      },
      [who, spec, code, files] as const,
    );
  }

  const epochsOf = ({ events }: Run): Epoch[] =>
    events
      .filter((e) => e.type === 'epoch')
      .map(({ type: _, trainLoss, ...rest }) => ({ ...rest, trainLoss: Number.isNaN(trainLoss) ? null : trainLoss }));

  const digits: TrainSpec = {
    data: { name: 'digits' },
    hidden: [128, 64],
    lr: 0.1,
    batch: 32,
    epochs: 4,
    seed: 7,
  };
  const mnist: TrainSpec = { ...digits, data: { name: 'mnist' }, hidden: [512, 128], epochs: 1, seed: 3 };

  async function expectSame(spec: TrainSpec, env: Record<string, string> = {}, files: string[] = []): Promise<void> {
    const expected = await onCommandLine(spec, env);
    const losses: unknown[] = [];
    for (const who of sides) {
      const run = await inPage({ ...spec, who }, {}, files);
      expect(epochsOf(run), who).toEqual(expected.epochs);
      const { weights, status, steps, valLoss, testAccuracy, reached } = run.end;
      expect({ who, weights, status, steps, valLoss, testAccuracy, reached }).toEqual({
        who,
        weights: expected.end.weights,
        status: 'done',
        steps: expected.end.steps,
        valLoss: expected.end.val.loss,
        testAccuracy: expected.end.test.accuracy,
        reached: expected.end.reason === 'until',
      });
      losses.push(run.events.filter((e) => e.type === 'step').map(({ step, epoch, loss }) => ({ step, epoch, loss })));
    }
    expect(losses[0]).toEqual(losses[1]);
    expect((losses[0] as unknown[]).length).toBe(Math.floor(expected.end.steps / 10));
  }

  test('digits', () => expectSame(digits));
  test('digits, until an accuracy, with other settings', () =>
    expectSame({ ...digits, hidden: [40, 17], lr: 0.05, batch: 50, epochs: 60, seed: 11, until: 0.9 }));

  test.each([
    ['plain', names],
    ['packed', names.map((name) => `${name}.gz`)],
  ])('IDX files, %s', async (kind, files) => {
    await expectSame(
      mnist,
      { NEUROFORGE_DATA: at.path(kind) },
      files.map((name) => `./${kind}/${name}`),
    );
  });

  const real = process.env.NEUROFORGE_DATA;
  test.skipIf(!real && !process.env.CI)(
    `the real MNIST${real ? '' : ' (skipped: NEUROFORGE_DATA is not set)'}`,
    async () => {
      const folder = join(real ?? 'none', 'mnist');
      const files = names.map((name) => (existsSync(join(folder, name)) ? name : `${name}.gz`));
      await expectSame(
        mnist,
        { NEUROFORGE_DATA: real! },
        files.map((name) => `./real/${name}`),
      );
    },
  );

  test('MNIST without its files', async () => {
    await expect(inPage(mnist)).rejects.toThrow(/its files are not here/);
    const { end, events } = await inPage(mnist, {}, [`./plain/${names[0]}`]);
    expect(events).toEqual([
      { type: 'error', piece: null, message: expect.stringMatching(/lacks the training files/) },
    ]);
    expect(end).toMatchObject({ status: 'error', weights: null, error: { piece: null } });
  });

  test.each<[string, Partial<Record<ExerciseId, string>>, ExerciseId | null, RegExp]>([
    [
      'throws',
      { relu: "function dReLU(dY, z) {\n  if (dY.rows > 1) throw new Error('not today');\n}" },
      'relu',
      /dReLU threw Error: not today \(line 2 of dReLU\)/,
    ],
    ['is not written', { 'linear-db': '// your code' }, 'linear-db', /db is not written yet/],
    [
      'has no syntax',
      { 'linear-dX': 'function dX(dY, W) {\n  return dY.matmul(W.T;\n}' },
      'linear-dX',
      /SyntaxError: .*\(line 2 of dX\)/,
    ],
    ['throws at the top', { 'linear-dW': "throw new TypeError('at once');" }, 'linear-dW', /TypeError: at once/],
    [
      'gives another shape',
      { 'linear-dW': 'function dW(X, dY) { return dY.T.matmul(X); }' },
      'linear-dW',
      /dW gives .*\(10, 64\).*, expected a Tensor \(64, 10\)/,
    ],
    ['gives nothing', { chain: 'function backward() {}' }, 'chain', /backward returns nothing/],
    [
      'reads the network',
      { 'softmax-cross-entropy': "function dz(P, T) { fetch('https://example.org/'); }" },
      'softmax-cross-entropy',
      /fetch is closed/,
    ],
    [
      'never ends',
      {
        'linear-dW':
          'let n = 0;\nfunction dW(X, dY) { while (n++ > 100); if (n > 100) for (;;); return X.T.matmul(dY); }',
      },
      'linear-dW',
      /^stopped after 3 seconds in dW: a loop without an end/,
    ],
    [
      'does not end at first',
      { 'linear-dX': 'function dX(dY, W) { for (;;); }' },
      'linear-dX',
      /^stopped after 3 seconds in dX:/,
    ],
    ['does not end at its top', { 'linear-db': 'for (;;);' }, 'linear-db', /^stopped after 3 seconds in db:/],
    [
      'does not end of itself, about right pieces',
      { chain: 'function backward(net, dz3, my) { my.db(dz3); for (;;); }' },
      'chain',
      /^stopped after 3 seconds in backward:/,
    ],
    [
      'starves the worker',
      { relu: 'const f = () => Promise.resolve().then(f);\nfunction dReLU(dY, z) { f(); return dY.mul(z.gt(0)); }' },
      null,
      /^stopped after 3 seconds in one of your functions:/,
    ],
  ])('a piece that %s ends the run, and is named', async (_, code, piece, message) => {
    const { events, end } = await inPage({ ...digits, epochs: 1000 }, code);
    const last = events.at(-1)!;
    expect(last).toEqual({ type: 'error', piece, message: expect.stringMatching(message) });
    expect(end).toMatchObject({ status: 'error', error: { piece, message: expect.stringMatching(message) } });
    expect((await inPage({ ...digits, epochs: 1 })).end.status).toBe('done');
  });

  test('with large steps right code may take longer, and a loop without an end is told later', async () => {
    const large: TrainSpec = { ...digits, hidden: [1024, 1024], batch: 1294, epochs: 1 }; // 2.9e9 operations forward
    const busy =
      'let n = 0;\nfunction dW(X, dY) { const end = Date.now() + 4000; while (n === 0 && Date.now() < end); n++;';
    expect((await inPage(large, { 'linear-dW': `${busy} return X.T.matmul(dY); }` })).end).toMatchObject({
      status: 'done',
      error: null,
    });
    const { end } = await inPage(large, { 'linear-dW': 'function dW(X, dY) { for (;;); }' });
    expect(end.error).toEqual({
      piece: 'linear-dW',
      message: expect.stringMatching(/^stopped after 5 seconds in dW: a loop without an end/),
    });
  });

  test('a wrong sign trains, and training fails: the warning says so', async () => {
    const { events, end } = await inPage(
      { ...digits, lr: 1 },
      { 'softmax-cross-entropy': 'function dz(P, T) { return T.sub(P); }' },
    );
    expect(end.status).toBe('diverged');
    expect(events.at(-1)).toMatchObject({ type: 'warning', text: expect.stringMatching(/loss became/) });
  });

  test('pause, step, resume, weights, predictions, stop', async () => {
    const said = await lab.page.evaluate(async (spec) => {
      const run = globalThis.sandbox.train({ ...spec, epochs: 100_000 }, globalThis.answers);
      const steps: number[] = [];
      let epoch = (): void => {};
      const first = new Promise<void>((resolve) => {
        epoch = resolve;
      });
      const reading = (async () => {
        for await (const event of run) {
          if (event.type === 'step') steps.push(event.step);
          if (event.type === 'epoch' && event.epoch === 1) epoch();
        }
      })();
      await first;
      run.pause();
      const paused = await run.weights();
      await new Promise((resume) => setTimeout(resume, 4000)); // longer than the patience with the learner's code
      const still = await run.weights();
      run.step();
      const before = steps.length;
      while (steps.length === before) await new Promise((resume) => setTimeout(resume, 10));
      const stepped = await run.weights();
      const p = await run.predict(new Float32Array(2 * 64).fill(0.5));
      const refused = await run.predict(new Float32Array(63)).catch((error) => error.code);
      run.resume();
      run.stop();
      await reading;
      const end = await run.done;
      const after = await run.predict(new Float32Array(64));
      run.close();
      const closed = await run.weights().catch((error) => error.code);
      const same = (a: Float32Array, b: Float32Array) => a.every((v, i) => v === b[i]);
      return {
        shape: [paused.inputs, paused.units, paused.W1.length],
        still: same(paused.W1, still.W1),
        moved: !same(still.W1, stepped.W1),
        p: [p.length, after.length],
        sum: p.slice(0, 10).reduce((a, b) => a + b),
        refused,
        closed,
        status: end.status,
      };
    }, digits);
    expect(said).toEqual({
      shape: [64, 128, 8192],
      still: true,
      moved: true,
      p: [20, 10],
      sum: expect.closeTo(1, 5),
      refused: 'NF1101',
      closed: 'NF4182',
      status: 'stopped',
    });
  });

  test('nothing was said on the console, and nothing left the page', () => {
    expect(lab.complaints).toEqual([]);
    expect(lab.elsewhere).toEqual([]);
  });
});
