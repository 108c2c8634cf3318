import { computed, type Signal, signal } from '@preact/signals';

export const parts = ['derive', 'forge', 'train', 'course'] as const;
export type PartName = (typeof parts)[number];

/** The part that is shown: `#derive`, `#forge`, `#train`, `#course`. */
export const part = signal<PartName>('derive');

/** What is open in each part, the rest of its last address: `#forge/linear-dW` -> `linear-dW`. */
export const places: Readonly<Record<PartName, Signal<string>>> = {
  derive: signal(''),
  forge: signal(''),
  train: signal(''),
  course: signal(''),
};

/** What is open in the part that is shown. */
export const place = computed(() => places[part.value].value);

/**
 * The last time that an address was gone to, by a link, by typing, by the browser's way back; `back` where the menu led
 * to a part as it was left, so that nothing is to be scrolled to.
 */
export const arrival = signal<{ readonly back: boolean }>({ back: false });

let back = false;
let following = false;

/** Goes to a part as it was left. */
export function backTo(name: PartName): void {
  back = part.peek() !== name;
  location.hash = addressOf(name);
}

export function readRoute(hash: string): void {
  const [, name, rest = ''] = /^#?([a-z]+)(?:\/(.*))?$/.exec(hash) ?? [];
  const known = /^#?$/.test(hash) ? parts[0] : parts.find((p) => p === name);
  if (!known) return;
  part.value = known;
  places[known].value = rest;
  arrival.value = { back };
  back = false;
}

/** Keeps all of this at the page's address, in a page of others too. Once is enough. */
export function followAddress(): void {
  if (following) return;
  following = true;
  addEventListener('hashchange', () => readRoute(location.hash));
  readRoute(location.hash);
}

export function addressOf(name: PartName, rest = places[name].value): string {
  return `#${name}${rest === '' ? '' : `/${rest}`}`;
}

export function goTo(name: PartName, rest = ''): void {
  location.hash = addressOf(name, rest);
}
