import { cells } from './desk.ts';

/** What is kept of one cell, and when it was changed, in milliseconds since 1970. */
export interface Entry {
  readonly value: unknown;
  readonly at: number;
}

/** By the cell's name. */
export type Entries = Readonly<Record<string, Entry>>;

/** Of each cell the entry that was changed last; the first of equals. */
export function latest(...all: readonly Entries[]): Entries {
  const out: Record<string, Entry> = {};
  for (const entries of all) {
    for (const [name, entry] of Object.entries(entries)) if (!out[name] || entry.at > out[name].at) out[name] = entry;
  }
  return out;
}

/** What of a stored value can be meant, that of labs before there were times included. */
export function readEntries(value: unknown): Entries {
  if (typeof value !== 'object' || value === null) return {};
  const known = Object.entries(cells).flatMap(([name, { fits }]): [string, Entry][] => {
    const found = entryOf(field(value, name)) ?? timeless(value, name);
    return found && fits(found.value) ? [[name, found]] : [];
  });
  return Object.fromEntries(known);
}

export function pick(entries: Entries, names: Iterable<string>): Entries {
  return Object.fromEntries([...names].flatMap((name) => (entries[name] ? [[name, entries[name]]] : [])));
}

function entryOf(found: unknown): Entry | null {
  const [value, at] = [field(found, 'value'), field(found, 'at')];
  return typeof at === 'number' && at >= 0 && Number.isFinite(at) ? { value, at } : null;
}

/** The form before there were times: `{ code: { relu }, hints: { relu } }`. */
function timeless(all: object, name: string): Entry | null {
  const [group, id] = name.split('/');
  const value = field(field(all, group), id);
  return value === undefined ? null : { value, at: 0 };
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
}
