import { NeuroForgeError } from '../core/errors.ts';
import { type Shape, sizeOf } from '../core/shape.ts';
import type { Scaling, ScalingKind } from '../data/dataset.ts';
import { checkName } from '../data/names.ts';
import type { Config } from '../layers/layer.ts';
import type { LayerDescription } from '../models/registry.ts';
import { brief } from './json-reader.ts';
import { parsePlain, stringifyPlain } from './plain-json.ts';

/** What a model file says beside the architecture and the weights. */
export interface ModelInfo {
  /** How raw features become the network's input. */
  readonly preprocessing?: Scaling;
  /** Names of the classes in the order of their indices. */
  readonly classNames?: readonly string[];
  /** Where training stood. */
  readonly training?: TrainingPosition;
  /** Whatever else belongs to the model: its data, a threshold, the shape of an example. Plain JSON. */
  readonly about?: Config;
}

export interface TrainingPosition {
  readonly seed: number;
  readonly step: number;
  readonly epoch: number;
}

export interface ModelMetadata extends ModelInfo {
  readonly architecture: LayerDescription;
  readonly input: Shape;
  readonly loss: string;
}

/** The version of the format that this library writes, and the newest that it reads. */
export const modelVersion = 1;

const keyOf = (field: string): string => `neuroforge.${field}`;
const optional = ['preprocessing', 'classNames', 'training', 'about'] as const;

/** The entries of `__metadata__`. Throws NF2237 for what is no plain JSON, and what {@link decodeMetadata} refuses. */
export function encodeMetadata(metadata: ModelMetadata): Record<string, string> {
  const out: Record<string, string> = { [keyOf('schema')]: `neuroforge/model@${modelVersion}` };
  for (const field of ['architecture', 'input', 'loss', ...optional] as const) {
    if (metadata[field] !== undefined) out[keyOf(field)] = stringifyPlain(metadata[field], field);
  }
  decodeMetadata(new Map(Object.entries(out)), 'saving a model');
  return out;
}

/**
 * The metadata of a model file, checked. Throws NF2232 (a newer version), NF2233 (not a model of this library), NF2234
 * (a field that is missing or cannot be meant), NF2002 (a harmful class name).
 */
export function decodeMetadata(entries: ReadonlyMap<string, string>, where: string): ModelMetadata {
  checkVersion(entries.get(keyOf('schema')), where);
  const field = <T>(name: string, check: (value: unknown, bad: Bad) => T): T | undefined => {
    const text = entries.get(keyOf(name));
    const place = `${where}, ${keyOf(name)}`;
    return text === undefined ? undefined : check(parsePlain(text, place), badAt(place));
  };
  const architecture = field('architecture', (v, bad) => checkDescription(v, bad, 'architecture', 0));
  const input = field('input', checkInput);
  const loss = field('loss', (v, bad) => (typeof v === 'string' ? v : bad('the name of a loss')));
  if (architecture === undefined || input === undefined || loss === undefined) {
    return badAt(where)('architecture, input and loss in the metadata');
  }
  return {
    architecture,
    input,
    loss,
    preprocessing: field('preprocessing', (v, bad) => checkScaling(v, bad, sizeOf(input))),
    classNames: field('classNames', (v, bad) => checkClassNames(v, bad, where)),
    training: field('training', checkTraining),
    about: field('about', (v, bad) => (isObject(v) ? v : bad('an object'))),
  };
}

function checkVersion(schema: string | undefined, where: string): void {
  const version = /^neuroforge\/model@(\d{1,9})$/.exec(schema ?? '')?.[1];
  if (version === undefined) {
    throw new NeuroForgeError('NF2233', 'the file holds tensors, but no model of this library', {
      where,
      expected: `${keyOf('schema')} in its metadata`,
      got: schema === undefined ? undefined : brief(schema),
      hint: 'build the architecture and take the tensors with loadWeights(model, bytes)',
    });
  }
  if (Number(version) > modelVersion) {
    throw new NeuroForgeError('NF2232', 'the model was saved by a newer version of neuroforge', {
      where,
      expected: `format ${modelVersion}`,
      got: `format ${version}`,
      hint: 'update neuroforge: npm install neuroforge@latest',
    });
  }
}

type Bad = (expected: string) => never;

function badAt(where: string): Bad {
  return (expected) => {
    throw new NeuroForgeError('NF2234', 'the metadata of the model cannot be meant', { where, expected });
  };
}

function isObject(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkDescription(value: unknown, bad: Bad, path: string, depth: number): LayerDescription {
  if (depth > 50) return bad('layers at most 50 deep');
  if (!isObject(value) || typeof value.layer !== 'string' || !isObject(value.config)) {
    return bad(`${path} to be {"layer": name, "config": {…}, "children": {…}}`);
  }
  const { layer, config, children } = value;
  if (children === undefined) return { layer, config };
  if (!isObject(children)) return bad(`children of ${path} to be an object`);
  const names = Object.keys(children);
  if (layer === 'sequential' && names.some((name, i) => name !== String(i))) {
    return bad(`children of ${path} to be named 0, 1, 2 …`);
  }
  const entries = names.map((name) => [name, checkDescription(children[name], bad, `${path}.${name}`, depth + 1)]);
  return { layer, config, children: Object.fromEntries(entries) };
}

function checkInput(value: unknown, bad: Bad): Shape {
  const whole = isNumbers(value) && value.length <= 8 && value.every((d) => Number.isInteger(d) && d >= 0);
  return whole && sizeOf(value) <= 2 ** 30 ? value : bad('the shape of one example, e.g. [784]');
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((v) => typeof v === 'number');
}

const scalings: readonly ScalingKind[] = ['none', 'unit', 'signed', 'standard'];

function checkScaling(value: unknown, bad: Bad, features: number): Scaling {
  const kind = isObject(value) ? scalings.find((k) => k === value.kind) : undefined;
  if (!isObject(value) || kind === undefined) return bad(`a scaling of kind ${scalings.join(', ')}`);
  const { offset, factor } = value;
  const fits = isNumbers(offset) && isNumbers(factor) && offset.length === factor.length;
  if (!fits || (offset.length !== 1 && offset.length !== features)) {
    return bad(`offset and factor with 1 or ${features} numbers each`);
  }
  return { kind, offset, factor };
}

function checkClassNames(value: unknown, bad: Bad, where: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return bad('names of classes');
  for (const name of value) {
    if (typeof name !== 'string') bad('names of classes');
    checkName(name, 'class', where);
  }
  return new Set(value).size === value.length ? value : bad('every class name once');
}

function checkTraining(value: unknown, bad: Bad): TrainingPosition {
  const { seed, step, epoch } = isObject(value) ? value : {};
  const whole = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0;
  return whole(seed) && whole(step) && whole(epoch) ? { seed, step, epoch } : bad('seed, step and epoch');
}
