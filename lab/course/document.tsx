import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { Block } from '../../course/pages/page.ts';
import type { Exercise } from '../../src/verify/exercises.ts';
import { present } from '../shell/part-element.tsx';
import { useScrollable } from '../shell/scrollable.ts';
import { type Around, Blocks } from './blocks.tsx';
import { CodeLines } from './code-lines.tsx';
import { Inlines } from './inlines.tsx';
import type { Loaded } from './load.ts';
import { stretches } from './sections.ts';

/** A whole document with its sources, or some blocks of it alone. */
export function Document({ page, figures, only }: Loaded & { only: readonly Block[] | null }): VNode {
  const root = useRef<HTMLElement>(null);
  useScrollable(root, '.formula-scroll, pre, .table-scroll');
  const around: Around = { path: page.path, figures, anchored: only === null };
  if (only !== null) {
    return (
      <article class="document" ref={root}>
        <Blocks blocks={only} around={around} />
      </article>
    );
  }
  return (
    <article ref={root} class={page.sources.length > 0 ? 'document with-sources' : 'document'}>
      <div class="text">
        <h2 id="course-start" tabIndex={-1}>
          <Inlines content={page.title} path={page.path} />
        </h2>
        {stretches(page).map(({ blocks, exercises }, i) => (
          <>
            <Blocks key={i} blocks={blocks} around={around} />
            {exercises.length > 0 ? <YourTurn exercises={exercises} /> : null}
          </>
        ))}
      </div>
      {page.sources.length > 0 ? (
        <aside class="sources" aria-label="The code">
          {page.sources.map(({ path, lines }) => (
            <section key={path} id={`course-${path.replace(/^.*\//, '')}`} tabIndex={-1}>
              <CodeLines lines={lines} language="ts" file={path} />
            </section>
          ))}
        </aside>
      ) : null}
    </article>
  );
}

/** What the section before it has made possible to write. */
function YourTurn({ exercises }: { exercises: readonly Exercise[] }): VNode | null {
  if (!present.value.has('forge')) return null;
  return (
    <aside class="your-turn" aria-label="Your turn">
      <strong>Your turn.</strong>{' '}
      {exercises.map(({ id, functionName, title }, i) => (
        <span key={id}>
          {i > 0 ? ' ' : ''}
          <a href={`#forge/${id}`}>
            Write <code>{functionName}</code>
          </a>{' '}
          <span class="quiet">({title})</span>
        </span>
      ))}
    </aside>
  );
}
