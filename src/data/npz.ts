import { zipSync } from 'fflate';
import { NeuroForgeError } from '../core/errors.ts';
import { type ByteSource, memorySource } from './byte-source.ts';
import { refuseImpostors } from './gzip.ts';
import { checkName } from './names.ts';
import { checkNpySize, type NpyArray, readNpy, writeNpy } from './npy.ts';
import { type NpyHeader, npyHeadBytes, readNpyHeader } from './npy-header.ts';
import { readEntry } from './zip.ts';
import { readDirectory, type ZipEntry } from './zip-directory.ts';

/** An array in an npz file whose header is in order; its values are not read yet. */
export interface NpzMember extends Pick<NpyHeader, 'type' | 'shape'> {
  /** Without `.npy`. */
  readonly name: string;
  /** Reads the values, and holds them against their CRC. */
  read(): Promise<NpyArray>;
}

/**
 * The arrays of an npz file (a zip archive of npy files), headers judged, in the order of the file. Throws what
 * reading zip and npy throws, NF2254 for an entry that is no npy file.
 */
export async function openNpz(source: ByteSource, where: string): Promise<NpzMember[]> {
  refuseImpostors(await source.read(0, 200), where);
  const members: NpzMember[] = [];
  for (const entry of await readDirectory(source, where)) members.push(await openMember(source, entry, where));
  return members;
}

async function openMember(source: ByteSource, entry: ZipEntry, where: string): Promise<NpzMember> {
  const place = `${where}, ${entry.name}`;
  if (!entry.name.endsWith('.npy') || entry.name === '.npy') {
    throw new NeuroForgeError('NF2254', 'an entry of the archive is no npy file', {
      where: place,
      expected: 'entries that numpy.savez writes, NAME.npy',
      hint: 'is this an npz file?',
    });
  }
  const header = readNpyHeader(await readEntry(source, entry, where, npyHeadBytes), place);
  checkNpySize(header, entry.size, place);
  return {
    name: entry.name.slice(0, -4),
    type: header.type,
    shape: header.shape,
    read: async () => readNpy(await readEntry(source, entry, where), place),
  };
}

/** Every array of an npz file in memory. */
export async function readNpz(bytes: Uint8Array, where: string): Promise<Map<string, NpyArray>> {
  const members = await openNpz(memorySource(bytes), where);
  const arrays = new Map<string, NpyArray>();
  for (const member of members) arrays.set(member.name, await member.read());
  return arrays;
}

/** The bytes of an npz file, as `numpy.savez` or with `compress` `numpy.savez_compressed` writes it; the same each time. */
export function writeNpz(arrays: Readonly<Record<string, NpyArray>>, { compress = false } = {}): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]) => [
    `${checkName(name, 'npz array', 'writing npz')}.npy`,
    [writeNpy(array), { level: compress ? 6 : 0, mtime: '1980-01-01T00:00:00' }],
  ]);
  return zipSync(Object.fromEntries(entries));
}
