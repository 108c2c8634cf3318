import { NeuroForgeError } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import type { RemoteFile } from './catalog.ts';
import { refuseImpostors } from './gzip.ts';

export interface ReceiveOptions {
  readonly files: Files;
  readonly fetch?: typeof fetch;
  /** Bytes received so far of a file, and its size where the mirror tells it. */
  readonly progress?: (file: string, received: number, total: number | undefined) => void;
  /** A mirror that is silent for so long is given up; default 30,000 ms. */
  readonly stallMs?: number;
}

const writeEvery = 2 ** 18;
/** What a mirror's packing may need beyond the unpacked bytes. */
const overhead = 2 ** 16;

/** A mirror that has, or may soon have, the file: it may be asked again, `after` so many milliseconds. */
export class Later extends NeuroForgeError {
  readonly after: number;
  constructor(message: string, where: string, after = 0, cause?: unknown) {
    super('NF2402', message, { where, cause });
    this.after = after;
  }
}

/**
 * One request: adds to `part` what it lacks of `file`. `etag` names the version that `part` began with, where that is
 * known; `remember` hears the one that comes. Throws NF2402 (broken off, or not now: what is there is good), NF2403 (this mirror does
 * not have it), NF2406 (it cannot be resumed: `part` is of no use), NF230x (what comes is no such file), NF2904 (the disk).
 */
export async function receive(
  url: string,
  part: string,
  file: RemoteFile,
  etag: string | undefined,
  remember: (etag: string | undefined) => void,
  options: ReceiveOptions,
): Promise<void> {
  const { files } = options;
  const start = (await files.exists(part)) ? (await files.stat(part)).size : 0;
  const watch = new StallWatch(options.stallMs ?? 30_000);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (start > 0) headers.range = `bytes=${start}-`;
    if (start > 0 && etag !== undefined) headers['if-range'] = etag;
    const fetching = options.fetch ?? globalThis.fetch;
    const response = await watch.wait(fetching(url, { headers, signal: watch.signal, redirect: 'follow' }));
    const resumes = await judge(response, start, url);
    if (!resumes && start > 0) await files.remove(part);
    remember(strong(response.headers.get('etag')));
    await save(response, resumes ? start : 0, part, file, watch, options, url);
  } catch (cause) {
    if (cause instanceof NeuroForgeError) throw cause;
    const reason = whyOf(cause);
    // A loop of redirects, an address that is none, a body that is not packed as its header says: no second try helps.
    if (/redirect|unknown scheme|Z_[A-Z]+_ERROR|ERR__ERROR_FORMAT/i.test(reason)) {
      throw new NeuroForgeError('NF2403', reason, { where: url, cause });
    }
    throw new Later(reason, url, 0, cause);
  } finally {
    watch.stop();
  }
}

/** Whether the answer goes on from `start`; throws where it is no answer at all. */
async function judge(response: Response, start: number, url: string): Promise<boolean> {
  const { status, headers } = response;
  const refuse = (error: NeuroForgeError): never => {
    void response.body?.cancel().catch(() => {});
    throw error;
  };
  if (status === 416) refuse(new NeuroForgeError('NF2406', 'the mirror cannot resume it', { where: url }));
  if (!response.ok || response.body === null || status === 204) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    const after = seconds >= 0 ? `, and asks to come back in ${seconds.toLocaleString('en-US')} s` : '';
    const portal = status === 511 ? ': the network wants you to sign in first' : '';
    const said = `the mirror answered ${status}${after}${portal}`;
    if (status >= 500 || status === 429 || status === 408)
      refuse(new Later(said, url, seconds >= 0 ? seconds * 1000 : 0));
    refuse(new NeuroForgeError('NF2403', said, { where: url }));
  }
  if (status !== 206) return false;
  const place = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '');
  if (place === null || Number(place[1]) !== start || isPacked(response)) {
    refuse(new NeuroForgeError('NF2406', 'the mirror resumes at another place', { where: url }));
  }
  return true;
}

async function save(
  response: Response,
  start: number,
  part: string,
  file: RemoteFile,
  watch: StallWatch,
  { files, progress }: ReceiveOptions,
  url: string,
): Promise<void> {
  // What fetch unpacks on the way is longer than is said, and half of it cannot be resumed.
  const packed = isPacked(response);
  const length = packed ? Number.NaN : Number(response.headers.get('content-length') ?? Number.NaN);
  const total = Number.isFinite(length) ? start + length : undefined;
  const reader = response.body!.getReader();
  let size = start;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const flush = async (): Promise<void> => {
    const chunks = held;
    [held, heldBytes] = [[], 0]; // what a full disk took a part of is not written twice
    for (const chunk of chunks) await files.appendFile(part, chunk);
  };
  try {
    for (;;) {
      const { done, value } = await watch.wait(reader.read());
      if (done) break;
      if (size === 0) refuseImpostorsFrom(value, url, response);
      size += value.length;
      if (size > file.bytes + overhead) {
        throw new NeuroForgeError('NF2306', 'the mirror sends more than the file can hold', { where: url });
      }
      held.push(value);
      heldBytes += value.length;
      progress?.(file.name, size, total);
      if (heldBytes >= writeEvery) await flush();
    }
    await flush();
  } catch (cause) {
    if (packed) await files.remove(part);
    else await flush();
    throw cause;
  } finally {
    void reader.cancel().catch(() => {});
  }
  if (size === 0) throw new NeuroForgeError('NF2301', 'the mirror sends an empty file', { where: url });
  if (total !== undefined && size < total) throw new Later(`it broke off after ${people(size)} bytes`, url);
}

/** An HTML page that another place answered is most often that of a network one has to sign in to. */
function refuseImpostorsFrom(start: Uint8Array, url: string, response: Response): void {
  try {
    refuseImpostors(start, url);
  } catch (error) {
    if (!(error instanceof NeuroForgeError) || !response.redirected) throw error;
    const place = new URL(response.url).host;
    const message = `${error.message}; it came from ${place}: does the network want you to sign in first?`;
    throw new NeuroForgeError(error.code, message, { where: url, cause: error });
  }
}

function isPacked(response: Response): boolean {
  return !['', 'identity'].includes(response.headers.get('content-encoding') ?? '');
}

/** Only a strong one says that bytes are the same. */
function strong(etag: string | null): string | undefined {
  return etag?.startsWith('"') ? etag : undefined;
}

function people(count: number): string {
  return count.toLocaleString('en-US');
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
        reject(new Later(`no answer for ${this.#milliseconds / 1000} s`, ''));
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
export function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause;
  if (error instanceof NeuroForgeError || !(inner instanceof Error)) return error.message;
  const code = 'code' in inner ? `${inner.code}: ` : '';
  return `${error.message} (${code}${inner.message})`;
}
