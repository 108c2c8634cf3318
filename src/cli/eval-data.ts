import { NeuroForgeError } from '../core/errors.ts';
import { type Dataset, featuresOf } from '../data/dataset.ts';
import { type OpenOptions, openData } from '../data/open.ts';
import { splitData } from '../data/splits.ts';
import { oneAgainstRest } from '../data/tasks.ts';
import { formOf, type OpenedRun } from './open-run.ts';
import type { Output } from './output.ts';
import { prepareData } from './setup.ts';

/** The sets on which a model is evaluated; `shown` is the one whose figures come first. */
export interface EvalData {
  readonly shown: 'test' | 'val' | 'data';
  readonly sets: Readonly<Partial<Record<'train' | 'val' | 'test' | 'data', Dataset>>>;
  readonly source: string;
}

/** The run's own data, split as they were. Throws NF4132 without a configuration, NF4133 when the data do not fit. */
export async function runData(run: OpenedRun, open: OpenOptions, output: Output): Promise<EvalData> {
  if (run.config === null) {
    throw new NeuroForgeError('NF4132', 'a model file alone does not say how its data were split', {
      where: run.file,
      hint: 'give --data, or name the run folder instead',
    });
  }
  const { split, source } = await prepareData(run.config, open);
  requireFit(run, split.train);
  const changed = Object.entries(split.train.hashes).filter(([name, hash]) => (run.dataHashes[name] ?? hash) !== hash);
  if (changed.length > 0) {
    output.warn('NF3212', `${changed[0][0]} has changed since the training: rows may be split differently`);
  }
  const { train, val, test } = split;
  return { shown: test ? 'test' : 'val', sets: { train, val, ...(test ? { test } : {}) }, source };
}

/**
 * Other data: the test rows of a set that has some (of its own, or fixed ones), all rows of a CSV file. Labels go by
 * the model's class names. Throws NF4133 when the data do not fit.
 */
export async function otherData(run: OpenedRun, name: string, open: OpenOptions, output: Output): Promise<EvalData> {
  const { model } = run;
  const regression = model.loss.task === 'regression';
  const opened = await openData(name, {
    ...open,
    label: run.config?.label,
    header: run.config?.header,
    task: regression ? 'regression' : 'classification',
    like: formOf(run),
  });
  const embedded = opened.source === 'embedded';
  const raw = opened.test ?? (embedded ? splitData(opened.train, null).test! : opened.train);
  const known = new Set(Object.values(run.dataHashes));
  if (!embedded && opened.test === null && Object.values(raw.hashes).some((hash) => known.has(hash))) {
    output.warn('NF3213', 'the model was trained on rows of this file: its figures here say little about new ones');
  }
  return { shown: 'data', sets: { data: withLabels(run, raw) }, source: opened.source };
}

function withLabels(run: OpenedRun, raw: Dataset): Dataset {
  const { model, classNames = [], about } = run;
  if (model.loss.task === 'regression') {
    if (raw.classNames !== undefined) throw misfit(run, raw.name, 'values to predict', 'classes');
    const data = { ...raw, y: Float64Array.from(raw.y, (v) => (v - about.mean) / about.sd) };
    requireFit(run, data);
    return data;
  }
  if (raw.classNames === undefined) throw misfit(run, raw.name, 'classes', 'values to predict');
  if (model.loss.task === 'binary') {
    const positive = raw.classNames.indexOf(classNames[1]);
    if (positive < 0) throw misfit(run, raw.name, `a class ${classNames[1]}`, raw.classNames.slice(0, 12).join(', '));
    return requireFit(run, { ...oneAgainstRest(raw, positive), classNames });
  }
  return requireFit(run, raw);
}

/** The features and classes that the model knows, else NF4133. */
function requireFit(run: OpenedRun, data: Dataset): Dataset {
  const { about, classNames } = run;
  const wanted = about.exampleShape.join(' x ');
  const features = about.exampleShape.reduce((a, b) => a * b, 1);
  if (featuresOf(data) !== features) throw misfit(run, data.name, `${wanted} features`, data.exampleShape.join(' x '));
  const names = data.classNames;
  if (classNames !== undefined && (names?.length !== classNames.length || names.some((n, k) => n !== classNames[k]))) {
    throw misfit(run, data.name, `classes ${shortened(classNames)}`, shortened(names ?? []));
  }
  return data;
}

const shortened = (names: readonly string[]): string =>
  names.slice(0, 12).join(', ') + (names.length > 12 ? ` … (${names.length})` : '');

function misfit(run: OpenedRun, where: string, expected: string, got: string): NeuroForgeError {
  return new NeuroForgeError('NF4133', 'these data do not fit the model', {
    where,
    expected,
    got,
    hint: run.about.data === undefined ? undefined : `the model was trained on ${run.about.data}`,
  });
}
