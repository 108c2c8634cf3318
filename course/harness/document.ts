/** A chapter or derivation, taken apart: code to run, output to expect, formulas to render, numbers to hold. */
export interface Document {
  readonly path: string;
  readonly code: readonly CodeBlock[];
  /** Fragments that quote a file of the library: ```ts src/layers/linear.ts */
  readonly quotes: readonly { file: string; text: string; line: number }[];
  readonly math: readonly { tex: string; display: boolean; line: number }[];
  /** `<!-- check: [A, B] -->` before a displayed formula: its matrices in order. */
  readonly matrices: readonly { expression: string; tex: string; line: number }[];
  /** `0.97<!-- = expression -->` */
  readonly ties: readonly { printed: string; expression: string; line: number }[];
  /** Numbers that look like results and are tied to nothing. */
  readonly loose: readonly { text: string; line: number }[];
  readonly links: readonly { target: string; line: number }[];
}

export interface CodeBlock {
  readonly source: string;
  readonly line: number;
  /** What it prints, from the text block right below it; null without one. */
  readonly output: string | null;
}

const number = String.raw`[-−]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:e-?\d+)?(?:\s?%)?`;
const tie = new RegExp(String.raw`(?:(${number})|\$([^$\n]*?)\$)<!-- = (.+?) -->`, 'g');
const lastNumber = new RegExp(String.raw`(${number})\D*$`);

export function parse(path: string, markdown: string): Document {
  const lines = markdown.split('\n');
  const code: CodeBlock[] = [];
  const quotes: Document['quotes'][number][] = [];
  const math: Document['math'][number][] = [];
  const matrices: Document['matrices'][number][] = [];
  const ties: Document['ties'][number][] = [];
  const loose: Document['loose'][number][] = [];
  const links: Document['links'][number][] = [];
  let check: string | null = null;

  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    const fence = /^```(\S*)\s*(.*)$/.exec(lines[i]);
    if (fence) {
      const end = lines.indexOf('```', i + 1);
      if (end < 0) throw new Error(`${path}:${line}: a code block that is not closed`);
      const text = lines.slice(i + 1, end).join('\n');
      if (fence[1] === 'ts' && fence[2] !== '') quotes.push({ file: fence[2], text, line });
      else if (fence[1] === 'ts') {
        let next = end + 1;
        while (lines[next] === '') next++;
        const shown = lines[next] === '```text';
        const close = lines.indexOf('```', next + 1);
        code.push({ source: text, line, output: shown ? lines.slice(next + 1, close).join('\n') : null });
      }
      i = end;
      continue;
    }
    if (lines[i] === '$$') {
      const end = lines.indexOf('$$', i + 1);
      if (end < 0) throw new Error(`${path}:${line}: a formula that is not closed`);
      const tex = lines.slice(i + 1, end).join('\n');
      math.push({ tex, display: true, line });
      if (check !== null) matrices.push({ expression: check, tex, line });
      else if (/\d\.\d/.test(tex) && /pmatrix/.test(tex)) matrices.push({ expression: '', tex, line });
      check = null;
      i = end;
      continue;
    }
    const asked = /^<!-- check: (.+) -->$/.exec(lines[i]);
    if (asked) {
      check = asked[1];
      continue;
    }
    const prose = lines[i].replace(/`[^`]*`/g, '``');
    for (const m of prose.matchAll(/\$([^$]+)\$/g)) math.push({ tex: m[1], display: false, line });
    for (const m of prose.matchAll(tie)) {
      const printed = m[1] ?? lastNumber.exec(m[2].replaceAll('{,}', ','))?.[1];
      if (printed === undefined) throw new Error(`${path}:${line}: no number before <!-- = ${m[3]} -->`);
      ties.push({ printed, expression: m[3], line });
    }
    for (const m of prose.matchAll(/\]\(([^)\s]+)\)/g)) links.push({ target: m[1], line });
    const rest = prose
      .replace(tie, '')
      .replace(/\$[^$]+\$/g, '')
      .replace(/<!--.*?-->/g, '')
      .replace(/\]\([^)]*\)/g, ']')
      .replace(/^#+ .*|[Ss]ections? \d\.\d+/g, '');
    const looksLikeResult = /^\|/.test(rest) ? /(?<![\w-])\d[\d.,]*|(?<!\w)\.\d+/g : /\d*\.\d+|\d+\s?%/g;
    for (const m of rest.matchAll(/\b[A-Z]{2,}_[A-Z_]+\b/g)) loose.push({ text: m[0], line }); // a place left open
    for (const m of rest.matchAll(looksLikeResult)) loose.push({ text: m[0], line });
  }
  return { path, code, quotes, math, matrices, ties, loose, links };
}

/** The numbers of the pmatrix environments of a formula, row by row; throws at a cell that is no number. */
export function matricesOf(tex: string): number[][][] {
  return [...tex.matchAll(/\\begin\{pmatrix\}([\s\S]*?)\\end\{pmatrix\}/g)].map(([, body]) =>
    body.split('\\cr').map((row) => row.split('&').map((cell) => cellValue(cell.trim()))),
  );
}

function cellValue(cell: string): number {
  const fraction = /^(-?)\\[dt]?frac\{(-?[\d.]+)\}\{([\d.]+)\}$/.exec(cell);
  if (fraction) return ((fraction[1] ? -1 : 1) * Number(fraction[2])) / Number(fraction[3]);
  return /^-?[\d.]+$/.test(cell) ? Number(cell) : Number.NaN;
}

/** How far a value may lie from a number printed so: half of its last digit. */
export function printedValue(text: string): { value: number; tolerance: number } {
  const percent = /%$/.test(text);
  const plain = text.replace(/[,%\s]/g, '').replace('−', '-');
  const [mantissa, exponent = '0'] = plain.split('e');
  const decimals = (mantissa.split('.')[1] ?? '').length;
  const unit = 10 ** (Number(exponent) - decimals) / (percent ? 100 : 1);
  return { value: Number(plain) / (percent ? 100 : 1), tolerance: unit / 2 + 1e-9 };
}
