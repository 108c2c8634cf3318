/** What a {@link NeuroForgeError} carries beside its message. */
export interface ErrorDetails {
  /** The place: a file and line, a layer path, a flag. */
  readonly where?: string;
  readonly expected?: string;
  readonly got?: string;
  /** How it came to that, step by step: the shapes through a network. */
  readonly chain?: string;
  /** The one thing to try next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of the library. `code` is stable (`NF1101`): 1xxx shapes and tensors, 2xxx data and files,
 * 3xxx training, 4xxx configuration and usage, 9xxx bugs of ours.
 */
export class NeuroForgeError extends Error {
  readonly code: string;
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly chain: string | undefined;
  readonly hint: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'NeuroForgeError';
    this.code = code;
    this.where = details.where;
    this.expected = details.expected;
    this.got = details.got;
    this.chain = details.chain;
    this.hint = details.hint;
  }

  /** The error as a document for `--json`. */
  toJSON(): Record<string, string> {
    const out: Record<string, string> = { code: this.code, message: this.message };
    for (const key of ['where', 'expected', 'got', 'chain', 'hint'] as const) {
      const value = this[key];
      if (value !== undefined) out[key] = value;
    }
    return out;
  }
}
