import { joinBytes } from '../src/core/bytes.ts';
import { NeuroForgeError } from '../src/core/errors.ts';
import { exercises } from '../src/verify/exercises.ts';
import { checkState, type LinkState, longestCode, refusal } from './link-state.ts';

export type { LinkState } from './link-state.ts';

/** Format of the text after `#`: a version, a dot, JSON in deflate-raw in base64url. */
const version = 'nf1';
/** Characters after `#`; browsers and chat programs cut longer ones. */
const longestLink = 16_000;
/** Bytes of JSON. */
const largestState = 64_000;

/** The text after `#`. Throws NF4160 for a state that no link may carry: too much code, or settings out of range. */
export async function encodeLink(state: LinkState): Promise<string> {
  for (const { id, functionName } of exercises) {
    const length = state.code[id]?.length ?? 0;
    if (length > longestCode)
      throw tooLong(`${functionName} is too long for a link`, longestCode, 'characters', length);
  }
  const checked = checkState(state, 'link to be made', 'NF4160');
  const bytes = new TextEncoder().encode(JSON.stringify(checked));
  if (bytes.length > largestState)
    throw tooLong('the code is too long for a link', largestState, 'bytes', bytes.length);
  const link = `${version}.${toBase64Url(await through(bytes, new CompressionStream('deflate-raw'), largestState))}`;
  if (link.length > longestLink) throw tooLong('the link would be too long', longestLink, 'characters', link.length);
  return link;
}

function tooLong(message: string, most: number, unit: string, got: number): NeuroForgeError {
  return refusal('NF4160', message, {
    expected: `at most ${most.toLocaleString('en-US')} ${unit}`,
    got: got.toLocaleString('en-US'),
    hint: 'leave comments away, or share the code as text',
  });
}

/**
 * What a link says, with or without `#`; nothing of it has run, and nothing runs of itself. Throws NF4161 (no link of
 * the lab, or damaged), NF4162 (a newer version), NF4163 (too large, packed or not), NF4164 (a state that cannot be meant).
 */
export async function decodeLink(hash: string): Promise<LinkState> {
  const text = hash.replace(/^#/, '').replace(/[)\]>.,;:!?'"]+$/, ''); // what a sentence puts behind a link
  if (text.length > longestLink) {
    throw refusal('NF4163', 'the link is too long', {
      expected: `at most ${longestLink.toLocaleString('en-US')} characters`,
      got: text.length.toLocaleString('en-US'),
    });
  }
  const [, said, packed] = /^nf(\d{1,4})\.([A-Za-z0-9_-]+)$/.exec(text) ?? [];
  if (said === undefined) {
    throw refusal('NF4161', 'this is no link of the lab, or a part of one', { hint: 'copy the whole link again' });
  }
  if (`nf${said}` !== version) {
    throw refusal('NF4162', 'the link was made by a newer lab', {
      expected: version,
      got: `nf${said}`,
      hint: 'close every page of the lab and open it again, which brings its newest version; or update neuroforge',
    });
  }
  const bytes = await through(fromBase64Url(packed), new DecompressionStream('deflate-raw'), largestState);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(cause);
  }
  return checkState(value, 'link', 'NF4164');
}

/** All bytes of a stream, which is stopped at `limit`. */
async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream, limit: number) {
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    const readable = new Blob([bytes as BlobPart])
      .stream()
      .pipeThrough(stream as ReadableWritablePair<Uint8Array, BufferSource & Uint8Array<ArrayBuffer>>);
    const reader = readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      total += value.length;
      if (total > limit) {
        await reader.cancel().catch(() => {});
        throw refusal('NF4163', 'the link unpacks to more than a link may hold', {
          expected: `at most ${limit.toLocaleString('en-US')} bytes`,
          got: `at least ${total.toLocaleString('en-US')}`,
        });
      }
      chunks.push(value);
    }
  } catch (error) {
    throw error instanceof NeuroForgeError ? error : damaged(error);
  }
  return joinBytes(chunks);
}

function damaged(cause: unknown): NeuroForgeError {
  return new NeuroForgeError('NF4161', 'the link is damaged: it does not unpack', {
    where: 'link',
    hint: 'copy the whole link again',
    cause,
  });
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch (cause) {
    throw damaged(cause);
  }
}
