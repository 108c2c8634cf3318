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

describe('schemas', () => {
  it('the schema of the configuration is the one that checks it (npx vitest run test/schemas.test.ts -u writes it)', async () => {
    const schema = z.toJSONSchema(configSchema, { io: 'input' });
    const named = { $schema: schema.$schema, $id: 'neuroforge/config@1', ...schema };
    const { id: _, ...rest } = named as Record<string, unknown>;
    await expect(`${JSON.stringify(rest, null, 2)}\n`).toMatchFileSnapshot('../schemas/config.schema.json');
  });

  it('there is one for every document', () => {
    const names = ['bench', 'config', 'data', 'error', 'eval', 'explain', 'gradcheck', 'predict', 'train'];
    expect(readdirSync('schemas').sort()).toEqual(names.map((name) => `${name}.schema.json`));
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
});
