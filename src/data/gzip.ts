import { joinBytes } from '../core/bytes.ts';
import { NeuroForgeError } from '../core/errors.ts';

/** Deflate packs at most 1,032 bytes into one (258 bytes in two bits), so a size beyond that is not in the file. */
const maximalRatio = 1032;
/** Tables and images pack 2 to 50 times. What packs better than this, and is large, is refused. */
const likelyRatio = 200;
const freelyUnpacked = 2 ** 25;

export interface GunzipOptions {
  /** The file's name, for messages. */
  readonly where: string;
  /** Bytes that `sizeFromHead` wants to see first. */
  readonly headBytes?: number;
  /**
   * The exact unpacked size, told from the first bytes; may throw. What unpacks to more is stopped there and refused,
   * what unpacks to less is refused too.
   */
  readonly sizeFromHead?: (head: Uint8Array) => number;
  /** The most bytes that may come out, where the size is not told; default 2^30. */
  readonly limit?: number;
}

/** Whether the bytes begin like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Refuses what people often have in place of a data file: an empty file (NF2301), an HTML page (NF2302), a git-lfs
 * pointer (NF2303). Says nothing about anything else.
 */
export function refuseImpostors(bytes: Uint8Array, where: string): void {
  if (bytes.length === 0) throw new NeuroForgeError('NF2301', 'the file is empty', { where });
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200)).trimStart();
  if (/^(\xef\xbb\xbf)?\s*<(!doctype|html|head|\?xml|!--)/i.test(start)) {
    throw new NeuroForgeError('NF2302', 'this is an HTML or XML page, not data', {
      where,
      got: JSON.stringify(start.slice(0, 40)),
      hint: 'the download answered with an error page: fetch the file again',
    });
  }
  if (start.startsWith('version https://git-lfs')) {
    throw new NeuroForgeError('NF2303', 'this is a git-lfs pointer, not the file itself', {
      where,
      hint: 'run git lfs pull where it came from',
    });
  }
}

/** Unpacks gzip with the platform's decoder, piece by piece, and stops at the size that the content implies. */
export async function gunzip(packed: Uint8Array, options: GunzipOptions): Promise<Uint8Array> {
  const { where } = options;
  refuseImpostors(packed, where);
  if (!isGzip(packed)) {
    throw new NeuroForgeError('NF2304', 'this is not a gzip file', {
      where,
      expected: 'a first byte of 1f 8b',
      got: Array.from(packed.subarray(0, 2), hexByte).join(' '),
    });
  }
  const chunks: Uint8Array[] = [];
  const headBytes = options.headBytes ?? 0;
  let limit = options.limit ?? 2 ** 30;
  let whole: Uint8Array | undefined;
  let total = 0;
  const settleSize = () => {
    if (options.sizeFromHead === undefined || whole !== undefined) return;
    limit = options.sizeFromHead(joinBytes(chunks).subarray(0, headBytes));
    if (limit > packed.length * maximalRatio) {
      throw new NeuroForgeError('NF2305', 'the file cannot hold what its header announces', {
        where,
        expected: `${limit.toLocaleString('en-US')} bytes`,
        got: `${packed.length.toLocaleString('en-US')} bytes of gzip`,
      });
    }
    if (total > limit) return;
    refuseBomb(limit, packed.length, where);
    whole = new Uint8Array(limit);
    let at = 0;
    for (const chunk of chunks.splice(0)) {
      whole.set(chunk, at);
      at += chunk.length;
    }
  };
  for await (const chunk of unpack(packed, where)) {
    if (whole === undefined) {
      chunks.push(chunk);
      total += chunk.length;
      if (total >= headBytes) settleSize();
    } else if (total + chunk.length <= limit) {
      whole.set(chunk, total);
      total += chunk.length;
    } else {
      total += chunk.length;
    }
    if (total > limit) {
      throw new NeuroForgeError('NF2306', 'the file unpacks to more than its content implies', {
        where,
        expected: `${limit.toLocaleString('en-US')} bytes`,
        got: `at least ${total.toLocaleString('en-US')}`,
        hint: 'damaged, or packed by someone who means harm: fetch it again',
      });
    }
    refuseBomb(total, packed.length, where);
  }
  settleSize();
  if (options.sizeFromHead !== undefined && total < limit) {
    throw new NeuroForgeError('NF2307', 'the file unpacks to less than its header announces', {
      where,
      expected: `${limit.toLocaleString('en-US')} bytes`,
      got: total.toLocaleString('en-US'),
    });
  }
  return whole ?? joinBytes(chunks);
}

/** Throws NF2310 where a small file becomes a large one. */
function refuseBomb(unpacked: number, packed: number, where: string): void {
  if (unpacked <= freelyUnpacked || unpacked <= packed * likelyRatio) return;
  throw new NeuroForgeError('NF2310', `the gzip file unpacks to more than ${likelyRatio} times its size`, {
    where,
    expected: `at most ${Math.max(freelyUnpacked, packed * likelyRatio).toLocaleString('en-US')} bytes`,
    got: `at least ${unpacked.toLocaleString('en-US')} from ${packed.toLocaleString('en-US')}`,
    hint: 'if that is meant, run gunzip on it and give the file that comes out',
  });
}

/** The first `bytes` unpacked bytes (fewer where the file has fewer), of which `packed` may be only the beginning. */
export async function gunzipHead(packed: Uint8Array, bytes: number, where: string): Promise<Uint8Array> {
  refuseImpostors(packed, where);
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of unpack(packed, where)) {
    chunks.push(chunk);
    total += chunk.length;
    if (total >= bytes) break;
  }
  return joinBytes(chunks).slice(0, bytes);
}

/** The pieces that come out; leaving the loop stops the decoder. */
async function* unpack(packed: Uint8Array, where: string): AsyncGenerator<Uint8Array> {
  const size = 65536;
  let at = 0;
  const source = new ReadableStream<BufferSource>({
    pull(controller) {
      if (at >= packed.length) controller.close();
      else controller.enqueue(packed.slice(at, (at += size)));
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  let finished = false;
  try {
    for (;;) {
      let result: ReadableStreamReadResult<Uint8Array>;
      try {
        result = await reader.read();
      } catch (cause) {
        finished = true;
        throw damaged(cause, where);
      }
      if (result.done) {
        finished = true;
        return;
      }
      yield result.value;
    }
  } finally {
    if (!finished) await reader.cancel().catch(() => {});
  }
}

/** Node says so by a zlib code, browsers by a TypeError's text only. */
function damaged(cause: unknown, where: string): NeuroForgeError {
  const said = cause instanceof Error ? `${'code' in cause ? cause.code : ''} ${cause.message}` : String(cause);
  if (/Z_BUF_ERROR|unexpected end|truncated|incomplete|unexpected eof/i.test(said)) {
    return new NeuroForgeError('NF2308', 'the gzip file is cut short', {
      where,
      hint: 'the copy or download did not finish: fetch it again',
      cause,
    });
  }
  return new NeuroForgeError('NF2309', 'the gzip file is damaged: its checksum or structure is wrong', {
    where,
    hint: 'at least one bit differs from what was packed: fetch it again',
    cause,
  });
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
