import { signal } from '@preact/signals';
import { decodeLink, type LinkState } from '../link.ts';
import { parts } from '../shell/route.ts';
import { origin, setCode } from '../work/code.ts';
import { asked } from '../work/grading.ts';
import { settings } from '../work/settings.ts';

/** A link that was opened: what it holds, or why it cannot be read. Nothing of it runs before `start`. */
export type Opened =
  | { readonly name: 'none' }
  | { readonly name: 'reading' }
  | { readonly name: 'held'; readonly link: LinkState }
  | { readonly name: 'unreadable'; readonly error: unknown };

export const opened = signal<Opened>({ name: 'none' });
export const note = signal('');

/** Reads the address: anything after # that is no part of the page is taken for a link. */
export async function readAddress(hash: string): Promise<void> {
  const text = hash.replace(/^#/, '');
  if (text === '' || text === 'content' || parts.some((part) => text === part || text.startsWith(`${part}/`))) return;
  opened.value = { name: 'reading' };
  try {
    opened.value = { name: 'held', link: await decodeLink(text) };
  } catch (error) {
    opened.value = { name: 'unreadable', error };
  }
}

/** The visitor has pressed start: the link's code goes into the editors, for this visit only. */
export function start(link: LinkState): void {
  const { data, hidden, lr, batch, epochs, seed } = link;
  asked.value = new Set();
  origin.value = link.hunt ? 'hunt' : 'link';
  settings.value = { data, hidden, lr, batch, epochs, seed };
  setCode(link.code);
  note.value = link.note ?? '';
  opened.value = { name: 'none' };
  history.replaceState(null, '', link.hunt ? '#forge' : '#train');
  dispatchEvent(new HashChangeEvent('hashchange'));
  scrollTo(0, 0);
}

export function dismiss(): void {
  opened.value = { name: 'none' };
  history.replaceState(null, '', '#derive');
  dispatchEvent(new HashChangeEvent('hashchange'));
}
