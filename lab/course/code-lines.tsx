import type { VNode } from 'preact';
import type { Line } from '../../course/pages/page.ts';

interface CodeLinesProps {
  readonly lines: readonly Line[];
  readonly language: string;
  /** The file that the lines are quoted from. */
  readonly file: string | null;
}

/** Code, what it prints, or a command; a line lights up with the equations that it computes. */
export function CodeLines({ lines, language, file }: CodeLinesProps): VNode {
  const code = (
    <pre class={`code-lines ${language}`}>
      <code>
        {lines.map(({ pieces, equations }, i) => (
          <span key={i} data-eq={equations.length > 0 ? equations.join(' ') : undefined}>
            {pieces.map((piece, k) =>
              typeof piece === 'string' ? (
                piece
              ) : (
                <span key={k} class={piece[0]}>
                  {piece[1]}
                </span>
              ),
            )}
            {'\n'}
          </span>
        ))}
      </code>
    </pre>
  );
  if (file === null) return code;
  return (
    <figure class="quoted">
      <figcaption>
        <code>{file}</code>
      </figcaption>
      {code}
    </figure>
  );
}
