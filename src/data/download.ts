import { NeuroForgeError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import { type Lock, takeLock } from '../platform/lock.ts';
import type { IdxSet, RemoteFile } from './catalog.ts';
import { unpackIdx } from './idx.ts';
import { Later, type ReceiveOptions, receive, whyOf } from './receive.ts';

export interface DownloadOptions extends ReceiveOptions {
  /** Asked before (not instead of) the set's own mirrors: a base URL. */
  readonly mirror?: string;
  readonly log?: (message: string) => void;
  /** Waits between rounds, and for another process that fetches the same file. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Rounds over the mirrors that brought nothing, and rounds in all: a file that breaks off is resumed in the next. */
const [idleRounds, allRounds] = [3, 20];
/** The longest that a mirror may ask us to wait, and what is waited unasked, in ms. */
const [longestPause, usualPause] = [60_000, 1000];

/**
 * The unpacked, verified bytes of one file of a set, from `folder` where it is there already, else downloaded into it:
 * `.part`, resumed with a Range request, verified by the sha256 of the unpacked bytes, then renamed. One process does
 * it; others wait. Throws NF2601 with each mirror's reason and the way to put files in place by hand, NF2904 when the
 * disk takes it not, NF2908 when a process of another machine may be at it.
 */
export async function fetchVerified(
  set: IdxSet,
  file: RemoteFile,
  folder: string,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const target = options.files.join(folder, `${file.name}.gz`);
  const kept = await verifiedCopy(target, file, options);
  if (kept !== undefined) return kept;
  const mirrors = mirrorList(set, options.mirror);
  await options.files.makeFolder(folder);
  const lock = await waitForLock(`${target}.lock`, options);
  try {
    const others = await verifiedCopy(target, file, options);
    return others ?? (await download(set, file, folder, target, mirrors, options));
  } finally {
    await lock.release();
  }
}

async function waitForLock(path: string, options: DownloadOptions): Promise<Lock> {
  const { files, log, pause = sleep } = options;
  for (let told = false; ; ) {
    try {
      return await takeLock(files, path, { note: log });
    } catch (error) {
      if (!(error instanceof NeuroForgeError && error.code === 'NF2905')) throw error;
      if (!told) log?.(`waiting: ${path} is ${error.message}`);
      told = true;
    }
    await pause(200);
  }
}

async function download(
  set: IdxSet,
  file: RemoteFile,
  folder: string,
  target: string,
  mirrors: readonly string[],
  options: DownloadOptions,
): Promise<Uint8Array> {
  const { files, log, pause = sleep } = options;
  const part = `${target}.part`;
  const sizeOfPart = async () => ((await files.exists(part)) ? (await files.stat(part)).size : 0);
  const finish = async () => {
    const bytes = await verify(await files.readFile(part), part, file);
    await files.replace(part, target);
    return bytes;
  };
  // An earlier process may have ended between the last byte and the new name.
  if (await files.exists(part)) {
    const whole = await verify(await files.readFile(part), part, file).catch(() => null);
    if (whole !== null) return finish();
  }
  const reasons = new Map<string, string>();
  const useless = new Set<string>();
  let version: { mirror: string; etag: string | undefined } | undefined;
  for (let round = 0, idle = 0; round < allRounds && idle < idleRounds; round++) {
    let wait = 0;
    const before = await sizeOfPart();
    for (const mirror of mirrors) {
      if (useless.has(mirror)) continue;
      const url = `${mirror}${file.name}.gz`;
      const resumed = (await sizeOfPart()) > 0;
      try {
        log?.(`fetching ${url}`);
        const etag = version?.mirror === mirror ? version.etag : undefined;
        const remember = (received: string | undefined) => {
          version = { mirror, etag: received };
        };
        await receive(url, part, file, etag, remember, options);
        return await finish();
      } catch (error) {
        const code = error instanceof NeuroForgeError ? error.code : '';
        if (code.startsWith('NF29')) throw onDisk(error as NeuroForgeError);
        // Broken off (NF2402) or cut (NF2308): what is there is good, and is resumed. Anything else starts over.
        if (code !== 'NF2402' && code !== 'NF2308' && code !== 'NF2403') await files.remove(part);
        // A mirror without the file, or with another, is not asked again; a wrong beginning was not this mirror's fault.
        const another = /^NF2(3|404)/.test(code) && code !== 'NF2308' && !resumed;
        const tooLong = error instanceof Later && error.after > longestPause;
        if (code === 'NF2403' || another || tooLong) useless.add(mirror);
        if (error instanceof Later && !tooLong) {
          const idles = (await sizeOfPart()) <= before;
          wait = Math.max(wait, error.after, idles ? usualPause : 0);
        }
        const reason = whyOf(error);
        reasons.set(mirror, reason);
        log?.(`${url}: ${reason}`);
      }
    }
    if (useless.size === new Set(mirrors).size) break;
    idle = (await sizeOfPart()) > before ? 0 : idle + 1;
    if (wait > 0 && idle < idleRounds) await pause(wait);
  }
  throw unreachable(set, folder, reasons, options);
}

function onDisk({ code, message, where, hint, cause }: NeuroForgeError): NeuroForgeError {
  const other = 'NEUROFORGE_CACHE names another folder for downloads';
  return new NeuroForgeError(code, message, { where, hint: hint === undefined ? other : `${hint}; ${other}`, cause });
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resume) => setTimeout(resume, milliseconds));

/** Unpacks and compares; throws what unpacking throws, or NF2404. */
async function verify(packed: Uint8Array, where: string, file: RemoteFile): Promise<Uint8Array> {
  const bytes = await unpackIdx(packed, where);
  const sha256 = await sha256Hex(bytes);
  if (sha256 === file.sha256) return bytes;
  // A mirror that says no length, and a file that is not packed or of which one byte came.
  const beginning = packed[0] === 0 || (packed.length === 1 && packed[0] === 0x1f);
  if (beginning && packed.length < file.bytes) throw new NeuroForgeError('NF2308', 'the file is cut short', { where });
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
  const unused = proxy !== undefined && files.env('NODE_USE_ENV_PROXY') === undefined;
  const viaProxy = unused
    ? ` ${proxy} is set, which Node uses from version 24 on with NODE_USE_ENV_PROXY=1, and curl always.`
    : '';
  return new NeuroForgeError('NF2601', `${set.name} could not be downloaded`, {
    where: set.name,
    got: [...reasons].map(([mirror, reason]) => `${mirror} ${reason}`).join('; '),
    hint:
      `without a network: put ${names} into ${folder}, or anywhere and give --data FOLDER, ` +
      `or set NEUROFORGE_DATA to a folder that has ${set.name}/ in it.${viaProxy}`,
  });
}
