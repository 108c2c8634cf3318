/** A document of the course, taken apart so that a page can show it: chapters, the notation, derivations. */
export interface Page {
  /** From the project's root: `course/02-mlp.md`. */
  readonly path: string;
  readonly title: readonly Inline[];
  readonly blocks: readonly Block[];
  /** The files of the library that a derivation lies beside, in the order of its links. */
  readonly sources: readonly Source[];
}

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly anchor: string; readonly content: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  /** `number` is what the formula's \tag says; it is not in `tex`. */
  | { readonly kind: 'math'; readonly tex: string; readonly number: string | null }
  /** `file`: the fragment is quoted from it. */
  | { readonly kind: 'code'; readonly language: string; readonly file: string | null; readonly lines: readonly Line[] }
  | { readonly kind: 'list'; readonly start: number | null; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly head: Row; readonly rows: readonly Row[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'details'; readonly summary: string; readonly blocks: readonly Block[] }
  | { readonly kind: 'figure'; readonly file: string; readonly alt: string };

export type Row = readonly (readonly Inline[])[];

export type Inline =
  | string
  | { readonly kind: 'math'; readonly tex: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly content: readonly Inline[] }
  | { readonly kind: 'emphasis'; readonly content: readonly Inline[] }
  /** The number of an equation of this page. */
  | { readonly kind: 'equation'; readonly number: string }
  | { readonly kind: 'link'; readonly target: Target; readonly content: readonly Inline[] };

/** Where a link leads: a place of a page of the course (an empty anchor is its start), or an address elsewhere. */
export type Target =
  | { readonly kind: 'page'; readonly path: string; readonly anchor: string }
  | { readonly kind: 'address'; readonly url: string };

/** A line of code: pieces with the role that colors them, and the equations whose numbers end the line. */
export interface Line {
  readonly pieces: readonly Piece[];
  readonly equations: readonly string[];
}

export type Piece = string | readonly [role: Role, text: string];
export type Role = 'keyword' | 'number' | 'string' | 'comment' | 'function';

export interface Source {
  /** From the project's root: `src/layers/linear.ts`. */
  readonly path: string;
  readonly lines: readonly Line[];
}
