import { type ComponentType, render } from 'preact';
import { ErrorBoundary } from './error-boundary.tsx';

/** Defines a custom element that shows `Part` inside itself, in the page's own tree. */
export function definePart(name: string, Part: ComponentType): void {
  if (customElements.get(name)) return;
  customElements.define(
    name,
    class extends HTMLElement {
      connectedCallback(): void {
        this.classList.add('nf-part');
        render(
          <ErrorBoundary>
            <Part />
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
