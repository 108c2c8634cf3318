import { signal } from '@preact/signals';
import { typedNumber } from '../shell/typed-number.ts';

/** What a run is made of beside the code; a link carries it. */
export interface Settings {
  readonly data: 'digits' | 'mnist';
  readonly hidden: readonly [number, number];
  readonly lr: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
}

export const defaults: Readonly<Record<Settings['data'], Settings>> = {
  digits: { data: 'digits', hidden: [128, 64], lr: 0.1, batch: 32, epochs: 30, seed: 0 },
  mnist: { data: 'mnist', hidden: [512, 128], lr: 0.1, batch: 32, epochs: 5, seed: 0 },
};

export const settings = signal<Settings>(defaults.digits);

/** Rows that the digits' split leaves for training: no batch can be larger. */
export const digitsTrainRows = 1294;
/** Rows of IDX files that are kept for validation. */
export const idxValidationRows = 5000;

/** The settings for another data set: what was typed stays, what was only usual becomes what is usual there. */
export function switched(now: Settings, data: Settings['data']): Settings {
  const [usual, next] = [defaults[now.data], defaults[data]];
  const choose = (v: number, here: number, there: number): number => (v === here ? there : v);
  return {
    data,
    hidden: [
      choose(now.hidden[0], usual.hidden[0], next.hidden[0]),
      choose(now.hidden[1], usual.hidden[1], next.hidden[1]),
    ],
    lr: choose(now.lr, usual.lr, next.lr),
    batch: choose(now.batch, usual.batch, next.batch),
    epochs: choose(now.epochs, usual.epochs, next.epochs),
    seed: now.seed,
  };
}

export function sameSettings(a: Settings, b: Settings): boolean {
  const keys = ['data', 'lr', 'batch', 'epochs', 'seed'] as const;
  return keys.every((key) => a[key] === b[key]) && a.hidden.every((width, i) => width === b.hidden[i]);
}

export interface Limit {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** Those of links, too. */
export const limits: Readonly<Record<'hidden' | 'lr' | 'batch' | 'epochs' | 'seed', Limit>> = {
  hidden: { least: 1, most: 2048, whole: true },
  lr: { least: 1e-9, most: 1e6, whole: false },
  batch: { least: 1, most: 60_000, whole: true },
  epochs: { least: 1, most: 1000, whole: true },
  seed: { least: 0, most: 2 ** 32 - 1, whole: true },
};

export function fits(value: unknown, { least, most, whole }: Limit): value is number {
  return typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** The number that was typed, or null when the setting cannot be that. */
export function settingOf(text: string, limit: Limit): number | null {
  const v = typedNumber(text, limit.whole);
  return fits(v, limit) ? v : null;
}

/** Whether a value from outside, of a store or a link, is settings in full and within the limits. */
export function isSettings(value: unknown): value is Settings {
  if (typeof value !== 'object' || value === null) return false;
  const { data, hidden, lr, batch, epochs, seed } = value as Partial<Record<keyof Settings, unknown>>;
  return (
    (data === 'digits' || data === 'mnist') &&
    Array.isArray(hidden) &&
    hidden.length === 2 &&
    hidden.every((width) => fits(width, limits.hidden)) &&
    fits(lr, limits.lr) &&
    fits(batch, limits.batch) &&
    fits(epochs, limits.epochs) &&
    fits(seed, limits.seed)
  );
}
