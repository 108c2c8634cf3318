import { pages } from 'virtual:course';
import type { VNode } from 'preact';
import type { Page } from '../../course/pages/page.ts';
import { addressIn } from './address.ts';
import { Inlines } from './inlines.tsx';

const groups: readonly (readonly [name: string, folder: string])[] = [
  ['Chapters', 'course/'],
  ['Notation', 'docs/'],
  ['Layers', 'src/layers/'],
  ['Losses', 'src/losses/'],
  ['Optimizers', 'src/optim/'],
];

/** All pages, by kind; the derivations of the library fold away. */
export function PageList({ current }: { current: string }): VNode {
  const links = (folder: string): VNode[] =>
    pages
      .filter(({ path }) => path.startsWith(folder))
      .map(({ id, path, title }) => (
        <li key={id}>
          <a href={addressIn(path)} aria-current={id === current ? 'page' : undefined}>
            {title}
          </a>
        </li>
      ));
  const derivation = pages.some(({ id, path }) => id === current && path.startsWith('src/'));
  const beside = matchMedia('(min-width: 60rem)').matches; // above a text, the open list would hide it
  return (
    <nav class="page-list" aria-label="Pages of the course">
      <ul>{groups.slice(0, 2).flatMap(([, folder]) => links(folder))}</ul>
      <details open={derivation && beside}>
        <summary>Derivations beside the code</summary>
        {groups.slice(2).map(([name, folder]) => (
          <div key={name}>
            <p class="eyebrow">{name}</p>
            <ul>{links(folder)}</ul>
          </div>
        ))}
      </details>
    </nav>
  );
}

/** The sections of a page. */
export function Sections({ page }: { page: Page }): VNode {
  const headings = page.blocks.flatMap((block) => (block.kind === 'heading' && block.level === 2 ? [block] : []));
  return (
    <nav class="sections" aria-label="Sections of this page">
      <ol>
        {headings.map(({ anchor, content }) => (
          <li key={anchor}>
            <a href={addressIn(`${page.path}#${anchor}`)}>
              <Inlines content={content} path={page.path} />
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}
