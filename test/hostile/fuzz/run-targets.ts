import { backend } from '../../../src/backends/default.ts';
import { writeSealed } from '../../../src/io/checksum.ts';
import { readSafetensors } from '../../../src/io/safetensors.ts';
import { crossEntropy } from '../../../src/losses/cross-entropy.ts';
import { mlp } from '../../../src/models/mlp.ts';
import { build } from '../../../src/models/model.ts';
import type { Files } from '../../../src/platform/files.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../src/train/checkpoint.ts';
import { MetricsLog } from '../../../src/train/metrics-log.ts';
import { unsealed } from '../files.ts';
import type { Target } from './check.ts';
import { jsonTree } from './json-tree.ts';
import { headerRepaired, openHeader } from './model-targets.ts';
import { tokens } from './mutate.ts';
import { numbers, text } from './seeds.ts';

const model = build(mlp({ hidden: [3], outputs: 2 }), {
  input: [2],
  loss: crossEntropy(),
  backend: backend('js'),
  seed: 7,
});

/** Mutations are sealed anew: what damage does is known, what a program writes that means harm is not. */
export const checkpointTarget: Target = {
  name: 'checkpoint',
  async seeds() {
    const parameters = model.parameters.snapshot();
    const state = {
      ...{ step: 12, epoch: 1, evaluated: true, lossSum: 3.5, rows: 40, seconds: 0.1 },
      best: { epoch: 1, step: 10, loss: Number.POSITIVE_INFINITY },
      parameters,
      bestParameters: parameters,
      optimizer: { name: 'momentum', steps: 12, vectors: { velocity: parameters.values } },
    };
    return [unsealed(await saveCheckpoint(model, state, { classNames: ['a', 'b'] }))];
  },
  mutations: [
    ...Array(3).fill(
      jsonTree(['0.W', 'best:0.W', 'optimizer:velocity:0.W', 'Infinity', 'NaN', 'velocity'], openHeader),
    ),
    tokens(numbers),
  ],
  repair: headerRepaired,
  async read(bytes) {
    const { byName, metadata } = readSafetensors(bytes, 'f');
    const tensors = [...byName.values()].map((t) => ({ ...t, data: t.bytes }));
    const state = await loadCheckpoint(await writeSealed(tensors, Object.fromEntries(metadata)), model, 'f');
    if (state.parameters.values.length !== model.parameters.values.size) throw new Error('a state of another size');
  },
};

/** Lines that a crash tore or a hand changed are left out; whatever is in the file, nothing is thrown. */
export const metricsTarget: Target = {
  name: 'metrics',
  takesAll: true,
  seeds: () => [
    text(
      '{"step":0,"epoch":0,"split":"val","loss":2.3,"accuracy":0.1,"seconds":0}\n' +
        '{"step":4,"epoch":1,"split":"train","loss":"NaN","learningRate":0.1,"gradientNorm":1,"deadShare":0,"seconds":1}\n' +
        '{"step":4,"epoch":1,"split":"val","loss":"Infinity","accuracy":0.5,"seconds":1}\n',
    ),
  ],
  mutations: [tokens(['"__proto__":', '"split":', '"val"', '"step":', '\n', '{', '}', 'null', '[]', ...numbers])],
  async read(bytes) {
    let written = '';
    const files = {
      exists: async () => true,
      stat: async () => ({ kind: 'file', size: bytes.length, modified: 0 }),
      readFile: async () => bytes,
      writeFileAtomic: async (_: string, content: string) => {
        written = content;
      },
    } as unknown as Files;
    const log = new MetricsLog(files, 'f');
    await log.rewind({ step: 100, evaluated: true });
    for (const line of written.split('\n')) if (line !== '') JSON.parse(line);
    const epochs = log.history.map((event) => event.epoch);
    if (epochs.some((epoch, i) => i > 0 && epoch <= epochs[i - 1])) throw new Error('epochs out of order');
  },
};
