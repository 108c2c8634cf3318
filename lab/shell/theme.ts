import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const key = 'neuroforge-theme';

/** What the visitor chose; `system` follows prefers-color-scheme. */
export const theme = signal<Theme>(remembered());
/** Whether the page is dark now, for what is drawn on canvases. */
export const dark = signal(false);

const system = matchMedia('(prefers-color-scheme: dark)');
system.addEventListener('change', () => apply());
apply();

export function choose(next: Theme): void {
  theme.value = next;
  try {
    localStorage.setItem(key, next);
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
  apply();
}

function apply(): void {
  const { value } = theme;
  if (value === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = value;
  dark.value = value === 'dark' || (value === 'system' && system.matches);
}

function remembered(): Theme {
  try {
    const found = localStorage.getItem(key);
    return found === 'light' || found === 'dark' ? found : 'system';
  } catch {
    return 'system';
  }
}
