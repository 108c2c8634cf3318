import { NeuroForgeError } from '../../src/core/errors.ts';

/** A run of the command line, as `neuroforge lab RUN` serves it: schemas/lab-run.schema.json, numbers as numbers. */
export interface RunDocument {
  readonly name: string;
  readonly status: 'running' | 'done' | 'diverged' | 'interrupted';
  readonly reason: string | null;
  /** Of the neuroforge that trained it, and of the one that serves it. */
  readonly version: string | null;
  readonly labVersion: string | null;
  readonly backend: string | null;
  readonly blas: string | null;
  readonly inexact: boolean;
  readonly data: { readonly name: string; readonly embedded: boolean; readonly hashes: readonly string[] };
  readonly config: Readonly<Record<string, unknown>>;
  /** Rows an update. */
  readonly batch: number;
  readonly parameters: number;
  readonly model: {
    readonly input: readonly number[];
    readonly task: string;
    readonly classNames: readonly string[] | null;
  } | null;
  /** Epoch 0 is before training. */
  readonly epochs: readonly RunEpoch[];
  readonly best: { readonly epoch: number; readonly valLoss: number; readonly valAccuracy: number } | null;
  readonly testAccuracy: number;
  /** `sha256:…` of the last weights; null before the end. */
  readonly weights: string | null;
}

/** What was not measured is NaN. */
export interface RunEpoch {
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
}

const statuses = ['running', 'done', 'diverged', 'interrupted'] as const;

/** Takes field by field what is meant. Throws NF4195 for what is no such document. */
export function readRunDocument(value: unknown): RunDocument {
  const top = object(value);
  const status = statuses.find((known) => known === top.status);
  if (top.schema !== 'neuroforge/lab-run@1' || status === undefined || !Array.isArray(top.epochs)) {
    throw new NeuroForgeError('NF4195', 'what this host has at run/run.json is not a run', {
      where: './run/run.json',
      expected: 'the document neuroforge/lab-run@1',
      hint: 'stop the server and start it again: neuroforge lab RUN',
    });
  }
  const data = object(top.data);
  const best = top.best === null ? null : object(top.best);
  return {
    name: text(top.name) ?? 'a run',
    status,
    reason: text(top.reason),
    version: text(top.version),
    labVersion: text(top.labVersion),
    backend: text(top.backend),
    blas: text(top.blas),
    inexact: top.inexact === true,
    data: { name: text(data.name) ?? 'its data', embedded: data.embedded === true, hashes: texts(data.hashes) ?? [] },
    config: object(top.config),
    batch: number(top.batch),
    parameters: number(top.parameters),
    model: top.model === null ? null : modelOf(object(top.model)),
    epochs: top.epochs.map((entry) => epochOf(object(entry))),
    best: best && { epoch: number(best.epoch), ...valOf(best.val) },
    testAccuracy: number(object(top.test).accuracy),
    weights: text(top.weights),
  };
}

function modelOf({ input, task, classNames }: Fields): RunDocument['model'] {
  const shape = Array.isArray(input) ? input.map(number) : [];
  return { input: shape, task: text(task) ?? '', classNames: texts(classNames) };
}

function epochOf({ epoch, step, trainLoss, val }: Fields): RunEpoch {
  return { epoch: number(epoch), step: number(step), trainLoss: number(trainLoss), ...valOf(val) };
}

function valOf(val: unknown): Pick<RunEpoch, 'valLoss' | 'valAccuracy'> {
  const { loss, accuracy } = object(val);
  return { valLoss: number(loss), valAccuracy: number(accuracy) };
}

type Fields = Readonly<Record<string, unknown>>;

const object = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const texts = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null;

/** Numbers that are not finite come by their names. */
function number(value: unknown): number {
  if (typeof value === 'number') return value;
  return value === 'Infinity' || value === '-Infinity' ? Number(value) : Number.NaN;
}
