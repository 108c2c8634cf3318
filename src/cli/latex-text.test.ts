import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { latexToText } from './latex-text.ts';
import { markdownToLines } from './markdown-text.ts';

const same = (text: string): string => text;
const style = { width: 60, paint: { bold: same, cyan: same } } as unknown as Parameters<typeof markdownToLines>[1];

describe('latexToText', () => {
  const cases: [string, string][] = [
    ['\\frac{\\partial L}{\\partial w}', '∂L/∂w'],
    ['\\frac{a + b}{2}', '(a + b)/2'],
    ['x_{ij}', 'xᵢⱼ'],
    ['p_c', 'p_c'],
    ['e^{x_c}', 'e^(x_c)'],
    ['\\sum_{i} x_{ni} W_{ij}', 'Σᵢ xₙᵢ Wᵢⱼ'],
    ['dW = X^\\top dY', 'dW = Xᵀ dY'],
    ['\\langle g, \\Delta \\rangle = \\lVert g \\rVert', '⟨g, Δ⟩ = ‖g‖'],
    ['2 \\cdot (-1)', '2 · (-1)'],
    ['\\max_c z_c', 'max_c z_c'],
    ['\\begin{pmatrix} 1 & 2 \\cr 3 & -1 \\end{pmatrix}', '[1, 2 ; 3, -1]'],
    ['a = b \\tag{3}', 'a = b    (3)'],
    ['a \\quad\\Rightarrow\\quad b', 'a    ⇒    b'],
    ['1 / \\sqrt{B}', '1 / √B'],
    ['\\left( \\frac{1}{2} \\right)^2', '(1/2)²'],
    ['\\mathrm{diag}(p)', 'diag(p)'],
    ['', ''],
    ['\\frac{a', 'a/()'],
    ['x_', 'x'],
  ];
  for (const [latex, text] of cases) it(latex || 'nothing', () => expect(latexToText(latex)).toBe(text));
});

describe('markdownToLines', () => {
  it('fills paragraphs, hangs lists, keeps code, takes marks away', () => {
    const text = [
      '# Title',
      '',
      'A **bold** and *light* word, `code`, a [link](x.md), $x_{i}$, and so on until the line is full.',
      '',
      '- an item that is long enough to be broken into a second line',
      '',
      '<!-- check: [Y] -->',
      '```ts',
      'const a  =  1; // *as it is*',
      '```',
    ].join('\n');
    expect(markdownToLines(text, style)).toEqual([
      'Title',
      '',
      'A bold and light word, code, a link, xᵢ, and so on until the',
      'line is full.',
      '',
      '- an item that is long enough to be broken into a second',
      '  line',
      '',
      '    const a  =  1; // *as it is*',
    ]);
  });

  for (const folder of ['layers', 'losses', 'optim']) {
    for (const file of readdirSync(`src/${folder}`).filter((name) => name.endsWith('.md'))) {
      it(`no command is left over in ${file}`, () => {
        const lines = markdownToLines(readFileSync(`src/${folder}/${file}`, 'utf8'), style);
        const prose = lines.filter((line) => !/^ {4}.*[;{}`'"]/.test(line)).join('\n');
        expect(prose).not.toMatch(/\\[a-zA-Z]+|\$|\u0001/);
        expect(prose).not.toMatch(/\b(thinspace|qquad|mathrm|frac|lVert|rangle)\b/);
      });
    }
  }
});
