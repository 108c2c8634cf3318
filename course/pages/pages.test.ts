import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../harness/document.ts';
import { pageId, pagePaths, readPage } from './list.ts';
import { pageOf } from './markdown.ts';
import type { Block, Inline, Line, Page, Target } from './page.ts';

const root = dirname(dirname(import.meta.dirname));
const paths = pagePaths(root);
const pages = new Map(paths.map((path) => [path, readPage(root, path)]));

/** Every block of a page, those inside of others too. */
function all(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'list') return [block, ...block.items.flatMap(all)];
    return block.kind === 'quote' || block.kind === 'details' ? [block, ...all(block.blocks)] : [block];
  });
}

/** Every piece of text within blocks. */
function inlines(blocks: readonly Block[]): Inline[] {
  const deep = (content: readonly Inline[]): Inline[] =>
    content.flatMap((piece) =>
      typeof piece !== 'string' && 'content' in piece ? [piece, ...deep(piece.content)] : [piece],
    );
  return all(blocks).flatMap((block) => {
    if (block.kind === 'table') return [block.head, ...block.rows].flat().flatMap(deep);
    return 'content' in block ? deep(block.content) : [];
  });
}

const targets = (page: Page): Target[] =>
  inlines(page.blocks).flatMap((piece) => (typeof piece !== 'string' && piece.kind === 'link' ? [piece.target] : []));

const textOf = ({ pieces }: Line): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : piece[1])).join('');

const made = (text: string): Page =>
  pageOf(
    'course/x.md',
    () => false,
    (path) => (path === 'course/x.md' ? text : ''),
  );

describe('the pages of the course', () => {
  it('have names of their own', () => {
    expect(new Set(paths.map(pageId)).size).toBe(paths.length);
    expect(paths.slice(0, 3)).toEqual(['course/01-logistic-regression.md', 'course/02-mlp.md', 'docs/notation.md']);
  });

  for (const [path, page] of pages) {
    describe(path, () => {
      const document = parse(path, readFileSync(join(root, path), 'utf8'));
      const blocks = all(page.blocks);

      it('have every formula, in order and to the letter', () => {
        const displayed = blocks.flatMap((b) => (b.kind === 'math' ? [b] : []));
        const bare = (tex: string): string => tex.replace(/\s*\\tag\{\d+\}/, '');
        expect(displayed.map((b) => b.tex)).toEqual(document.math.filter((m) => m.display).map((m) => bare(m.tex)));
        const tags = document.math.flatMap((m) => /\\tag\{(\d+)\}/.exec(m.tex)?.[1] ?? []);
        expect(displayed.flatMap((b) => b.number ?? [])).toEqual(tags);
        const inside = [page.title, ...inlines(page.blocks)]
          .flat()
          .flatMap((p) => (typeof p !== 'string' && p.kind === 'math' ? [p.tex] : []));
        expect(inside).toEqual(document.math.filter((m) => !m.display).map((m) => m.tex));
      });

      it('have all code and output, letter by letter', () => {
        const shown = blocks.flatMap((b) => (b.kind === 'code' && b.language === 'ts' ? [b] : []));
        expect(shown.filter((b) => b.file === null).map((b) => b.lines.map(textOf).join('\n'))).toEqual(
          document.code.map(({ source }) => source),
        );
        expect(shown.flatMap((b) => (b.file === null ? [] : [b.file]))).toEqual(
          document.quotes.map(({ file }) => file),
        );
        for (const { path: source, lines } of page.sources) {
          expect(`${lines.map(textOf).join('\n')}\n`).toBe(readFileSync(join(root, source), 'utf8'));
        }
      });

      it('lead where something is', () => {
        for (const target of targets(page)) {
          if (target.kind === 'address') continue;
          const { blocks, sources } = pages.get(target.path)!;
          const anchors = [
            '',
            ...all(blocks).flatMap((b) => (b.kind === 'heading' ? [b.anchor] : [])),
            ...sources.map((source) => source.path.replace(/^.*\//, '')),
          ];
          expect(anchors).toContain(target.anchor);
        }
        for (const block of blocks) if (block.kind === 'figure') expect(existsSync(join(root, block.file))).toBe(true);
      });

      it('leave no Markdown and no HTML in the text', () => {
        const texts = inlines(page.blocks).filter((piece) => typeof piece === 'string');
        for (const text of texts) expect(text).not.toMatch(/\$|`|\*\*|<\/?\w|<!--|\]\(|&\w+;/);
      });

      it('have an equation for every number that their code ends lines with', () => {
        const numbers = new Set(blocks.flatMap((b) => (b.kind === 'math' ? [b.number] : [])));
        const lines = [
          ...blocks.flatMap((b) => (b.kind === 'code' ? b.lines : [])),
          ...page.sources.flatMap((s) => s.lines),
        ];
        for (const number of lines.flatMap((line) => line.equations)) expect(numbers).toContain(number);
      });
    });
  }

  it('tie the lines of a source to its equations', () => {
    const { sources } = pages.get('src/layers/linear.md')!;
    expect(sources.map(({ path }) => path)).toEqual(['src/layers/linear.ts']);
    const tied = sources[0].lines.flatMap((line) => line.equations.map((number) => [number, textOf(line).trim()]));
    expect(tied.map(([number]) => number).sort()).toEqual(['1', '2', '3', '4']);
    expect(tied.find(([number]) => number === '4')?.[1]).toMatch(/^ctx\.grad\('b'\)\.add\(dY\.colSum\(\)\)/);
  });

  it('read the numbers of equations in a text, and leave those of other pages', () => {
    const [, { content }] = made('# T\n\n$$\nx\n\\tag{3}\n$$\n\nBy (3), (4) and (3) of [y](https://example.org).\n')
      .blocks as [Block, Block & { kind: 'paragraph' }];
    expect(content.slice(0, -2)).toEqual([
      'By ',
      { kind: 'equation', number: '3' },
      ', ',
      '(4)',
      ' and ',
      '(3)',
      ' of ',
    ]);
    expect(content.at(-2)).toMatchObject({ kind: 'link', content: ['y'] });
  });

  it('keep underscores and asterisks of formulas, and what looks like HTML as text', () => {
    const { blocks } = made('# T\n\n*a* $x_i * y_j * z_k$ & `a < b && c` _b_\n');
    expect(blocks[0]).toEqual({
      kind: 'paragraph',
      content: [
        { kind: 'emphasis', content: ['a'] },
        ' ',
        { kind: 'math', tex: 'x_i * y_j * z_k' },
        ' & ',
        { kind: 'code', text: 'a < b && c' },
        ' ',
        { kind: 'emphasis', content: ['b'] },
      ],
    });
  });

  it('refuse what they could not show', () => {
    expect(() => made('# T\n\n<iframe src="x"></iframe>\n')).toThrow(/cannot show html/);
    expect(() => made('# T\n\na <b>bold</b> word\n')).toThrow(/cannot show html/);
    expect(() => made('# T\n\n[x](missing.md)\n')).toThrow(/no page/);
    expect(() => made('# T\n\n[x](../src/core/errors.ts)\n')).toThrow(/beside no page/);
    expect(() => made('no title\n')).toThrow(/no title/);
  });
});
