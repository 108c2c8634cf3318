import type { VNode } from 'preact';
import type { Inline, Target } from '../../course/pages/page.ts';
import { Formula } from '../shell/formula.tsx';
import { addressIn, equationAnchor } from './address.ts';

/** Text with its formulas, code and links; `path` is the document that it stands in. */
export function Inlines({ content, path }: { content: readonly Inline[]; path: string }): VNode {
  return (
    <>
      {content.map((piece, i) => (
        <Piece key={i} piece={piece} path={path} />
      ))}
    </>
  );
}

function Piece({ piece, path }: { piece: Inline; path: string }): VNode {
  if (typeof piece === 'string') return <>{piece}</>;
  switch (piece.kind) {
    case 'math':
      return <Formula tex={piece.tex} />;
    case 'code':
      return <code>{piece.text}</code>;
    case 'equation':
      return <EquationLink number={piece.number} path={path} />;
  }
  const inner = <Inlines content={piece.content} path={path} />;
  if (piece.kind === 'strong') return <strong>{inner}</strong>;
  if (piece.kind === 'emphasis') return <em>{inner}</em>;
  return piece.target.kind === 'page' ? (
    <a href={hrefOf(piece.target)}>{inner}</a>
  ) : (
    <a href={piece.target.url} rel="noreferrer">
      {inner}
    </a>
  );
}

/** The number of an equation, which leads to it and lights up with it. */
export function EquationLink({ number, path }: { number: string; path: string }): VNode {
  return (
    <a
      class="equation-number"
      data-eq={number}
      href={addressIn(`${path}#${equationAnchor(number)}`)}
      aria-label={`equation ${number}`}
    >
      ({number})
    </a>
  );
}

function hrefOf({ path, anchor }: Target & { kind: 'page' }): string {
  return addressIn(anchor === '' ? path : `${path}#${anchor}`);
}
