import { signal } from '@preact/signals';
import { decodeLink, type LinkState } from '../link.ts';
import { focusSoon } from '../shell/focus.ts';
import { goTo, parts } from '../shell/route.ts';
import { keepWork } from '../work/keep.ts';
import { beginVisit } from '../work/visit.ts';

/** A link that was opened: what it holds, or why it cannot be read. Nothing of it runs before `start`. */
export type Opened =
  | { readonly name: 'none' }
  | { readonly name: 'reading' }
  | { readonly name: 'held'; readonly link: string; readonly state: LinkState }
  | { readonly name: 'unreadable'; readonly error: unknown };

export const opened = signal<Opened>({ name: 'none' });
let last = '';

/** Reads the address: anything after # that is no part of the page is taken for a link, which is held there. */
export async function readAddress(hash: string): Promise<void> {
  const text = hash.replace(/^#/, '');
  last = text;
  if (text === '' || parts.some((part) => text === part || text.startsWith(`${part}/`))) {
    opened.value = { name: 'none' };
    return;
  }
  opened.value = { name: 'reading' };
  const next = await decodeLink(text).then(
    (state): Opened => ({ name: 'held', link: text, state }),
    (error): Opened => ({ name: 'unreadable', error }),
  );
  if (last !== text) return;
  opened.value = next;
  scrollTo(0, 0);
}

/** The visitor has pressed start: the link's code goes into the editors, for this visit only. */
export function start(link: string, state: LinkState, goOn = false): void {
  void keepWork(); // it has the visitor's own work from here on
  beginVisit({ link, state }, goOn);
  leaveLink(state.hunt ? 'forge' : 'train');
}

export function dismiss(): void {
  leaveLink('derive');
}

/** The link stays where the browser's way back leads. */
function leaveLink(to: 'derive' | 'forge' | 'train'): void {
  opened.value = { name: 'none' };
  goTo(to);
  scrollTo(0, 0);
  focusSoon(() => document.getElementById(`${to}-title`));
}
