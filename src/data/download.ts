import { NeuroForgeError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import type { Files } from '../platform/files.ts';
import type { IdxSet, RemoteFile } from './catalog.ts';
import { refuseImpostors } from './gzip.ts';
import { unpackIdx } from './idx.ts';

export interface DownloadOptions {
  readonly files: Files;
  readonly fetch?: typeof fetch;
  /** Asked before (not instead of) the set's own mirrors: a base URL. */
  readonly mirror?: string;
  readonly log?: (message: string) => void;
  /** Bytes received so far of a file, and its size where the mirror tells it. */
  readonly progress?: (file: string, received: number, total: number | undefined) => void;
  /** A mirror that is silent for so long is given up; default 30,000 ms. */
  readonly stallMs?: number;
}

/** Rounds over the mirrors; a file that breaks off is resumed in the next try. */
const rounds = 3;
const writeEvery = 2 ** 18;

/**
 * The unpacked, verified bytes of one file of a set, from `folder` where it is there already, else downloaded into it:
 * `.part`, resumed with a Range request, verified by the sha256 of the unpacked bytes, then renamed.
 * Throws NF2601 with each mirror's reason and the way to put files in place by hand.
 */
export async function fetchVerified(
  set: IdxSet,
  file: RemoteFile,
  folder: string,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const { files, log } = options;
  const target = files.join(folder, `${file.name}.gz`);
  const kept = await verifiedCopy(target, file, options);
  if (kept !== undefined) return kept;
  await files.makeFolder(folder);
  const part = `${target}.part`;
  const mirrors = mirrorList(set, options.mirror);
  const reasons = new Map<string, string>();
  const useless = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const mirror of mirrors) {
      if (useless.has(mirror)) continue;
      const url = `${mirror}${file.name}.gz`;
      const resumed = await files.exists(part);
      try {
        log?.(`fetching ${url}`);
        await receive(url, part, file, options);
        const bytes = await verify(await files.readFile(part), part, file);
        await files.replace(part, target);
        return bytes;
      } catch (error) {
        const code = error instanceof NeuroForgeError ? error.code : '';
        // Another process may have finished the same download meanwhile.
        const other = await verifiedCopy(target, file, options);
        if (other !== undefined) return other;
        if (code === 'NF2904') throw error;
        // Broken off (NF2402) or cut (NF2308): what is there is good, and is resumed. Anything else starts over.
        if (code !== 'NF2402' && code !== 'NF2308') await files.remove(part);
        // A mirror without the file, or with another, is not asked again; a wrong beginning was not this mirror's fault.
        const another = /^NF23/.test(code) && code !== 'NF2308' && !resumed;
        if (code === 'NF2403' || another) useless.add(mirror);
        const reason = whyOf(error);
        reasons.set(mirror, reason);
        log?.(`${url}: ${reason}`);
      }
    }
  }
  throw unreachable(set, folder, reasons, options);
}

/** Unpacks and compares; throws what unpacking throws, or NF2404. */
async function verify(packed: Uint8Array, where: string, file: RemoteFile): Promise<Uint8Array> {
  const bytes = await unpackIdx(packed, where);
  const sha256 = await sha256Hex(bytes);
  if (sha256 === file.sha256) return bytes;
  throw new NeuroForgeError('NF2404', 'the bytes are not those of the published file', {
    where,
    expected: `sha256 ${file.sha256}`,
    got: sha256,
  });
}

async function verifiedCopy(path: string, file: RemoteFile, options: DownloadOptions): Promise<Uint8Array | undefined> {
  if (!(await options.files.exists(path))) return undefined;
  try {
    return await verify(await options.files.readFile(path), path, file);
  } catch (error) {
    options.log?.(`${path} is damaged and fetched again: ${whyOf(error)}`);
    return undefined;
  }
}

function mirrorList(set: IdxSet, mirror: string | undefined): string[] {
  if (mirror === undefined) return [...set.mirrors];
  if (!/^https?:\/\/[^\s]+$/.test(mirror)) {
    throw new NeuroForgeError('NF2405', 'a mirror is the http or https address of a folder', {
      where: '--mirror',
      got: JSON.stringify(mirror),
    });
  }
  return [mirror.endsWith('/') ? mirror : `${mirror}/`, ...set.mirrors];
}

/** Adds what is missing to `part`. NF2402: broken off, worth another try; NF2403: the mirror does not have it. */
async function receive(url: string, part: string, file: RemoteFile, options: DownloadOptions): Promise<void> {
  const { files, progress } = options;
  const fetching = options.fetch ?? globalThis.fetch;
  const start = (await files.exists(part)) ? (await files.stat(part)).size : 0;
  const watch = new StallWatch(options.stallMs ?? 30_000);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (start > 0) headers.range = `bytes=${start}-`;
    const response = await watch.wait(fetching(url, { headers, signal: watch.signal, redirect: 'follow' }));
    if (response.status === 416) throw new NeuroForgeError('NF2406', 'the mirror cannot resume it', { where: url });
    if (!response.ok || response.body === null) {
      void response.body?.cancel().catch(() => {});
      const later = response.status >= 500 || response.status === 429 || response.status === 408;
      throw new NeuroForgeError(later ? 'NF2402' : 'NF2403', `the mirror answered ${response.status}`, { where: url });
    }
    const resumes = response.status === 206 && startOf(response) === start;
    if (response.status === 206 && !resumes) {
      throw new NeuroForgeError('NF2406', 'the mirror resumes at another place', { where: url });
    }
    if (!resumes && start > 0) await files.remove(part);
    let size = resumes ? start : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isFinite(length) ? size + length : undefined;
    const reader = response.body.getReader();
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    const flush = async () => {
      for (const chunk of held) await files.appendFile(part, chunk);
      held = [];
      heldBytes = 0;
    };
    try {
      for (;;) {
        const { done, value } = await watch.wait(reader.read());
        if (done) break;
        if (size === 0) refuseImpostors(value, url);
        size += value.length;
        if (size > file.bytes + 2 ** 16) {
          throw new NeuroForgeError('NF2306', 'the mirror sends more than the file can hold', { where: url });
        }
        held.push(value);
        heldBytes += value.length;
        progress?.(file.name, size, total);
        if (heldBytes >= writeEvery) await flush();
      }
    } finally {
      await flush();
      void reader.cancel().catch(() => {});
    }
    if (total !== undefined && size < total) {
      throw new NeuroForgeError('NF2402', `it broke off after ${size.toLocaleString('en-US')} bytes`, { where: url });
    }
  } catch (cause) {
    if (cause instanceof NeuroForgeError) throw cause;
    throw new NeuroForgeError('NF2402', whyOf(cause), { where: url, cause });
  } finally {
    watch.stop();
  }
}

function startOf(response: Response): number {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return match === null ? -1 : Number(match[1]);
}

/** Gives up on a promise that does not settle in time, and aborts the request behind it. */
class StallWatch {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async wait<T>(promise: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stalled = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new NeuroForgeError('NF2402', `no answer for ${this.#milliseconds / 1000} s`));
        this.#controller.abort();
      }, this.#milliseconds);
    });
    try {
      return await Promise.race([promise, stalled]);
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.#controller.abort();
  }
}

/** One line; `fetch failed` hides its reason in `cause`. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause;
  if (error instanceof NeuroForgeError || !(inner instanceof Error)) return error.message;
  const code = 'code' in inner ? `${inner.code}: ` : '';
  return `${error.message} (${code}${inner.message})`;
}

function unreachable(
  set: IdxSet,
  folder: string,
  reasons: ReadonlyMap<string, string>,
  { files }: DownloadOptions,
): NeuroForgeError {
  const names = set.files.map((file) => `${file.name}.gz`).join(', ');
  const proxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find(
    (name) => files.env(name) !== undefined,
  );
  const viaProxy = proxy === undefined ? '' : ` ${proxy} is set, which this runtime's fetch may not use: curl does.`;
  return new NeuroForgeError('NF2601', `${set.name} could not be downloaded`, {
    where: set.name,
    got: [...reasons].map(([mirror, reason]) => `${mirror} ${reason}`).join('; '),
    hint:
      `without a network: put ${names} into ${folder}, or anywhere and give --data FOLDER, ` +
      `or set NEUROFORGE_DATA to a folder that has ${set.name}/ in it.${viaProxy}`,
  });
}
