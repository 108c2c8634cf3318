import { build, type Model } from '../../models/model.ts';
import { Arena } from '../../tensor/arena.ts';
import { randn } from '../../tensor/create.ts';
import { restoreState } from '../state.ts';
import type { DataFacts } from './data.ts';
import { isWithin, norm, type Start, sizeOfTensor, type Training } from './replay.ts';
import { watchLayers } from './watch.ts';

/** What small experiments at the finite state show: each is a fact with a number, none is a guess. */
export interface Experiments {
  /** Mean loss of some ordinary rows there; NaN when it could not be computed. */
  readonly loss: number;
  /** Of every parameter: the measured change of the loss along its gradient, over the change that the gradient claims. */
  readonly slopes: readonly Slope[];
  /** The loss after one step along the gradient, for the rate of the run and tenths of it. */
  readonly rates: readonly { readonly rate: number; readonly loss: number }[];
  /** How much each layer enlarges inputs of size 1, with the initial parameters, in the order of the network. */
  readonly gains: readonly Gain[];
}

export interface Slope {
  readonly parameter: string;
  /** 1 where backward is right. */
  readonly ratio: number;
}

export interface Gain {
  readonly path: string;
  readonly name: string;
  readonly gain: number;
  readonly hasParameters: boolean;
}

const mostRows = 64;
/** From any rate to one that moves nothing in float32. */
const mostTenths = 45;

export function experiment(training: Training, start: Start, facts: DataFacts): Experiments {
  const { model } = training;
  restoreState(start, model, training.optimizer);
  model.pass.step = start.step;
  const rows = ordinaryRows(training, facts);
  const arena = new Arena(model.backend, 'autopsy');
  /** The loss at the present parameters. */
  const lossNow = (): number => {
    arena.reset();
    return model.backpropagate(training.train.batch(rows, arena), true).loss.item();
  };
  try {
    const loss = rows.length > 0 ? lossNow() : Number.NaN;
    if (!Number.isFinite(loss)) return { loss, slopes: [], rates: [], gains: gainsOf(training, start) };
    const gradient = model.parameters.gradients.dataSync();
    const slopes = model.parameters.names.flatMap((name) => slopeOf(model, name, loss, lossNow));
    const rates = alongTheGradient(training, start, gradient, lossNow);
    return { loss, slopes, rates, gains: gainsOf(training, start) };
  } finally {
    restoreState(start, model, training.optimizer);
    arena.dispose();
  }
}

/** The first rows of which every number is finite and none is a thousand times what is usual. */
function ordinaryRows({ train }: Training, { usualInput, target }: DataFacts): Int32Array {
  const { dataset, scaling } = train;
  const { x, y, count } = dataset;
  const features = x.length / count;
  const { offset, factor } = scaling;
  const found: number[] = [];
  for (let i = 0; i < count && found.length < mostRows; i++) {
    let fine = target === null || Math.abs(y[i]) <= 1000 * target.usual;
    for (let j = 0; j < features && fine; j++) {
      const v = (x[i * features + j] - offset[offset.length > 1 ? j : 0]) * factor[factor.length > 1 ? j : 0];
      fine = Math.abs(v) <= 1000 * usualInput;
    }
    if (fine) found.push(i);
  }
  return Int32Array.from(found);
}

/**
 * The slope of the loss along one parameter's gradient, by a central difference, over the gradient's norm. In float32 a
 * small step drowns in rounding and a large one sees the curvature, so three are tried and the best is believed.
 */
function slopeOf(model: Model, name: string, loss: number, lossNow: () => number): Slope[] {
  const p = model.parameters.param(name);
  lossNow();
  const g = model.parameters.gradient(name).dataSync();
  const length = norm(g);
  if (!(length > 0 && length < Infinity)) return [];
  const start = p.dataSync();
  let best = Number.NaN;
  for (const change of [3e-2, 3e-3, 3e-4]) {
    const h = (change * Math.max(Math.abs(loss), 1e-2)) / length;
    const at = (sign: number): number => {
      p.set(start.map((v, i) => v + (sign * h * g[i]) / length));
      return lossNow();
    };
    const ratio = (at(1) - at(-1)) / (2 * h * length);
    if (!(Math.abs(ratio - 1) >= Math.abs(best - 1)) && Number.isFinite(ratio)) best = ratio;
  }
  p.set(start);
  return Number.isNaN(best) ? [] : [{ parameter: name, ratio: best }];
}

/** One step of plain descent at the run's rate and at tenths of it, down to the first that lowers the loss. */
function alongTheGradient(
  { model, optimizer }: Training,
  start: Start,
  gradient: Float32Array | Float64Array,
  lossNow: () => number,
): { rate: number; loss: number }[] {
  const { values } = start.parameters;
  const before = lossAt(values);
  const tried: { rate: number; loss: number }[] = [];
  let rate = optimizer.learningRate(start.step);
  for (let i = 0; i < mostTenths; i++, rate /= 10) {
    const loss = lossAt(values.map((v, k) => v - rate * gradient[k]));
    tried.push({ rate, loss });
    if (loss < before) break;
  }
  return tried;

  function lossAt(at: ArrayLike<number>): number {
    model.parameters.values.set(at);
    return lossNow();
  }
}

/** The initial parameters on standard normal inputs: what the initialization does, whatever the data. */
function gainsOf({ model }: Training, start: Start): Gain[] {
  const { layer, loss, inputShape, backend, seed } = model;
  const fresh = start.step === 0 ? null : build(layer, { input: inputShape, loss, backend, seed });
  const on = fresh ?? model;
  if (!fresh) on.parameters.restore(start.parameters);
  const arena = new Arena(backend, 'autopsy');
  const sizes = new Map<string, Gain>();
  const unwatch = watchLayers({ model: on }, [], ({ phase, path, name, input, output }) => {
    if (phase !== 'forward' || !output) return;
    const hasParameters = on.parameters.names.some((n) => n.startsWith(path === '' ? '' : `${path}.`));
    sizes.set(path, { path, name, gain: sizeOfTensor(output).rms / sizeOfTensor(input).rms, hasParameters });
  });
  try {
    on.forward(randn([mostRows, ...inputShape], { seed: 1, stream: 'autopsy', step: 0, backend, arena }));
  } finally {
    unwatch();
    arena.dispose();
    fresh?.dispose();
  }
  return [...sizes.values()].filter(({ path }) => ![...sizes.keys()].some((p) => isWithin(p, path)));
}
