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
  | { readonly name: 'here'; readonly run: RunDocument; readonly likeness: Likeness };

export const shownRun = signal<ShownRun>({ name: 'none' });

/** Where the server has it, beside the lab's page. */
export const addressOfRun = (file: 'run.json' | 'model.safetensors'): string => new URL(`run/${file}`, home()).href;

/** Fetches the run unless it is here, and takes its settings where the lab can train the same. */
export async function openRun(): Promise<void> {
  if (shownRun.value.name === 'here' || shownRun.value.name === 'reading') return;
  const now = await readRun();
  if (now.name === 'here' && now.likeness.settings) settings.value = now.likeness.settings;
}

/** Fetches it, for the first time or as it stands now. */
export async function readRun(): Promise<ShownRun> {
  const reading: ShownRun = { name: 'reading' };
  shownRun.value = reading;
  const next = await fetchRun();
  if (shownRun.value === reading) shownRun.value = next;
  return shownRun.value;
}

/** Takes the run off the page; settings stay as they are. */
export function putAway(): void {
  shownRun.value = { name: 'none' };
}

async function fetchRun(): Promise<ShownRun> {
  const response = await fetch(addressOfRun('run.json'), { cache: 'no-store' }).catch(() => null);
  // Some hosts answer with their first page whatever is asked for.
  const document: unknown = response?.status === 404 ? null : await response?.json().catch(() => null);
  if (!response || !document) return { name: 'absent' };
  if (!response.ok) return { name: 'unreadable', error: errorIn(document) };
  try {
    const run = readRunDocument(document);
    return { name: 'here', run, likeness: likenessOf(run) };
  } catch (error) {
    return { name: 'unreadable', error };
  }
}

/** What `neuroforge/error@1` tells. */
function errorIn(document: unknown): unknown {
  const error = (document as { error?: unknown } | null)?.error;
  return error ?? new NeuroForgeError('NF4195', 'the run cannot be read', { where: addressOfRun('run.json') });
}
