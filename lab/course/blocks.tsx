import type { VNode } from 'preact';
import type { Block, Inline, Row } from '../../course/pages/page.ts';
import { chapter, steps } from '../derive/steps.ts';
import { Formula } from '../shell/formula.tsx';
import { present } from '../shell/part-element.tsx';
import { equationAnchor } from './address.ts';
import { CodeLines } from './code-lines.tsx';
import { EquationLink, Inlines } from './inlines.tsx';

/** What the blocks of a page need to know of it. */
export interface Around {
  readonly path: string;
  readonly figures: Readonly<Record<string, string>>;
  /** Whether places get ids: not in an excerpt, whose page may be in sight too. */
  readonly anchored: boolean;
}

export function Blocks({ blocks, around }: { blocks: readonly Block[]; around: Around }): VNode {
  return (
    <>
      {blocks.map((block, i) => (
        <BlockView key={i} block={block} around={around} />
      ))}
    </>
  );
}

function BlockView({ block, around }: { block: Block; around: Around }): VNode {
  const text = (content: readonly Inline[]): VNode => <Inlines content={content} path={around.path} />;
  const inside = (blocks: readonly Block[]): VNode => <Blocks blocks={blocks} around={around} />;
  switch (block.kind) {
    case 'heading': {
      // One level down: the page that holds this has a title of its own.
      const Heading = `h${Math.min(6, block.level + 1)}` as 'h2';
      return (
        <Heading
          id={around.anchored ? `course-${block.anchor}` : undefined}
          tabIndex={around.anchored ? -1 : undefined}
        >
          {text(block.content)}
        </Heading>
      );
    }
    case 'paragraph':
      return <p>{text(block.content)}</p>;
    case 'math':
      return <Equation tex={block.tex} number={block.number} around={around} />;
    case 'code':
      return <CodeLines {...block} />;
    case 'list': {
      // A tight item is its line, without a paragraph around it.
      const items = block.items.map((item, i) => (
        <li key={i}>{item.length === 1 && item[0].kind === 'paragraph' ? text(item[0].content) : inside(item)}</li>
      ));
      return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case 'table':
      return <Table head={block.head} rows={block.rows} text={text} />;
    case 'quote':
      return <blockquote>{inside(block.blocks)}</blockquote>;
    case 'details':
      return (
        <details>
          <summary>{block.summary}</summary>
          {inside(block.blocks)}
        </details>
      );
    case 'figure':
      return (
        <figure>
          <img src={around.figures[block.file]} alt={block.alt} loading="lazy" />
        </figure>
      );
  }
}

interface EquationProps {
  readonly tex: string;
  readonly number: string | null;
  readonly around: Around;
}

/** A displayed formula with its number, and the way to its numbers where Derive has them. */
function Equation({ tex, number, around: { path, anchored } }: EquationProps): VNode {
  const step = path === chapter ? steps.find(({ equation }) => equation === number) : undefined;
  return (
    <div
      class="displayed"
      id={anchored && number !== null ? `course-${equationAnchor(number)}` : undefined}
      tabIndex={anchored && number !== null ? -1 : undefined}
      data-eq={number ?? undefined}
    >
      <div class="formula-scroll">
        <Formula tex={tex} display />
      </div>
      {number === null ? null : (
        <span class="displayed-end">
          {step && present.value.has('derive') ? (
            <a class="to-derive" href={`#derive/${step.result}`} aria-label={`equation ${number} in Derive`}>
              Derive
            </a>
          ) : null}
          <EquationLink number={number} path={path} />
        </span>
      )}
    </div>
  );
}

function Table({
  head,
  rows,
  text,
}: {
  head: Row;
  rows: readonly Row[];
  text: (c: readonly Inline[]) => VNode;
}): VNode {
  return (
    <div class="table-scroll">
      <table>
        <thead>
          <tr>
            {head.map((cell, i) =>
              cell.length === 0 ? (
                <td key={i} />
              ) : (
                <th key={i} scope="col">
                  {text(cell)}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, k) => (
                <td key={k}>{text(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
