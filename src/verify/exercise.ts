export type ExerciseId = 'softmax-cross-entropy' | 'linear-dW' | 'linear-db' | 'linear-dX' | 'relu' | 'chain';

export interface Exercise {
  readonly id: ExerciseId;
  readonly title: string;
  /** What the learner's function is called: `dz`, `dW`, `db`, `dX`, `dReLU`, `backward`. */
  readonly functionName: string;
  readonly parameters: readonly { readonly name: string; readonly shape: string; readonly about: string }[];
  readonly returns: { readonly shape: string; readonly about: string };
  /** What the editor is prefilled with: the signature, the shapes as comments, an empty body. */
  readonly starter: string;
  /** A whole correct function; its bits are the library's. */
  readonly answer: string;
  /** Four steps, from a nudge to the answer beside the library's source; Markdown with formulas between `$`. */
  readonly hints: readonly [string, string, string, string];
  /** The library's own lines, word for word, and the file that they stand in. */
  readonly source: { readonly file: string; readonly lines: string };
  /** Where the course derives it. */
  readonly chapter: string;
}
