import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configSchema } from '../src/cli/config.ts';
import { NeuroForgeError } from '../src/core/errors.ts';
import { conforms, violations } from './cli.ts';

const train = {
  schema: 'neuroforge/train@1',
  status: 'done',
  task: 'binary',
  run: 'runs/x',
  backend: 'wasm',
  threads: 1,
  steps: 10,
  msPerStep: 0.3,
  msPerStepMedian: 'NaN',
  seconds: 1,
  train: { loss: 0.1, accuracy: 1, errors: 0, precision: 'NaN', recall: 1, auc: 1 },
  trainRunning: { loss: 0.1 },
  val: { loss: 0.1, best: { epoch: 3, loss: 0.1 } },
  test: null,
  weights: `sha256:${'0'.repeat(64)}`,
  weightsBest: `sha256:${'0'.repeat(64)}`,
};

const msPerStep = { median: 1, min: 0.9, max: 1.2 };
const measured = {
  case: 'tiny',
  who: 'wasm',
  kind: 'ours',
  variant: 'default',
  version: '0.1.0',
  backend: 'wasm',
  threads: 1,
  steps: 100,
  warmup: 20,
  msPerStep,
  gflops: 5,
  runs: [1],
  loss: { step: 20, value: null },
  share: 0.8,
  shareOfTile: null,
  details: '',
};
const absent = { case: null, who: 'jax', state: 'absent', reason: 'not here', get: 'pip install jax' };
const task = { data: 'mnist', model: 'mlp:512,128', batch: 32, lr: 0.1, validation: 5000, target: 0.97, epochs: 10 };
const bench = {
  schema: 'neuroforge/bench@1',
  version: '0.1.0',
  rounds: 1,
  secondsPerRun: 0.1,
  machine: { cpu: 'x', cores: 2, memoryGiB: 8, system: 'x', runtime: 'x', load: { before: [0], after: [0] } },
  cases: [{ name: 'tiny', about: '', net: [64, 10], batch: 16, flops: 1000 }],
  results: [measured],
  ratios: [{ case: 'tiny', of: 'a', to: 'b', ...msPerStep, pairs: [1] }],
  missing: [absent],
  disagreements: [{ case: 'tiny', who: 'a', step: 20, loss: null, median: 'NaN' }],
  bars: [{ name: 'a / b', case: null, sense: 'atMost', bar: 1, measured: null, verdict: 'skip' }],
  until97: {
    task,
    results: [
      {
        ...{ who: 'wasm', kind: 'ours', version: '0.1.0', backend: 'wasm', threads: 1 },
        ...{ seconds: msPerStep, testAccuracy: msPerStep },
        runs: [{ seed: 0, seconds: 1, steps: 10, valAccuracy: 0.97, testAccuracy: 0.97 }],
      },
    ],
    missing: [absent],
  },
};

describe('schemas', () => {
  it('the schema of the configuration is the one that checks it (npx vitest run test/schemas.test.ts -u writes it)', async () => {
    const schema = z.toJSONSchema(configSchema, { io: 'input' });
    const named = { $schema: schema.$schema, $id: 'neuroforge/config@1', ...schema };
    const { id: _, ...rest } = named as Record<string, unknown>;
    await expect(`${JSON.stringify(rest, null, 2)}\n`).toMatchFileSnapshot('../schemas/config.schema.json');
  });

  it('there is one for every document', () => {
    const documents = [
      'autopsy',
      'bench',
      'data',
      'error',
      'eval',
      'explain',
      'gradcheck',
      'lab',
      'lab-here',
      'lab-run',
      'learn',
      'predict',
      'resume',
      'train',
      'version',
    ];
    const names = ['config', ...documents].map((name) => `${name}.schema.json`);
    expect(readdirSync('schemas').sort()).toEqual(names.sort());
  });

  it('a configuration may be partial, and has no other keys', () => {
    conforms({ schema: 'neuroforge/config@1', lr: 0.5, batch: 'full' });
    expect(violations({ schema: 'neuroforge/config@1', lr: -1 })).not.toEqual([]);
    expect(violations({ schema: 'neuroforge/config@1', learningRate: 1 })).not.toEqual([]);
  });

  it('an error is a document', () => {
    const error = new NeuroForgeError('NF2103', 'expected 3 columns, got 2', { where: 'a.csv:3', hint: 'look there' });
    conforms({ schema: 'neuroforge/error@1', error: error.toJSON() });
    expect(violations({ schema: 'neuroforge/error@1', error: { code: 'E1', message: 'x' } })).not.toEqual([]);
  });

  it('train: every promised field is wanted, nothing unknown passes, a NaN is a string', () => {
    conforms(train);
    for (const key of Object.keys(train)) {
      const { [key as keyof typeof train]: _, ...less } = train;
      if (key !== 'schema') expect(violations(less), `without ${key}`).not.toEqual([]);
    }
    expect(violations({ ...train, extra: 1 })).not.toEqual([]);
    expect(violations({ ...train, status: 'running' })).not.toEqual([]);
    expect(violations({ ...train, seconds: null })).not.toEqual([]);
    expect(violations({ ...train, val: { loss: 1 } })).not.toEqual([]);
    expect(violations({ ...train, weights: 'abc' })).not.toEqual([]);
  });

  it('bench: every promised field is wanted, nothing unknown passes, at the top and in a result', () => {
    conforms(bench);
    conforms({ ...bench, until97: null });
    for (const key of Object.keys(bench)) {
      const { [key as keyof typeof bench]: _, ...less } = bench;
      if (key !== 'schema') expect(violations(less), `without ${key}`).not.toEqual([]);
    }
    for (const key of Object.keys(measured)) {
      const { [key as keyof typeof measured]: _, ...less } = measured;
      expect(violations({ ...bench, results: [less] }), `without ${key}`).not.toEqual([]);
    }
    expect(violations({ ...bench, extra: 1 })).not.toEqual([]);
    expect(violations({ ...bench, results: [{ ...measured, kind: 'theirs' }] })).not.toEqual([]);
    expect(violations({ ...bench, results: [{ ...measured, gflops: 0 }] })).not.toEqual([]);
    expect(violations({ ...bench, missing: [{ ...absent, state: 'present' }] })).not.toEqual([]);
  });
});
