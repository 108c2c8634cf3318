import { effect, signal } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import { ErrorBoundary } from './error-boundary.tsx';
import { arrival, type PartName, part } from './route.ts';

/** The parts that the page holds: links between them are shown where they lead somewhere. */
export const present = signal<ReadonlySet<PartName>>(new Set());

/** Those that follow the address: a section of the course by itself does not. */
const followers = new Set<HTMLElement>();

function look(): void {
  present.value = new Set([...followers].map(({ localName }) => localName.slice(3) as PartName));
}

/** Defines `<nf-NAME>`, an element that shows `Part` inside itself, in the page's own tree, with the given attributes. */
export function definePart<P>(
  name: PartName,
  Part: ComponentType<P>,
  attributes: readonly (keyof P & string)[] = [],
): void {
  const tag = `nf-${name}`;
  if (customElements.get(tag)) return;
  customElements.define(
    tag,
    class extends HTMLElement {
      #unfollow = (): void => {};

      connectedCallback(): void {
        this.classList.add('nf-part');
        if (!this.hasAttribute('section')) followers.add(this);
        look();
        this.#unfollow = bringIntoSightOnArrival(this, name);
        const given = attributes.flatMap((key) => (this.hasAttribute(key) ? [[key, this.getAttribute(key)]] : []));
        render(
          <ErrorBoundary>
            <Part {...(Object.fromEntries(given) as P & object)} />
          </ErrorBoundary>,
          this,
        );
      }

      disconnectedCallback(): void {
        render(null, this);
        followers.delete(this);
        look();
        this.#unfollow();
      }
    },
  );
}

/** In a page of others: whoever follows a link to a part sees it, the first of two. The lab's own page shows one at a time. */
function bringIntoSightOnArrival(element: HTMLElement, name: PartName): () => void {
  let connecting = true;
  const unfollow = effect(() => {
    const { back } = arrival.value;
    const meant = part.peek() === name && location.hash.startsWith(`#${name}`) && !back;
    if (connecting || !meant || element.closest('#nf-lab') || element.contains(document.activeElement)) return;
    const { top } = element.getBoundingClientRect();
    const first = [...followers].find(({ localName }) => localName === element.localName);
    if (first === element && (top < 0 || top > innerHeight / 2)) element.scrollIntoView();
  });
  connecting = false;
  return unfollow;
}
