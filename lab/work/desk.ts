import { batch, type Signal } from '@preact/signals';
import { code, hints, pieceIds, starters } from './code.ts';
import { defaults, isSettings, settings } from './settings.ts';

/** One thing that lies on the desk: a piece's text, how many of its hints are open, the settings. */
export interface Cell {
  readonly now: Signal<unknown>;
  readonly blank: unknown;
  /** Whether a value from outside can be one of this cell. */
  readonly fits: (value: unknown) => boolean;
}

/** Characters of a text that is kept. */
const longestText = 500_000;
const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= longestText;
const isCount = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 4;

/** All that a visitor works on, by name: `code/relu`, `hints/relu`, `settings`. */
export const cells: Readonly<Record<string, Cell>> = Object.fromEntries<Cell>([
  ...pieceIds.map((id): [string, Cell] => [`code/${id}`, { now: code[id], blank: starters[id], fits: isText }]),
  ...pieceIds.map((id): [string, Cell] => [`hints/${id}`, { now: hints[id], blank: 0, fits: isCount }]),
  ['settings', { now: settings, blank: defaults.digits, fits: isSettings }],
]);

export type Desk = Readonly<Record<string, unknown>>;

/** What lies there now; whoever reads it in an effect follows it. */
export function desk(): Desk {
  return Object.fromEntries(Object.entries(cells).map(([name, { now }]) => [name, now.value]));
}

/** Lays out a desk in one go; what it does not name, or cannot be meant, is blank. */
export function layOut(next: Desk): void {
  batch(() => {
    for (const [name, { now, blank, fits }] of Object.entries(cells)) {
      const value = Object.hasOwn(next, name) && fits(next[name]) ? next[name] : blank;
      if (!same(value, now.peek())) now.value = value;
    }
  });
}

export function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
