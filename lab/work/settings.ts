import { signal } from '@preact/signals';

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

/** The number that was typed, or null when the setting cannot be that. */
export function settingOf(text: string, { least, most, whole }: Limit): number | null {
  const plain = text.trim().replace(',', '.');
  if (plain === '') return null;
  const v = Number(plain);
  const fits = Number.isFinite(v) && v >= least && v <= most && (!whole || Number.isInteger(v));
  return fits ? v : null;
}
