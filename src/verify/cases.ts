import { backend } from '../backends/default.ts';
import { round } from '../core/math.ts';
import type { Shape } from '../core/shape.ts';
import { sizeOf } from '../core/shape.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { losses } from '../losses/registry.ts';
import { logistic } from '../models/logistic.ts';
import { mlp } from '../models/mlp.ts';
import { layers } from '../models/registry.ts';
import { sequential } from '../models/sequential.ts';
import { indices, tensor } from '../tensor/create.ts';
import type { Indices } from '../tensor/indices.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { centered, energy, frozenScale, masked, power, recurrent, scaleShift, tied } from './exemplars.ts';
import { gradcheckLayer, gradcheckLoss, gradcheckModel } from './gradcheck.ts';
import { type GradcheckReport, gradcheckReport } from './report.ts';
import { draws } from './rig.ts';

interface Common {
  readonly name: string;
  /** The file that the case is about, by its basename: `linear` for src/layers/linear.ts. */
  readonly of: string;
}

export interface LayerCase extends Common {
  readonly kind: 'layer';
  make(): AnyLayer;
  readonly input: Shape;
  readonly batch: number;
  readonly training?: boolean;
  readonly scale?: number;
  /** Where the derivative jumps: no input comes near. */
  readonly awayFrom?: readonly number[];
  readonly margins?: readonly string[];
}

/** What the targets of a loss are: class labels, labels 0 and 1, 0 and 1 in the output's shape, or real numbers. */
type Targets = 'labels' | 'binary' | 'flags' | 'values';

export interface LossCase extends Common {
  readonly kind: 'loss';
  /** The loss's name in the registry. */
  readonly loss: string;
  readonly shape: readonly [number, number];
  /** `probabilities` are rows that sum to one, or single numbers in (0.05, 0.95) where there is one column. */
  readonly output: 'logits' | 'probabilities';
  readonly targets: Targets;
  readonly scale?: number;
}

export interface ModelCase extends Common {
  readonly kind: 'model';
  make(): AnyLayer;
  readonly loss: string;
  readonly input: Shape;
  readonly batch: number;
  readonly outputs: number;
  readonly targets: Targets;
  readonly margins?: readonly string[];
}

export type GradcheckCase = LayerCase | LossCase | ModelCase;

function layer(of: string, options: Readonly<Record<string, unknown>>, rest: Partial<LayerCase>): LayerCase {
  const { input = [5], batch = 3 } = rest;
  const shown = Object.entries(options).map(([k, v]) => ` ${k} ${v}`);
  const name = `${of}${shown.join('')}, (${[batch, ...input].join(', ')})${rest.training === false ? ', evaluation' : ''}`;
  return { kind: 'layer', name, of, make: () => layers[of](options), ...rest, input, batch };
}

function own(name: string, of: string, make: () => AnyLayer, rest: Partial<LayerCase> = {}): LayerCase {
  return { kind: 'layer', name, of, make, input: [5], batch: 3, ...rest };
}

const kinked = { awayFrom: [0] } as const;

/** Every case that there is: declared here once, run by the tests, by `neuroforge gradcheck` and on every backend. */
export const gradcheckCases: readonly GradcheckCase[] = [
  layer('linear', { outputs: 4 }, { input: [7] }),
  layer('linear', { outputs: 1, init: 'zero' }, { input: [1], batch: 1 }),
  layer('linear', { outputs: 3, init: 'original' }, { input: [1], batch: 5 }),
  layer('linear', { outputs: 1, init: 'torch' }, { input: [17], batch: 3 }),
  layer('linear', { outputs: 17, init: 'xavier' }, { input: [3], batch: 1 }),
  layer('linear', { outputs: 5, init: 'lecun' }, { input: [65], batch: 2 }),
  own('linear with a given bias, (3, 5)', 'linear', () => linear(3, { bias: [0.5, -1, 2] })),
  layer('relu', {}, { input: [17], ...kinked }),
  layer('relu', {}, { input: [1], batch: 1, ...kinked }),
  layer('relu', {}, { input: [2, 3], ...kinked }),
  layer('leaky-relu', { slope: 0.01 }, { input: [17], ...kinked }),
  layer('leaky-relu', { slope: 0 }, { ...kinked }),
  layer('leaky-relu', { slope: 0.3 }, { input: [3, 2], ...kinked }),
  own('leaky-relu with the slope left out, (3, 5)', 'leaky-relu', () => layers['leaky-relu']({}), kinked),
  layer('sigmoid', {}, { input: [17] }),
  layer('sigmoid', {}, { input: [2, 3], scale: 5 }),
  layer('tanh', {}, { input: [17] }),
  layer('tanh', {}, { input: [2, 3], scale: 3 }),
  layer('softmax', {}, { input: [10] }),
  layer('softmax', {}, { input: [1] }),
  layer('softmax', {}, { input: [3], batch: 1, scale: 2 }),
  layer('flatten', {}, { input: [2, 3, 2] }),
  layer('flatten', {}, { input: [5] }),

  own('sequential in sequential', 'sequential', () =>
    sequential(linear(4), sequential(layers.tanh({}), linear(3)), sequential(layers.softmax({}))),
  ),
  own(
    'sequential: flatten, linear, ReLU, linear',
    'sequential',
    () => mlp({ hidden: [6], outputs: 2, flatten: true }),
    {
      input: [2, 4],
      margins: ['1'],
    },
  ),
  own('sequential in sequential, whose first layer has parameters', 'sequential', () =>
    sequential(linear(4), sequential(linear(3), sequential(linear(2), layers.tanh({})))),
  ),
  own('a layer of one’s own', 'layer', () => scaleShift({ start: 2 })),
  own('a layer of one’s own, within a network', 'layer', () => sequential(linear(4), scaleShift({}), layers.tanh({}))),
  own('a layer of one’s own without init', 'layer', () => power({ power: 3 })),
  own('a recurrent cell, four times', 'context', () => recurrent({ width: 4, steps: 4 }), { input: [4] }),
  own('a parameter used in two places', 'parameters', () => tied({ width: 3 })),
  own('a random mask', 'context', () => masked({ keep: 0.6 }), { input: [17] }),
  own('a random mask, evaluation', 'context', () => masked({ keep: 0.6 }), { training: false }),
  own('a choice and noise', 'context', () => sequential(linear(4), frozenScale({})), { batch: 2 }),
  own('auxiliary losses', 'context', () => sequential(linear(4), energy({ weight: 0.7 }), linear(2))),
  own('a buffer, and a parameter that nobody uses', 'parameters', () => centered({})),
  own('a buffer within a network', 'context', () => sequential(linear(4), centered({}))),

  loss('cross-entropy', { shape: [5, 7], output: 'logits', targets: 'labels' }),
  loss('cross-entropy', { shape: [1, 3], output: 'logits', targets: 'labels', scale: 5 }),
  loss('cross-entropy', { shape: [17, 1], output: 'logits', targets: 'labels' }),
  loss('cross-entropy-from-probabilities', { shape: [5, 7], output: 'probabilities', targets: 'labels' }),
  loss('cross-entropy-from-probabilities', { shape: [1, 3], output: 'probabilities', targets: 'labels' }),
  loss('binary-cross-entropy', { shape: [9, 1], output: 'logits', targets: 'binary' }),
  loss('binary-cross-entropy', { shape: [1, 1], output: 'logits', targets: 'binary', scale: 5 }),
  loss('binary-cross-entropy', { shape: [3, 2], output: 'logits', targets: 'values' }),
  loss('binary-cross-entropy-from-probabilities', { shape: [9, 1], output: 'probabilities', targets: 'binary' }),
  loss('binary-cross-entropy-from-probabilities', { shape: [3, 2], output: 'probabilities', targets: 'flags' }),
  loss('mean-squared-error', { shape: [5, 3], output: 'logits', targets: 'values' }),
  loss('mean-squared-error', { shape: [17, 1], output: 'logits', targets: 'values' }),
  loss('mean-squared-error', { shape: [7, 1], output: 'logits', targets: 'binary' }),

  model('the three-layer network', () => mlp({ hidden: [7, 5], outputs: 4 }), {
    loss: 'cross-entropy',
    input: [11],
    batch: 6,
    outputs: 4,
    margins: ['0', '2'],
  }),
  model(
    'the three-layer network, ending in softmax',
    () => sequential(mlp({ hidden: [7, 5], outputs: 4 }), layers.softmax({})),
    {
      loss: 'cross-entropy-from-probabilities',
      input: [11],
      batch: 6,
      outputs: 4,
      margins: ['0.0', '0.2'],
    },
  ),
  model('logistic regression', () => logistic({ init: 'lecun', bias: -0.5 }), {
    loss: 'binary-cross-entropy',
    input: [9],
    batch: 7,
    outputs: 1,
    targets: 'binary',
  }),
  model('logistic regression, ending in sigmoid', () => sequential(logistic(), layers.sigmoid({})), {
    loss: 'binary-cross-entropy-from-probabilities',
    input: [9],
    batch: 7,
    outputs: 1,
    targets: 'binary',
  }),
  model('regression with auxiliary losses', () => sequential(linear(4), energy({ weight: 0.7 }), linear(2)), {
    loss: 'mean-squared-error',
    input: [5],
    batch: 6,
    outputs: 2,
    targets: 'values',
  }),
];

function loss(name: string, rest: Omit<LossCase, 'kind' | 'name' | 'of' | 'loss'>): LossCase {
  const of = name;
  return { kind: 'loss', name: `${name}, (${rest.shape.join(', ')}), ${rest.targets}`, of, loss: name, ...rest };
}

function model(
  name: string,
  make: () => AnyLayer,
  rest: Omit<ModelCase, 'kind' | 'name' | 'of' | 'make' | 'targets'> & { targets?: Targets },
): ModelCase {
  return { kind: 'model', name, of: rest.loss, make, targets: 'labels', ...rest };
}

/** Runs one case in float64. */
export function runGradcheckCase(c: GradcheckCase, seed = 0): GradcheckReport {
  const js64 = backend('js64');
  const named = { name: c.name, seed };
  switch (c.kind) {
    case 'layer':
      return gradcheckLayer(c.make(), { ...c, ...named });
    case 'loss': {
      const [rows, cols] = c.shape;
      const drawn = draws(rows * cols, seed, 'output').map((v) => (c.scale ?? 1) * v);
      const raw = tensor(drawn, c.shape, { backend: js64 });
      const spread = cols === 1 ? raw.sigmoid().mul(0.9).add(0.05) : raw.softmax();
      const output = c.output === 'probabilities' ? spread : raw;
      return gradcheckLoss(losses[c.loss](), { ...named, output, y: targets(c.targets, c.shape, seed) });
    }
    case 'model': {
      const x = tensor(draws(c.batch * sizeOf(c.input), seed, 'x'), [c.batch, ...c.input], { backend: js64 });
      const y = targets(c.targets, [c.batch, c.outputs], seed);
      const m = { layer: c.make(), loss: losses[c.loss](), inputShape: c.input };
      return gradcheckModel(m, { x, y }, { ...named, margins: c.margins });
    }
  }
}

function targets(kind: Targets, shape: readonly [number, number], seed: number): Indices | Tensor {
  const js64 = backend('js64');
  const drawn = draws(shape[0] * shape[1], seed, 'targets');
  if (kind === 'flags') return tensor(drawn, shape, { backend: js64 }).gt(0);
  if (kind === 'values') return tensor(drawn, shape, { backend: js64 });
  const classes = kind === 'binary' ? 2 : shape[1];
  const rows = Array.from({ length: shape[0] }, (_, i) => i);
  return indices(
    rows.map((i) => (i + round(3 * Math.abs(drawn[i]))) % classes),
    { backend: js64 },
  );
}

/** Runs every case, or those about one file (`linear`, `cross-entropy`). */
export function runGradcheckCases(of?: string): GradcheckReport {
  const chosen = gradcheckCases.filter((c) => of === undefined || c.of === of);
  return gradcheckReport(chosen.flatMap((c) => runGradcheckCase(c).cases));
}
