import { signal } from '@preact/signals';

export const parts = ['derive', 'forge', 'train'] as const;
export type PartName = (typeof parts)[number];

/** The part that is shown: `#derive`, `#forge`, `#train`, and after a slash the piece that is open. */
export const part = signal<PartName>('derive');

/** The rest of the address after the part: `forge/linear-dW` -> `linear-dW`. */
export const place = signal('');

export function readRoute(hash: string): void {
  const [name, rest = ''] = hash.replace(/^#/, '').split('/');
  const known = parts.find((p) => p === name);
  if (!known) return;
  part.value = known;
  place.value = rest;
}

export function goTo(name: PartName, rest = ''): void {
  location.hash = rest === '' ? name : `${name}/${rest}`;
}
