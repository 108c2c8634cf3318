import { limits, type Settings } from '../work/settings.ts';
import { mnist } from './mnist.ts';
import type { RunDocument } from './run-document.ts';

/** What the lab can make of a run. */
export interface Likeness {
  /** With which the lab trains the same, step by step; null where it cannot. */
  readonly settings: Settings | null;
  /** What of the run the lab does not train: a sentence each. */
  readonly differences: readonly string[];
  /** What else there is to know. */
  readonly notes: readonly string[];
}

/** Validation rows and scaling of the lab's data sets: those of src/data/defaults.ts. */
const validation: Readonly<Record<string, number>> = { digits: 0.1, mnist: 5000 };

/** How the lab's own settings say what the run is made of, or why they cannot. */
export function likenessOf(run: RunDocument): Likeness {
  const { config, data } = run;
  const differences = [...dataDiffers(run), ...networkDiffers(config), ...trainingDiffers(run)];
  if (differences.length > 0) return { settings: null, differences, notes: notesOf(run, null) };
  const settings: Settings = {
    data: data.name === 'mnist' ? 'mnist' : 'digits',
    hidden: widthsOf(config.model) as [number, number],
    lr: Number(config.lr),
    batch: run.batch,
    epochs: epochsOf(run),
    seed: Number(config.seed),
  };
  return { settings, differences, notes: notesOf(run, settings) };
}

function dataDiffers({ data, config }: RunDocument): string[] {
  const { name } = data;
  if (!(name === 'digits' && data.embedded) && name !== 'mnist') {
    return [`It learned from ${name}; the lab has the digits and MNIST.`];
  }
  const found: string[] = [];
  const [images, labels] = mnist.files; // a run records what it was trained on
  if (name === 'mnist' && ![images, labels].every(({ sha256 }) => data.hashes.includes(sha256))) {
    found.push('Its files of MNIST are not the published ones, so its rows are others.');
  }
  if (config.positive !== undefined) {
    found.push(`It tells ${shown(config.positive)} from the rest; the lab tells ten digits apart.`);
  }
  if (config.split !== 'standard') {
    found.push('It validated on the test set (--split original); the lab keeps training rows for that.');
  }
  if (config.splitSeed !== 0 || (name === 'digits' && config.testSplit !== 'fixed')) {
    found.push(
      `Its rows were divided with --split-seed ${shown(config.splitSeed)}; the lab divides them as usual, with 0.`,
    );
  }
  if (config.val !== validation[name]) {
    const of = (val: unknown): string => (Number(val) < 1 ? `${Number(val) * 100}\u00a0%` : `${shown(val)}`);
    found.push(`It kept ${of(config.val)} of the training rows for validation; the lab keeps ${of(validation[name])}.`);
  }
  if (config.scale !== 'unit') {
    found.push(`Its inputs were scaled “${shown(config.scale)}”; the lab’s go from 0 to 1 (“unit”).`);
  }
  return found;
}

function networkDiffers({ model, init }: RunDocument['config']): string[] {
  const widths = widthsOf(model);
  const found: string[] = [];
  if (widths.length !== 2) {
    const what =
      widths.length === 0
        ? 'no hidden layers'
        : widths.length === 1
          ? 'one hidden layer'
          : `${widths.length} hidden layers`;
    found.push(`Its model (${shown(model)}) has ${what}; the lab’s network has two.`);
  }
  const widest = Math.max(0, ...widths);
  if (widest > limits.hidden.most) {
    found.push(`It has a layer of ${people(widest)} units; the lab’s have at most ${people(limits.hidden.most)}.`);
  }
  if (init !== 'he') found.push(`Its weights began by --init ${shown(init)}; the lab’s begin by He’s rule (“he”).`);
  return found;
}

/** Keys of a configuration that are judged here, or do not change what a step computes on wasm and js. */
const known = [
  ...['schema', 'data', 'label', 'header', 'task', 'positive', 'threshold', 'scale', 'split', 'splitSeed', 'testSplit'],
  ...['val', 'model', 'init', 'optimizer', 'lr', 'batch', 'epochs', 'steps', 'until', 'patience', 'seed', 'backend'],
  ...['threads', 'definitions', 'checkpointEvery', 'keepLast'],
];

function trainingDiffers(run: RunDocument): string[] {
  const { config } = run;
  const found: string[] = [];
  if (config.optimizer !== 'sgd') {
    found.push(`It descended by ${shown(config.optimizer)}; the lab’s own descent is plain SGD.`);
  }
  for (const [key, value] of Object.entries(config)) {
    if (known.includes(key) || value === null || value === false || value === 0) continue;
    found.push(`It used ${words(key)} ${shown(value)}; the lab’s own descent is plain SGD.`);
  }
  const limited = { lr: config.lr, batch: run.batch, epochs: epochsOf(run), seed: config.seed };
  for (const key of ['lr', 'batch', 'epochs', 'seed'] as const) {
    const { least, most } = limits[key];
    const v = limited[key];
    if (typeof v === 'number' && v >= least && v <= most) continue;
    found.push(`Its ${names[key]} was ${shown(v)}; the lab takes ${people(least)} to ${people(most)}.`);
  }
  return found;
}

const names = { lr: 'learning rate', batch: 'batch', epochs: 'number of epochs', seed: 'seed' } as const;

/** All that it was to have, or those that it had when it was done. */
function epochsOf({ config, status, epochs }: RunDocument): number {
  const had = epochs.at(-1)?.epoch ?? 0;
  return status === 'done' && had > 0 ? had : Number(config.epochs);
}

function notesOf({ config, status, reason, epochs, name }: RunDocument, settings: Settings | null): string[] {
  const notes: string[] = [];
  if (status === 'running')
    notes.push('It has not ended, or was killed: this is what it had measured when it was read.');
  if (status === 'interrupted') notes.push(`It was interrupted; neuroforge train --resume ${name} goes on with it.`);
  const [had, all] = [epochs.at(-1)?.epoch ?? 0, Number(config.epochs)];
  if (status === 'done' && had < all) {
    const why = reason === 'until' ? ` (--until ${shown(config.until)})` : reason === 'patience' ? ' (--patience)' : '';
    notes.push(`It ended after ${had} of ${all} epochs${why}${settings ? ', and so will yours' : ''}.`);
  }
  if (settings && config.steps !== undefined && reason === 'steps') {
    notes.push(`It stopped at step ${shown(config.steps)}, perhaps within an epoch; the lab trains whole epochs.`);
  }
  return notes;
}

/** `mlp:512,128` -> [512, 128]; none for any other model. */
function widthsOf(model: unknown): number[] {
  const widths = /^mlp:([\d,]+)$/.exec(String(model))?.[1];
  return widths === undefined ? [] : widths.split(',').map(Number);
}

const shown = (value: unknown): string =>
  (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, 40);
/** `weightDecay` -> `weight decay`. */
const words = (key: string): string => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const people = (n: number): string => (n < 1e-3 ? String(n) : n.toLocaleString('en-US'));
