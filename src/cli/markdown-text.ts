import { textWidth } from '../charts/terminal/style.ts';
import { latexToText } from './latex-text.ts';
import type { Output } from './output.ts';

/** A derivation as lines for a terminal: paragraphs filled to the width, formulas indented, code as it is. */
export function markdownToLines(markdown: string, { paint, width }: Pick<Output, 'paint' | 'width'>): string[] {
  const out: string[] = [];
  const room = Math.min(width, 100);
  let paragraph: string[] = [];
  const flush = (): void => {
    if (paragraph.length > 0) out.push(...filled(inline(paragraph.join(' ')), room));
    paragraph = [];
  };
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (line.startsWith('```')) {
      flush();
      for (i++; i < lines.length && !lines[i].startsWith('```'); i++) out.push(paint.cyan(`    ${lines[i]}`));
    } else if (line.trim() === '$$') {
      flush();
      const formula: string[] = [];
      for (i++; i < lines.length && lines[i].trim() !== '$$'; i++) formula.push(lines[i]);
      out.push(
        ...latexToText(formula.join('\n'))
          .split('\n')
          .map((row) => `    ${row}`),
      );
    } else if (/^#+ /.test(line)) {
      flush();
      out.push(paint.bold(line.replace(/^#+ /, '')));
    } else if (line.trim() === '' || /^<!--.*-->$/.test(line.trim())) {
      flush();
      if (out.at(-1) !== '') out.push('');
    } else if (/^(- |\d+\. |\|)/.test(line)) {
      flush();
      if (line.startsWith('|')) out.push(inline(line));
      else paragraph.push(line);
    } else paragraph.push(line.trim());
  }
  flush();
  while (out.at(-1) === '') out.pop();
  return out;
}

/** Formulas, emphasis, code and links within a line. */
function inline(text: string): string {
  return text
    .replace(/\$([^$]+)\$/g, (_, formula: string) => latexToText(formula))
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/(^|[\s(])\*([^*\s][^*]*)\*/g, '$1$2')
    .replace(/`([^`]+)`/g, '$1');
}

/** Broken at spaces; the lines of a list item hang below its text. */
function filled(text: string, width: number): string[] {
  const indent = ' '.repeat(/^(- |\d+\. )/.exec(text)?.[0].length ?? 0);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
