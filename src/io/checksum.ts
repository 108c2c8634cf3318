import { NeuroForgeError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import { readSafetensors, type SafetensorsFile, type TensorToWrite, writeSafetensors } from './safetensors.ts';

/** The entry of `__metadata__` that holds the file's sha256, computed with its own 64 digits set to 0. */
export const checksumKey = 'neuroforge.sha256';

const blank = '0'.repeat(64);

/** A safetensors file with its checksum in it. */
export async function writeSealed(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const bytes = writeSafetensors(tensors, { ...metadata, [checksumKey]: blank });
  const [from] = readSafetensors(bytes).metadataSpans.get(checksumKey)!;
  bytes.set(new TextEncoder().encode(await sha256Hex(bytes)), from);
  return bytes;
}

/**
 * True when the file has a checksum, and it is right; false when it has none. Throws NF2231 when it is wrong, or stands
 * under a name that only damage can have made.
 */
export async function verifySeal(file: SafetensorsFile, bytes: Uint8Array, where: string): Promise<boolean> {
  const stored = file.metadata.get(checksumKey);
  if (stored === undefined) {
    const ours = [...file.metadata.keys()].some((key) => key.startsWith('neuroforge.'));
    const astray = ours && [...file.metadata.values()].some((value) => /^[0-9a-f]{64}$/.test(value));
    if (astray) throw damaged(where, checksumKey, 'its value under another name');
    return false;
  }
  const [from, to] = file.metadataSpans.get(checksumKey)!;
  const copy = new Uint8Array(bytes);
  copy.fill(0x30, from, to);
  const actual = await sha256Hex(copy);
  if (actual !== stored) throw damaged(where, `sha256 ${stored.slice(0, 64)}`, `sha256 ${actual}`);
  return true;
}

function damaged(where: string, expected: string, got: string): NeuroForgeError {
  return new NeuroForgeError('NF2231', 'the file was damaged: its bytes do not match its own checksum', {
    where,
    expected: expected.replace(/[^ -~]/g, '?'),
    got,
    hint: 'take another copy of it, or an earlier checkpoint',
  });
}
