import { batch, effect, signal } from '@preact/signals';
import { createStore, get, update } from 'idb-keyval';
import { hints, origin, pieceIds } from './code.ts';
import { cells, desk, layOut, same } from './desk.ts';
import { type Entries, latest, pick, readEntries } from './entries.ts';
import { leaveUnsaved, readUnsaved, unsavedIsSaved } from './unsaved.ts';
import { startOver, visited } from './visit.ts';

/** Why nothing is kept, where the browser refuses storage. */
export const notKept = signal<string | null>(null);

/** Whether what was kept lies on the desk. Before that nothing is to be written there: it would take its place. */
export const laidOut = signal(false);

const key = 'pieces';
/** Milliseconds between a change and the database. */
const pause = 300;
/** Milliseconds after which the visitor goes on without an answer of the database. */
const longest = 5000;
const store = lazily(() => createStore('neuroforge-lab', 'work'));

/** The visitor's own work, also while somebody else's lies on the desk. */
let own: Entries = {};
/** What of it the database has not taken yet. */
const unsaved = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let started: Promise<void> | undefined;

/**
 * Puts back what was kept, and keeps the visitor's own work from now on: each piece by itself, with the time of its
 * change, so that two pages do not undo each other's.
 */
export function keepWork(): Promise<void> {
  started ??= Promise.race([start(), silence()]).then(() => void (laidOut.value = true));
  return started;
}

async function silence(): Promise<void> {
  await new Promise((resume) => setTimeout(resume, longest));
  if (!laidOut.peek()) refuse('its storage does not answer');
}

/** Ends a visit to somebody else's code: the visitor's own comes back, as it was left in any page. */
export async function ownCode(): Promise<void> {
  show();
  await adopt();
}

/** Empties the editors, in somebody else's code back to what the link brought; of one's own the hints close, too. */
export function forget(): void {
  batch(() => {
    for (const id of pieceIds) {
      startOver(id);
      if (origin.value === 'own') hints[id].value = 0;
    }
  });
}

function start(): Promise<void> {
  own = readUnsaved();
  if (origin.value === 'own') layOut({ ...desk(), ...valuesOf(own) });
  for (const name of Object.keys(own)) unsaved.add(name);
  effect(note);
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => (document.hidden ? leave() : void adopt()));
  return adopt();
}

/** Notes what has changed on the visitor's own desk. */
function note(): void {
  const now = desk();
  if (origin.value !== 'own') return;
  for (const [name, value] of Object.entries(now)) {
    if (same(value, own[name] ? own[name].value : cells[name].blank)) continue;
    own = { ...own, [name]: { value, at: Math.max(Date.now(), (own[name]?.at ?? 0) + 1) } };
    unsaved.add(name);
    clearTimeout(timer);
    timer = setTimeout(() => void write(), pause);
  }
}

/** Takes what the database has and is newer, from another page perhaps; what was typed here meanwhile stays. */
async function adopt(): Promise<void> {
  const found = readEntries(await read());
  for (const name of unsaved) {
    const [mine, theirs] = [own[name], found[name]];
    if (theirs && theirs.at >= mine.at) own = { ...own, [name]: { ...mine, at: theirs.at + 1 } };
  }
  own = latest(own, found);
  if (origin.value === 'own') layOut(valuesOf(own));
  await write();
}

function show(): void {
  batch(() => {
    origin.value = 'own';
    visited.value = null;
    layOut(valuesOf(own));
  });
}

/** The page may be gone before the database has answered. */
function leave(): void {
  if (unsaved.size === 0) return;
  leaveUnsaved(pick(own, unsaved));
  void write();
}

async function read(): Promise<unknown> {
  try {
    return await get(key, store());
  } catch (error) {
    refuse(error);
    return undefined;
  }
}

async function write(): Promise<void> {
  clearTimeout(timer);
  const changed = pick(own, unsaved);
  if (unsaved.size === 0) return;
  try {
    await update<unknown>(key, (old) => latest(changed, readEntries(old)), store());
  } catch (error) {
    refuse(error);
    return;
  }
  notKept.value = null;
  for (const [name, entry] of Object.entries(changed)) if (own[name] === entry) unsaved.delete(name);
  unsavedIsSaved(changed);
}

function valuesOf(entries: Entries): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).map(([name, { value }]) => [name, value]));
}

function refuse(error: unknown): void {
  notKept.value = `This browser keeps nothing for this page (${error instanceof Error ? error.message : String(error)}): copy a link before you close it.`;
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
