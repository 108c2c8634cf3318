import { dirname, join, normalize } from 'node:path/posix';
import { Marked, type Token, type Tokens } from 'marked';
import { linesOf } from './highlight.ts';
import type { Block, Inline, Page, Source, Target } from './page.ts';

interface Formula extends Tokens.Generic {
  readonly tex: string;
}

/** Formulas are read before Markdown sees their underscores and asterisks. */
const marked = new Marked({
  gfm: true,
  extensions: [
    {
      name: 'displayed',
      level: 'block',
      start: (text: string) => text.match(/^\$\$\n/m)?.index,
      tokenizer(text: string): Formula | undefined {
        const [raw, tex] = /^\$\$\n([\s\S]+?)\n\$\$(?:\n|$)/.exec(text) ?? [];
        return raw === undefined ? undefined : { type: 'displayed', raw, tex };
      },
    },
    {
      name: 'formula',
      level: 'inline',
      start: (text: string) => text.indexOf('$'),
      tokenizer(text: string): Formula | undefined {
        const [raw, tex] = /^\$([^$\n]+)\$/.exec(text) ?? [];
        return raw === undefined ? undefined : { type: 'formula', raw, tex };
      },
    },
  ],
});

/**
 * The page of a document. `isPage` tells which files are pages; a link to any other file must lead to a source beside
 * this page or beside another one. `read` gives a file's text by its path. Throws where Markdown has something that a
 * page cannot show, so that nothing is lost unseen.
 */
export function pageOf(path: string, isPage: (path: string) => boolean, read: (path: string) => string): Page {
  const text = read(path);
  const numbers = new Set(Array.from(text.matchAll(/\\tag\{(\d+)\}/g), ([, number]) => number));
  const reader = new Reader(path, numbers, isPage);
  const [first, ...blocks] = reader.blocks(marked.lexer(text));
  if (first?.kind !== 'heading' || first.level !== 1) throw new Error(`${path}: begins with no title`);
  const sources = [...reader.sources].map(
    (source): Source => ({ path: source, lines: linesOf(code(read(source)), 'ts') }),
  );
  return { path, title: first.content, blocks, sources };
}

const code = (text: string): string => text.replace(/\n$/, '');

class Reader {
  /** Files of the library beside the page that it links to. */
  readonly sources = new Set<string>();
  readonly #anchors = new Map<string, number>();
  readonly #path: string;
  readonly #numbers: ReadonlySet<string>;
  readonly #isPage: (path: string) => boolean;

  constructor(path: string, numbers: ReadonlySet<string>, isPage: (path: string) => boolean) {
    this.#path = path;
    this.#numbers = numbers;
    this.#isPage = isPage;
  }

  blocks(tokens: readonly Token[]): Block[] {
    const found: Block[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i];
      const details = token.type === 'html' ? /^<details><summary>([^<]+)<\/summary>\s*$/.exec(token.raw) : null;
      if (details) {
        const end = tokens.findIndex(({ type, raw }, at) => at > i && type === 'html' && raw.trim() === '</details>');
        if (end < 0) throw this.#unknown(token);
        found.push({ kind: 'details', summary: details[1], blocks: this.blocks(tokens.slice(i + 1, end)) });
        i = end;
      } else found.push(...this.#block(token));
    }
    return found;
  }

  #block(token: Token): Block[] {
    switch (token.type) {
      case 'space':
        return [];
      case 'html':
        if (isComment(token.raw)) return [];
        break;
      case 'heading': {
        const { depth: level, tokens = [], text } = token as Tokens.Heading;
        return [{ kind: 'heading', level, anchor: this.#anchor(text), content: this.inline(tokens) }];
      }
      case 'text': // the line of a tight list's item
      case 'paragraph': {
        const tokens = (token as Tokens.Paragraph).tokens ?? [];
        const [only, ...others] = tokens;
        if (only?.type === 'image' && others.length === 0) {
          const { href, text } = only as Tokens.Image;
          return [{ kind: 'figure', file: this.#beside(href), alt: text }];
        }
        return [{ kind: 'paragraph', content: this.inline(tokens) }];
      }
      case 'displayed': {
        const { tex } = token as Formula;
        const number = /\\tag\{(\d+)\}/.exec(tex)?.[1] ?? null;
        return [{ kind: 'math', tex: tex.replace(/\s*\\tag\{\d+\}/, ''), number }];
      }
      case 'code': {
        const { lang = '', text } = token as Tokens.Code;
        const [language, file = null] = lang.split(' ');
        return [{ kind: 'code', language, file, lines: linesOf(text, language) }];
      }
      case 'list': {
        const { items, ordered, start } = token as Tokens.List;
        return [
          { kind: 'list', start: ordered ? Number(start) : null, items: items.map((i) => this.blocks(i.tokens)) },
        ];
      }
      case 'table': {
        const { header, rows } = token as Tokens.Table;
        const row = (cells: readonly Tokens.TableCell[]) => cells.map(({ tokens }) => this.inline(tokens));
        return [{ kind: 'table', head: row(header), rows: rows.map(row) }];
      }
      case 'blockquote':
        return [{ kind: 'quote', blocks: this.blocks((token as Tokens.Blockquote).tokens) }];
    }
    throw this.#unknown(token);
  }

  inline(tokens: readonly Token[]): Inline[] {
    return tokens.flatMap((token, i): Inline[] => {
      switch (token.type) {
        case 'text':
        case 'escape':
          return this.#prose(plain(token as Tokens.Text), tokens[i + 1]?.type === 'link');
        case 'html':
          if (isComment(token.raw)) return [];
          break;
        case 'formula':
          return [{ kind: 'math', tex: (token as Formula).tex }];
        case 'codespan':
          return [{ kind: 'code', text: plain(token as Tokens.Codespan) }];
        case 'strong':
          return [{ kind: 'strong', content: this.inline((token as Tokens.Strong).tokens) }];
        case 'em':
          return [{ kind: 'emphasis', content: this.inline((token as Tokens.Em).tokens) }];
        case 'link': {
          const { href, tokens: inner } = token as Tokens.Link;
          return [{ kind: 'link', target: this.#target(href), content: this.inline(inner) }];
        }
      }
      throw this.#unknown(token);
    });
  }

  /** Numbers of equations in a text, but for those "of" the page that a link right after it names. */
  #prose(text: string, beforeLink: boolean): Inline[] {
    return text.split(/\((\d+)\)/).map((piece, i, pieces): Inline => {
      if (i % 2 === 0) return piece;
      const elsewhere = beforeLink && i === pieces.length - 2 && pieces[i + 1] === ' of ';
      return this.#numbers.has(piece) && !elsewhere ? { kind: 'equation', number: piece } : `(${piece})`;
    });
  }

  #target(href: string): Target {
    if (/^https:\/\//.test(href)) return { kind: 'address', url: href };
    const [file, anchor = ''] = href.split('#');
    const path = file === '' ? this.#path : this.#beside(file);
    if (this.#isPage(path)) return { kind: 'page', path, anchor };
    if (!path.endsWith('.ts')) throw new Error(`${this.#path}: a link to ${href}, which is no page`);
    const derivation = path.replace(/ts$/, 'md');
    const own = dirname(path) === dirname(this.#path);
    if (own) this.sources.add(path);
    else if (!this.#isPage(derivation)) throw new Error(`${this.#path}: a link to ${href}, which lies beside no page`);
    return { kind: 'page', path: own ? this.#path : derivation, anchor: anchorOf(path) };
  }

  #beside(file: string): string {
    return normalize(join(dirname(this.#path), file));
  }

  /** GitHub's: `2.4 Backward, on paper` -> `24-backward-on-paper`. */
  #anchor(title: string): string {
    const anchor = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const times = this.#anchors.get(anchor) ?? 0;
    this.#anchors.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  }

  #unknown({ type, raw }: Token): Error {
    return new Error(`${this.#path}: a page of the course cannot show ${type}: ${raw.trim().slice(0, 80)}`);
  }
}

/** The anchor of a source on the page that it lies beside. */
export function anchorOf(source: string): string {
  return source.replace(/^.*\//, '');
}

function isComment(html: string): boolean {
  return /^(?:<!--(?:(?!-->)[\s\S])*-->\s*)+$/.test(html);
}

/** marked escapes what would be read as HTML; a page sets text as text. */
function plain({ text }: { text: string }): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
