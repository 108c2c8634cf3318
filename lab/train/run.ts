import { signal } from '@preact/signals';
import { NeuroForgeError } from '../../src/core/errors.ts';
import { home } from '../shell/home.ts';
import { settings } from '../work/settings.ts';
import { type RunDocument, readRunDocument } from './run-document.ts';
import { type Likeness, likenessOf } from './run-settings.ts';

/** The run of the command line with which `neuroforge lab RUN` opened the page. `absent`: this host has none. */
export type ShownRun =
  | { readonly name: 'none' | 'reading' | 'absent' }
  | { readonly name: 'unreadable'; readonly error: unknown }
  | {
      readonly name: 'here';
      readonly run: RunDocument;
      readonly likeness: Likeness;
      /** Why it could not be read again: it is as it was read before. */
      readonly error?: unknown;
    };

export const shownRun = signal<ShownRun>({ name: 'none' });

/** Where the server has it, beside the lab's page. */
export const addressOfRun = (file: 'run.json' | 'model.safetensors'): string => new URL(`run/${file}`, home()).href;

/** Fetches the run unless it is here, and takes its settings where the lab can train the same. */
export async function openRun(): Promise<void> {
  if (shownRun.value.name === 'here' || shownRun.value.name === 'reading') return;
  const now = await readRun();
  if (now.name === 'here' && now.likeness.settings) settings.value = now.likeness.settings;
}

/** Fetches it, for the first time or as it stands now. A run that is here stays until there is another, or none. */
export async function readRun(): Promise<ShownRun> {
  const before = shownRun.value;
  const reading: ShownRun = before.name === 'here' ? { ...before } : { name: 'reading' };
  shownRun.value = reading;
  const next = await fetchRun();
  if (shownRun.value !== reading) return shownRun.value; // put away, or read once more
  const kept = reading.name === 'here' && next.name === 'unreadable';
  shownRun.value = kept ? { ...reading, error: next.error } : next;
  return shownRun.value;
}

/** Takes the run off the page; settings stay as they are. */
export function putAway(): void {
  shownRun.value = { name: 'none' };
}

async function fetchRun(): Promise<ShownRun> {
  try {
    const response = await fetch(addressOfRun('run.json'), { cache: 'no-store' }).catch(noAnswer);
    const document = documentIn(await response.text().catch(noAnswer));
    // Some hosts answer with their first page whatever is asked for.
    if (response.status === 404 || (response.ok && document === null)) return { name: 'absent' };
    if (!response.ok) throw errorIn(document, response.status);
    const run = readRunDocument(document);
    return { name: 'here', run, likeness: likenessOf(run) };
  } catch (error) {
    return { name: 'unreadable', error };
  }
}

function noAnswer(): never {
  throw new NeuroForgeError('NF4195', 'the server of the run does not answer', {
    where: addressOfRun('run.json'),
    hint: 'has it ended? start it again with neuroforge lab RUN, on the same port, and read the run again',
  });
}

function documentIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What `neuroforge/error@1` tells. */
function errorIn(document: unknown, status: number): unknown {
  const error = (document as { error?: unknown } | null)?.error;
  const about = { where: addressOfRun('run.json'), got: `status ${status}` };
  return error ?? new NeuroForgeError('NF4195', 'the run cannot be read', about);
}
