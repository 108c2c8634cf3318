import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const key = 'neuroforge-theme';

/** `data-theme` on the root element, by the lab's menu or by the page that holds its parts; else the system's choice. */
export const theme = signal<Theme>('system');
/** Whether the parts are dark now, for what is drawn on canvases. */
export const dark = signal(false);

const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
system.addEventListener('change', follow);
new MutationObserver(follow).observe(root, { attributeFilter: ['data-theme'] });
follow();

function follow(): void {
  const set = root.dataset['theme'];
  theme.value = set === 'light' || set === 'dark' ? set : 'system';
  dark.value = theme.value === 'dark' || (theme.value === 'system' && system.matches);
}

/** In the lab's own page: the visitor's choice, kept for the next visit. */
export function choose(next: Theme): void {
  set(next);
  try {
    localStorage.setItem(key, next);
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
}

/** In the lab's own page: what was chosen at the last visit. Somebody else's page chooses for itself. */
export function recallTheme(): void {
  try {
    const found = localStorage.getItem(key);
    if (found === 'light' || found === 'dark') set(found);
  } catch {
    // Storage is forbidden: the system chooses.
  }
}

function set(next: Theme): void {
  if (next === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = next;
  follow();
}
