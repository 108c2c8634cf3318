import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { Tensor } from '../src/index.ts';
import { type Document, matricesOf, parse, printedValue } from './harness/document.ts';
import { type Ran, run, typeErrors } from './harness/run.ts';

const root = dirname(import.meta.dirname);
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const find = (ending: string, ...folders: string[]) =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => `${folder}/${name}`),
  );
const chapters = find('.md', 'course').map((path) => parse(path, read(path)));
const derivations = find('.md', 'src/layers', 'src/losses', 'src/optim').map((path) => parse(path, read(path)));
const notation = parse('docs/notation.md', read('docs/notation.md'));
const documents = [...chapters, ...derivations, notation];
const recorded = Object.fromEntries(
  find('.json', 'course/recorded').map((path) => [path.replace(/^.*\/|\.json$/g, ''), JSON.parse(read(path))]),
);

/**
 * With COURSE_WRITE=1 the outputs are written into the documents instead, for the one who reads the difference
 * afterwards.
 */
function withOutputs(document: Document, ran: Ran): string {
  const lines = read(document.path).split('\n');
  document.code.toReversed().forEach(({ line, source, output }, i) => {
    const printed = ran.printed[document.code.length - 1 - i].trimEnd();
    const end = line + source.split('\n').length; // the closing fence
    const old = output === null ? 0 : lines.indexOf('```', lines.indexOf('```text', end) + 1) - end;
    lines.splice(end + 1, old, ...(printed === '' ? [] : ['', '```text', ...printed.split('\n'), '```']));
  });
  return lines.join('\n');
}

describe('the checks themselves', () => {
  const document = (...lines: string[]) => parse('course/x.md', lines.join('\n'));

  it('see numbers that are tied to nothing', () => {
    expect(document('It is 98.2 % and .5 wide.', '| 3 |', '').loose.map((l) => l.text)).toEqual(['98.2', '.5', '3']);
    expect(document('by about RUN_SD').loose.map((l) => l.text)).toEqual(['RUN_SD']);
    expect(document('## 1.2 Odds', 'See section 1.2, `0.5`, $0.5$, 0.5<!-- = 1 / 2 -->.').loose).toEqual([]);
    expect(document('$$', 'x = \\begin{pmatrix} 0.5 \\end{pmatrix}', '$$').matrices[0].expression).toBe('');
  });

  it('read numbers with their precision', () => {
    const { ties } = document(
      '1,875<!-- = a -->, .97<!-- = b -->, 98.2 %<!-- = c -->, $x \\approx -2{,}000.5$<!-- = d -->',
    );
    expect(ties.map((t) => t.printed)).toEqual(['1,875', '.97', '98.2 %', '-2,000.5']);
    expect(ties.map((t) => printedValue(t.printed).value)).toEqual([1875, 0.97, 0.982, -2000.5]);
    expect(ties.map((t) => printedValue(t.printed).tolerance)).toEqual([0.5, 0.005, 0.0005, 0.05].map((v) => v + 1e-9));
    expect(matricesOf('\\begin{pmatrix} -\\frac{1}{4} & 0.5 \\cr 3 & x \\end{pmatrix}')).toEqual([
      [
        [-0.25, 0.5],
        [3, Number.NaN],
      ],
    ]);
  });

  it('run code as it stands, refuse what is not exported, and know its types', async () => {
    const good = document('```ts', "import { tensor } from 'neuroforge';", 'const x = tensor([1, 2]);', '```');
    expect((await run(good, {})).evaluate('x.sum().item()')).toBe(3);
    const bad = document('```ts', "import { tensr } from 'neuroforge';", 'tensr([1]).item() + true;', '```');
    await expect(run(bad, {})).rejects.toThrow('exports no tensr');
    expect(typeErrors([bad], root).join()).toContain('tensr');
  }, 60_000);
});

it('there are documents to hold', () => {
  expect(chapters.map((d) => d.path)).toEqual(['course/01-logistic-regression.md', 'course/02-mlp.md']);
  expect(derivations.length).toBeGreaterThanOrEqual(13);
});

it('all code passes the type checker', () => {
  expect(typeErrors([...chapters, ...derivations], root)).toEqual([]);
}, 120_000);

describe.each(documents)('$path', (document) => {
  const at = (line: number) => `${document.path}:${line}`;

  it('has formulas that render with KaTeX and that GitHub leaves alone', () => {
    for (const { tex, display, line } of document.math) {
      expect(() => katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: 'error' }), at(line)) //
        .not.toThrow();
      // Markdown sees formulas first: \{ would lose its backslash, }_ could open an emphasis, * too.
      expect(tex, at(line)).not.toMatch(/\\[!-/:-@[-`{-~]|[^\w\s]_|\*|<|>/);
      expect(tex, at(line)).not.toMatch(/\\operatorname|\\def|\n\s*\n|^\s*([-+] |#|[-=]+$)/m);
    }
  });

  it('links to files that are there', () => {
    for (const { target, line } of document.links) {
      if (/^(https?:|#)/.test(target)) continue;
      const file = join(root, dirname(document.path), target.replace(/#.*/, ''));
      expect(existsSync(file), `${at(line)} -> ${target}`).toBe(true);
    }
  });

  it('quotes the library word for word', () => {
    const squeeze = (text: string) => text.replace(/^\s+/gm, '').trim();
    for (const { file, text, line } of document.quotes) {
      expect(squeeze(read(file)).includes(squeeze(text)), `${at(line)} differs from ${file}`).toBe(true);
    }
  });
});

describe.each([...chapters, ...derivations])('$path', (document) => {
  const at = (line: number) => `${document.path}:${line}`;
  let ran: Ran;

  it('prints what it says that it prints', async () => {
    ran = await run(document, recorded);
    if (process.env.COURSE_WRITE) writeFileSync(join(root, document.path), withOutputs(document, ran));
    document.code.forEach(({ output, line }, i) => {
      expect(ran.printed[i].trimEnd(), `output of the block at ${at(line)}`).toBe(output ?? '');
    });
  }, 60_000);

  it('shows matrices that the code computes', () => {
    for (const { expression, tex, line } of document.matrices) {
      expect(expression, `${at(line)}: numbers without <!-- check: [...] -->`).not.toBe('');
      const values = ran.evaluate(expression) as (Tensor | number | null)[];
      const shown = tex.match(/\\begin\{pmatrix\}[\s\S]*?\\end\{pmatrix\}/g) ?? [];
      expect(values.length, at(line)).toBeLessThanOrEqual(shown.length);
      // A list shorter than the matrices speaks of the last ones.
      const skipped = shown.length - values.length;
      values.forEach((value, i) => {
        if (value === null) return;
        const flat = matricesOf(shown[skipped + i])[0].flat();
        const cells = shown[skipped + i].replace(/\\(begin|end)\{pmatrix\}/g, '').split(/&|\\cr/);
        const got = value instanceof Tensor ? Array.from(value.dataSync()) : [value].flat();
        expect(flat.length, `${at(line)} matrix ${i}`).toBe(got.length);
        got.forEach((v, j) => {
          const tolerance = cells[j].includes('frac') ? 1e-6 : printedValue(cells[j].trim()).tolerance;
          const exact = /^\s*-?\d+\s*$/.test(cells[j]) ? 1e-5 : tolerance;
          expect(Math.abs(v - flat[j]), `${at(line)} matrix ${i}, element ${j}: ${v}, printed ${cells[j].trim()}`) //
            .toBeLessThanOrEqual(Math.max(exact, 0) * 1.0001);
        });
      });
    }
  });

  it('gives no number that nothing stands behind', () => {
    for (const { printed, expression, line } of document.ties) {
      const actual = Number(ran.evaluate(expression));
      const { value, tolerance } = printedValue(printed);
      expect(Math.abs(actual - value), `${at(line)}: ${printed} is ${expression} = ${actual}`) //
        .toBeLessThanOrEqual(tolerance);
    }
    if (document.path.startsWith('course/')) {
      expect(document.loose.map(({ text, line }) => `${at(line)}: ${text}`)).toEqual([]);
    }
  });
});
