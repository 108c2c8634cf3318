import type { Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import type { Shape } from '../core/shape.ts';
import { Declarations } from '../layers/context.ts';
import type { AnyLayer, LayerRegistry } from '../layers/layer.ts';
import type { Snapshot } from '../layers/parameters.ts';
import type { Loss } from '../losses/loss.ts';
import { losses as ownLosses } from '../losses/registry.ts';
import { build, type Model } from '../models/model.ts';
import { assemble, describe } from '../models/registry.ts';
import { verifySeal, writeSealed } from './checksum.ts';
import { brief } from './json-reader.ts';
import { decodeMetadata, encodeMetadata, type ModelInfo, type TrainingPosition } from './model-metadata.ts';
import { stringifyPlain } from './plain-json.ts';
import { readSafetensors, type SafetensorsFile, type SafetensorsHeader, type TensorToWrite } from './safetensors.ts';
import { applyTensors, checkTensors, weightsOf } from './weights.ts';

export type { ModelInfo, TrainingPosition } from './model-metadata.ts';

export interface SaveOptions extends ModelInfo {
  /** Weights of an earlier instant instead of the present ones. */
  readonly snapshot?: Snapshot;
  /** Rides along, and is passed over by `loadModel`: the state of a run in a checkpoint. @internal */
  readonly state?: { readonly tensors: readonly TensorToWrite[]; readonly position: unknown };
}

/** The entry of `__metadata__` that makes a checkpoint of a model file: its tensors with a colon in the name are state. */
export const stateKey = 'neuroforge.checkpoint';

/**
 * A model as the bytes of one safetensors file: its weights by their paths (`0.W` is (in, out)), everything else as
 * JSON in `__metadata__`, and a checksum over all of it. Throws NF2237 when a layer's config is no plain JSON.
 */
export async function saveModel(model: Model, options: SaveOptions = {}): Promise<Uint8Array> {
  const { snapshot, state, training = { seed: model.seed, step: 0, epoch: 0 }, ...info } = options;
  const metadata = encodeMetadata({
    architecture: describe(model.layer),
    input: model.inputShape,
    loss: model.loss.name,
    training,
    ...info,
  });
  const weights = weightsOf(model.parameters, snapshot);
  if (!state) return writeSealed(weights, metadata);
  const entries = { ...metadata, [stateKey]: stringifyPlain(state.position, 'position') };
  return writeSealed([...weights, ...state.tensors], entries);
}

export interface LoadOptions {
  /** Layers of one's own, by name: nothing else can be made from a file. */
  readonly layers?: LayerRegistry;
  /** Losses of one's own, by name. */
  readonly losses?: Readonly<Record<string, () => Loss>>;
  /** Default: the process's `auto` backend. */
  readonly backend?: Backend;
  /** For messages. */
  readonly fileName?: string;
}

export interface LoadedModel extends ModelInfo {
  readonly model: Model;
  readonly training: TrainingPosition;
  /** What a reader should know: no checksum, rounded weights. */
  readonly notes: readonly string[];
}

/**
 * Rebuilds a saved model. Nothing in the file is evaluated, and no memory is taken before names and shapes of the
 * tensors are found to be the architecture's. Throws NF222x (no safetensors), NF2231 (damaged), NF2232 (newer), NF2233
 * (no model), NF2234 (metadata), NF2235 and NF2236 (tensors), NF2238 (unknown loss), NF2401 (unknown layer).
 */
export async function loadModel(bytes: Uint8Array, options: LoadOptions = {}): Promise<LoadedModel> {
  const where = options.fileName ?? 'model';
  const { file, notes } = await open(bytes, where);
  const { layer, input, loss, info } = judgeModel(file, where, options);
  const training = info.training ?? { seed: 0, step: 0, epoch: 0 };
  const model = within(where, () => build(layer, { input, loss, backend: options.backend, seed: training.seed }));
  notes.push(...applyTensors(file, model.parameters));
  return { ...info, model, training, notes };
}

/**
 * What the header of a model file describes, once its architecture, its metadata and its tensors agree. Nothing is
 * allocated, and no data are needed. Throws what {@link loadModel} throws, but for damage.
 */
export function judgeModel(header: SafetensorsHeader, where: string, options: LoadOptions = {}) {
  const { architecture, input, loss: lossName, ...info } = decodeMetadata(header.metadata, where);
  const loss = findLoss(lossName, options.losses ?? {}, where);
  const layer = within(where, () => assemble(architecture, options.layers));
  const declared = declare(layer, input, where);
  if (loss.task === 'classification') checkClasses(info.classNames, declared.output, where);
  checkTensors(withoutState(header), declared.tensors, where);
  return { layer, input, loss, info };
}

/**
 * Takes the tensors of a safetensors file, whoever wrote it, into a model of the same names and shapes, all or none;
 * answers notes. W is (in, out) here: PyTorch's `weight` is its transpose. Throws NF222x, NF2231, NF2235, NF2236.
 */
export async function loadWeights(model: Model, bytes: Uint8Array, fileName = 'weights'): Promise<readonly string[]> {
  const { file, notes } = await open(bytes, fileName);
  checkTensors(file, declare(model.layer, model.inputShape, fileName).tensors, fileName);
  return [...notes, ...applyTensors(file, model.parameters)];
}

async function open(bytes: Uint8Array, where: string): Promise<{ file: SafetensorsFile; notes: string[] }> {
  const file = readSafetensors(bytes, where);
  const sealed = await verifySeal(file, bytes, where);
  const notes = sealed ? [] : ['the file has no checksum of ours: another program wrote it'];
  return { file: withoutState(file), notes };
}

function withoutState<H extends SafetensorsHeader>(header: H): H {
  if (!header.metadata.has(stateKey)) return header;
  return { ...header, tensors: header.tensors.filter(({ name }) => !name.includes(':')) };
}

function findLoss(name: string, given: NonNullable<LoadOptions['losses']>, where: string): Loss {
  const known = Object.hasOwn(given, name) ? given : ownLosses;
  if (Object.hasOwn(known, name)) return known[name]();
  throw new NeuroForgeError('NF2238', `the model has a loss ${brief(name)} that is not known here`, {
    where,
    expected: [...Object.keys(ownLosses), ...Object.keys(given)].join(', '),
    hint: 'pass the loss of your own: { losses: { name: factory } }',
  });
}

/** What the layer would own, nothing allocated. */
function declare(layer: AnyLayer, input: Shape, where: string): { tensors: Declarations['params']; output: Shape } {
  return within(where, () => {
    const declared = new Declarations();
    const output = layer.init(declared, input);
    return { tensors: [...declared.params, ...declared.buffers], output };
  });
}

function checkClasses(classNames: readonly string[] | undefined, output: Shape, where: string): void {
  if (classNames === undefined || classNames.length === output[0]) return;
  throw new NeuroForgeError('NF2234', 'the model has another number of outputs than of class names', {
    where,
    expected: `${output[0]} names`,
    got: String(classNames.length),
  });
}

/** Runs what depends on the file's configuration; whatever it throws names the file. */
function within<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof NeuroForgeError) {
      const { code, message, expected, got, hint } = cause;
      const place = cause.where === undefined ? where : `${where}, ${cause.where}`;
      throw new NeuroForgeError(code, message, { where: place, expected, got, hint, cause });
    }
    throw new NeuroForgeError('NF2234', 'the architecture in the file cannot be built', {
      where,
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
