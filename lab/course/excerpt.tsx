import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorCard } from '../shell/error-card.tsx';
import { useLighting } from '../shell/lighting.ts';
import { addressIn, placeOf } from './address.ts';
import { Document } from './document.tsx';
import { type Loaded, loadPage } from './load.ts';
import { sectionOf } from './sections.ts';

/** A section of a document by its address, `course/02-mlp.md#through-the-relu`. */
export function Excerpt({ document }: { document: string }): VNode {
  const root = useRef<HTMLDivElement>(null);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { id, anchor } = placeOf(addressIn(document).replace('#course/', ''));
  useLighting(root, 'data-eq');
  useEffect(() => {
    let current = true;
    loadPage(id).then((page) => current && setLoaded(page), setError);
    return () => {
      current = false;
    };
  }, [id]);
  return (
    <div class="course section-only" ref={root}>
      {error !== null ? <ErrorCard error={error} title="The derivation is not to be had" /> : null}
      {loaded ? <Document {...loaded} only={sectionOf(loaded.page, anchor)} /> : null}
    </div>
  );
}
