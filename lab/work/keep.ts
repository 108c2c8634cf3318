import { effect, signal } from '@preact/signals';
import { createStore, del, get, set } from 'idb-keyval';
import { allCode, type Code, code, hints, origin, pieceIds, setCode } from './code.ts';

interface Kept {
  readonly code: Partial<Code>;
  readonly hints: Readonly<Record<string, number>>;
}

/** Why nothing is kept, where the browser refuses storage. */
export const notKept = signal<string | null>(null);

const key = 'pieces';
const pause = 300;
const store = lazily(() => createStore('neuroforge-lab', 'work'));
let started: Promise<void> | undefined;

/** Puts back what was kept, and keeps the visitor's own code from now on. */
export function keepWork(): Promise<void> {
  started ??= start();
  return started;
}

/** Ends a visit to somebody else's code: the visitor's own comes back. */
export async function ownCode(): Promise<void> {
  const kept = await read();
  setCode(kept?.code ?? {});
  origin.value = 'own';
}

/** Empties the editors; in somebody else's code nothing of the visitor's own is lost. */
export async function forget(): Promise<void> {
  setCode({});
  if (origin.value !== 'own') return;
  for (const id of pieceIds) hints[id].value = 0;
  await del(key, store()).catch(() => {});
}

async function start(): Promise<void> {
  const kept = await read();
  for (const id of pieceIds) {
    const text: unknown = kept?.code[id];
    if (typeof text === 'string' && origin.value === 'own') code[id].value = text;
    const count: unknown = kept?.hints?.[id];
    if (typeof count === 'number') hints[id].value = count;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  let first = true;
  effect(() => {
    const now: Kept = {
      code: allCode.value,
      hints: Object.fromEntries(pieceIds.map((id) => [id, hints[id].value])),
    };
    const own = origin.value === 'own';
    clearTimeout(timer);
    if (own && !first) timer = setTimeout(() => void write(now), pause);
    first = false;
  });
}

async function read(): Promise<Kept | undefined> {
  try {
    return await get<Kept>(key, store());
  } catch (error) {
    refuse(error);
    return undefined;
  }
}

async function write(kept: Kept): Promise<void> {
  try {
    await set(key, kept, store());
  } catch (error) {
    refuse(error);
  }
}

function refuse(error: unknown): void {
  notKept.value = `This browser keeps nothing for this page (${error instanceof Error ? error.message : String(error)}): copy a link before you close it.`;
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
