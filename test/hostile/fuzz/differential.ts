import { createHash } from 'node:crypto';
import { NeuroForgeError } from '../../../src/core/errors.ts';
import { compareUtf8, readSafetensors, writeSafetensors } from '../../../src/io/safetensors.ts';

/** What we refuse on purpose though the reference reads it. docs/files.md lists them for users. */
export const deliberate: readonly { readonly what: string; readonly code: string; readonly message: RegExp }[] = [
  { what: 'a key that comes twice', code: 'NF2227', message: /comes twice/ },
  { what: 'a number from 2^53 on', code: 'NF2226', message: /overflow/ },
  { what: 'more than 1,024 dimensions', code: 'NF2224', message: /more than 1024 numbers/ },
];

export interface Verdict {
  readonly accepted: boolean;
  /** sha256 over the contents, as scripts/reference-safetensors.py makes it. */
  readonly contents?: string;
  readonly refusal?: string;
  /** Which of {@link deliberate}. */
  readonly deliberate?: string;
}

/** Our reader's verdict on a file. Throws what is no refusal. */
export function ourVerdict(bytes: Uint8Array): Verdict {
  try {
    const tensors = [...readSafetensors(bytes).byName.values()].sort((a, b) => compareUtf8(a.name, b.name));
    const lines = tensors.map(
      ({ name, dtype, shape, bytes }) =>
        `${ascii(JSON.stringify(name))} ${dtype} [${shape.join(',')}] ${createHash('sha256').update(bytes).digest('hex')}`,
    );
    return { accepted: true, contents: createHash('sha256').update(lines.join('\n')).digest('hex') };
  } catch (error) {
    if (!(error instanceof NeuroForgeError)) throw error;
    const named = deliberate.find(({ code, message }) => error.code === code && message.test(error.message));
    return { accepted: false, refusal: `${error.code} ${error.message}`, deliberate: named?.what };
  }
}

/** The same tensors and metadata through our writer; null where the file is refused. */
export function rewritten(bytes: Uint8Array): Uint8Array | null {
  if (!ourVerdict(bytes).accepted) return null;
  const { byName, metadata } = readSafetensors(bytes);
  const tensors = [...byName.values()].map((t) => ({ ...t, data: t.bytes }));
  return writeSafetensors(tensors, Object.fromEntries(metadata));
}

/** JSON as Python's json.dumps writes it: nothing but ASCII. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
