import type { ComponentChildren, VNode } from 'preact';
import { Formula } from './formula.tsx';

/** The little Markdown of hints: paragraphs, lists, fenced code, `code`, **bold**, *emphasis*, $formulas$. */
export function Prose({ text }: { text: string }): VNode {
  return <div class="prose">{blocks(text)}</div>;
}

function blocks(text: string): VNode[] {
  const parts = text.split(/(```[\s\S]*?```|\$\$[\s\S]*?\$\$)/);
  return parts.flatMap((part, i) => {
    if (part.startsWith('```')) {
      return [
        <pre key={i} tabIndex={0}>
          <code>{part.replace(/^```.*\n/, '').replace(/\n?```$/, '')}</code>
        </pre>,
      ];
    }
    if (part.startsWith('$$')) return [<Formula key={i} tex={part.slice(2, -2)} display />];
    return part
      .split(/\n{2,}/)
      .filter((paragraph) => paragraph.trim() !== '')
      .map((paragraph, k) => {
        const key = `${i}.${k}`;
        const items = paragraph.split(/\n(?=[-*] )/);
        if (!/^[-*] /.test(items[0])) return <p key={key}>{inline(paragraph)}</p>;
        return (
          <ul key={key}>
            {items.map((item) => (
              <li key={item}>{inline(item.slice(2))}</li>
            ))}
          </ul>
        );
      });
  });
}

/** What stands within a line. */
function inline(text: string): ComponentChildren[] {
  return text.split(/(`[^`]+`|\$[^$]+\$|\*\*[^*]+\*\*|\*[^*]+\*)/).map((piece, i) => {
    const inner = piece.replace(/^[`$*]+|[`$*]+$/g, '');
    if (piece.startsWith('`')) return <code key={i}>{inner}</code>;
    if (piece.startsWith('$')) return <Formula key={i} tex={inner} />;
    if (piece.startsWith('**')) return <strong key={i}>{inner}</strong>;
    if (piece.startsWith('*') && piece.length > 2) return <em key={i}>{inner}</em>;
    return piece;
  });
}
