import type { VNode } from 'preact';

/** A line of the network, each value a term that lights up. */
export function CodeLine({ code, shape }: { code: string; shape: string }): VNode {
  const pieces = code.split(/\b(d?(?:z1|z2|z3|h1|h2|W1|W2|W3|b1|b2|b3)|X|P|T|L)\b(?!\()/);
  return (
    <code class="line">
      {pieces.map((piece, i) => {
        const term = i % 2 === 1 && !(piece === 'T' && pieces[i - 1].endsWith('.'));
        return term ? (
          <span key={i} class="term" data-t={piece}>
            {piece}
          </span>
        ) : (
          piece
        );
      })}
      <span class="comment">{` // ${shape}`}</span>
    </code>
  );
}
