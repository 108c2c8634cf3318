import { Component, type ComponentChildren, type VNode } from 'preact';
import { ErrorCard } from './error-card.tsx';

/** What goes wrong below it is told in its place, with a way to go on. */
export class ErrorBoundary extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static override getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div class="boundary">
        <ErrorCard error={error} />
        <button type="button" class="button" onClick={() => this.setState({ error: null })}>
          Show this part again
        </button>
      </div>
    ) as VNode;
  }
}
