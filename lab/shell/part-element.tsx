import { signal } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import { ErrorBoundary } from './error-boundary.tsx';
import type { PartName } from './route.ts';

/** The parts that the page holds: links between them are shown where they lead somewhere. */
export const present = signal<ReadonlySet<PartName>>(new Set());

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
      connectedCallback(): void {
        this.classList.add('nf-part');
        present.value = new Set([...present.value, name]);
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
      }
    },
  );
}
