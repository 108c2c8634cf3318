import { NeuroForgeError } from '../../src/core/errors.ts';
import { sha256Hex } from '../../src/core/sha256.ts';
import { idxNames, idxSets } from '../../src/data/catalog.ts';
import { checkIdxCounts, readIdx, unpackIdx } from '../../src/data/idx.ts';
import { idxKind } from '../../src/data/idx-files.ts';
import { idxValidationRows } from '../work/settings.ts';

export type IdxName = (typeof idxNames)[number];

/** One of the four files, read to its end: what it is, whatever it is called. */
export interface CheckedFile {
  readonly name: IdxName;
  /** The published set that it is of, by its sha256: `mnist`, `fashion-mnist`; null for one's own. */
  readonly set: string | null;
  readonly shape: readonly number[];
  /** As they came, packed or not. */
  readonly bytes: Uint8Array;
  readonly packed: boolean;
}

/** Bytes of a file, packed or not: more than twice the largest of MNIST's. */
export const largestFile = 128 * 2 ** 20;
/** The lab's network has this many outputs, and MNIST's images this side. */
const [classes, side] = [10, 28];

/**
 * Reads a file that is called `name`. One of a published set is known by its hash, and is that one even where its name
 * says another. Throws what unpackIdx and readIdx throw, and NF4177 for images or labels that the lab's network cannot
 * learn from.
 */
export async function checkFile(name: IdxName, where: string, bytes: Uint8Array): Promise<CheckedFile> {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const whole = await unpackIdx(bytes, where);
  const sha256 = await sha256Hex(whole);
  for (const set of idxSets) {
    const i = set.files.findIndex((file) => file.sha256 === sha256);
    if (i >= 0) return { name: idxNames[i], set: set.name, shape: readIdx(whole, where).shape, bytes, packed };
  }
  const { shape, data } = readIdx(whole, where, idxKind(name));
  const bad = (message: string, expected: string, got: string): never => {
    throw new NeuroForgeError('NF4177', message, { where, expected, got });
  };
  if (idxKind(name) === 'images' && (shape[1] !== side || shape[2] !== side)) {
    bad('these images have another size', `${side} x ${side} pixels`, `${shape[1]} x ${shape[2]}`);
  }
  const beyond = idxKind(name) === 'labels' ? data.find((label) => label >= classes) : undefined;
  if (beyond !== undefined) bad('there are more classes than the lab’s network has outputs', '0 to 9', String(beyond));
  if (name.startsWith('train') && shape[0] <= idxValidationRows) {
    const least = `more than ${idxValidationRows.toLocaleString('en-US')} rows: so many are kept for validation`;
    bad('there are too few rows to train on', least, shape[0].toLocaleString('en-US'));
  }
  if (shape[0] === 0) bad('there is no row in it', 'one row at least', '0');
  return { name, set: null, shape, bytes, packed };
}

/** Throws NF2207 where images and labels that are both here differ in number. */
export function checkPairs(files: Readonly<Partial<Record<IdxName, CheckedFile>>>): void {
  for (const [images, labels] of [
    [idxNames[0], idxNames[1]],
    [idxNames[2], idxNames[3]],
  ] as const) {
    const [a, b] = [files[images], files[labels]];
    if (a && b) checkIdxCounts(a.shape, b.shape, images, labels);
  }
}
