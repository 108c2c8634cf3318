import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { present } from '../shell/part-element.tsx';
import { addressIn } from './address.ts';

type Excerpt = typeof import('./excerpt.tsx').Excerpt;

/** The section that derives a piece, in place; it comes when it is opened. */
export function Derivation({ chapter }: { chapter: string }): VNode {
  const [Excerpt, setExcerpt] = useState<Excerpt | null>(null);
  const [failed, setFailed] = useState(false);
  const onToggle = (): void => {
    import('./excerpt.tsx').then(
      ({ Excerpt }) => setExcerpt(() => Excerpt),
      () => setFailed(true),
    );
  };
  return (
    <details class="derivation" onToggle={onToggle}>
      <summary>The derivation</summary>
      {Excerpt ? <Excerpt document={chapter} /> : <p class="quiet">{failed ? 'It did not come.' : 'On its way …'}</p>}
      {present.value.has('course') ? (
        <p class="quiet">
          <a href={addressIn(chapter)}>In the chapter</a>, with what comes before and after.
        </p>
      ) : null}
    </details>
  );
}
