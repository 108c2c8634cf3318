import { NeuroForgeError } from '../core/errors.ts';
import { verifySeal } from '../io/checksum.ts';
import { type SaveOptions, saveModel, stateKey } from '../io/model-file.ts';
import { decodeMetadata } from '../io/model-metadata.ts';
import { parsePlain } from '../io/plain-json.ts';
import { readSafetensors, type SafetensorsFile, tensorData } from '../io/safetensors.ts';
import { checkTensors, type Weight, weightsOf } from '../io/weights.ts';
import type { Snapshot } from '../layers/parameters.ts';
import type { Model } from '../models/model.ts';
import { describe } from '../models/registry.ts';
import type { TrainingState } from './state.ts';

/**
 * A checkpoint is a model file (`loadModel` reads it) in which the state of the run rides along: the best parameters as
 * `best:0.W`, the optimizer's vectors as `optimizer:<vector>:0.W`, all else in the metadata entry
 * `neuroforge.checkpoint`. One file, so that it is replaced whole.
 */
export async function saveCheckpoint(
  model: Model,
  state: TrainingState,
  options: Omit<SaveOptions, 'snapshot' | 'state' | 'training'> = {},
): Promise<Uint8Array> {
  const { parameters, bestParameters, optimizer, ...position } = state;
  const best = weightsOf(model.parameters, bestParameters).map((w) => ({ ...w, name: `best:${w.name}` }));
  const vectors = Object.entries(optimizer.vectors).flatMap(([vector, values]) =>
    parametersOf(model, values).map((w) => ({ ...w, name: `optimizer:${vector}:${w.name}` })),
  );
  return saveModel(model, {
    ...options,
    snapshot: parameters,
    training: { seed: model.seed, step: state.step, epoch: state.epoch },
    state: {
      tensors: [...best, ...vectors],
      position: {
        ...position,
        best: { ...position.best, loss: String(position.best.loss) }, // may be Infinity
        optimizer: { name: optimizer.name, steps: optimizer.steps, vectors: Object.keys(optimizer.vectors) },
      },
    },
  });
}

/**
 * The state in a checkpoint, for `fit(model, …, { resume })`. Throws NF4122 (a model without state), NF4123 (of another
 * architecture, input, loss, seed or type of numbers than `model`), NF222x, NF2231 (damaged), NF2234, NF2235.
 */
export async function loadCheckpoint(bytes: Uint8Array, model: Model, where = 'checkpoint'): Promise<TrainingState> {
  const file = readSafetensors(bytes, where);
  const sealed = await verifySeal(file, bytes, where);
  const metadata = decodeMetadata(file.metadata, where);
  const text = file.metadata.get(stateKey);
  if (!sealed || text === undefined) {
    throw new NeuroForgeError('NF4122', 'the file is no checkpoint: it holds a model, but not the state of its run', {
      where,
      hint: 'resume from checkpoints/last.safetensors of a run folder',
    });
  }
  const differ = (what: string, expected: unknown, got: unknown): void => {
    if (JSON.stringify(expected) === JSON.stringify(got)) return;
    throw new NeuroForgeError('NF4123', `the checkpoint is of a run with another ${what}`, {
      where,
      expected: JSON.stringify(expected).slice(0, 300),
      got: JSON.stringify(got)?.slice(0, 300),
    });
  };
  differ('architecture', describe(model.layer), metadata.architecture);
  differ('input', model.inputShape, metadata.input);
  differ('loss', model.loss.name, metadata.loss);
  differ('seed', model.seed, metadata.training?.seed);
  const position = decodePosition(parsePlain(text, where), where);
  const own = weightsOf(model.parameters);
  const vectors = position.optimizer.vectors.map((vector) => [vector, `optimizer:${vector}:`] as const);
  const expected = [
    ...own.flatMap(({ name, shape }) => ['', 'best:'].map((prefix) => ({ path: `${prefix}${name}`, shape }))),
    ...vectors.flatMap(([, prefix]) =>
      own.filter((w) => w.kind === 'parameter').map(({ name, shape }) => ({ path: `${prefix}${name}`, shape })),
    ),
  ];
  checkTensors(file, expected, where);
  for (const { name, dtype } of file.tensors) differ(`type of numbers (${name})`, own[0]?.dtype ?? dtype, dtype);
  return {
    ...position,
    parameters: snapshotOf(file, model, ''),
    bestParameters: snapshotOf(file, model, 'best:'),
    optimizer: {
      ...position.optimizer,
      vectors: Object.fromEntries(vectors.map(([vector, prefix]) => [vector, snapshotOf(file, model, prefix).values])),
    },
  };
}

/** The parameters of a vector that is laid out like all of them. */
function parametersOf(model: Model, values: Snapshot['values']): Weight[] {
  const { buffers } = model.parameters.snapshot();
  return weightsOf(model.parameters, { values, buffers }).filter((w) => w.kind === 'parameter');
}

/** Tensors `prefix + path` as a snapshot; buffers that the file does not have stay zero. */
function snapshotOf(file: SafetensorsFile, model: Model, prefix: string): Snapshot {
  const { values, buffers } = model.parameters.snapshot();
  const out: Snapshot = { values: values.map(() => 0), buffers: buffers.map(() => 0) };
  for (const { name, data } of weightsOf(model.parameters, out)) {
    const stored = file.byName.get(prefix + name);
    if (stored) data.set(tensorData(stored) as Float32Array);
  }
  return out;
}

type StoredPosition = Omit<TrainingState, 'parameters' | 'bestParameters' | 'optimizer'> & {
  readonly optimizer: { readonly name: string; readonly steps: number; readonly vectors: readonly string[] };
};

/** Throws NF2234 for a position that cannot be. */
function decodePosition(value: unknown, where: string): StoredPosition {
  const p = record(value);
  const [best, optimizer] = [record(p.best), record(p.optimizer)];
  const loss = Number(best.loss);
  const whole = [p.step, p.epoch, p.rows, best.epoch, best.step, optimizer.steps];
  const names = optimizer.vectors;
  const fine =
    whole.every((n) => Number.isSafeInteger(n) && (n as number) >= 0) &&
    typeof p.evaluated === 'boolean' &&
    Number.isFinite(p.lossSum) &&
    Number.isFinite(p.seconds) &&
    typeof best.loss === 'string' &&
    !Number.isNaN(loss) &&
    typeof optimizer.name === 'string' &&
    Array.isArray(names) &&
    names.every((n) => typeof n === 'string') &&
    new Set(names).size === names.length &&
    (best.step as number) <= (p.step as number) &&
    (best.epoch as number) <= (p.epoch as number);
  if (!fine) {
    throw new NeuroForgeError('NF2234', 'the metadata of the checkpoint cannot be meant', {
      where: `${where}, ${stateKey}`,
      expected: 'step, epoch, evaluated, lossSum, rows, seconds, best and optimizer',
    });
  }
  return { ...p, best: { ...best, loss }, optimizer } as unknown as StoredPosition;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
