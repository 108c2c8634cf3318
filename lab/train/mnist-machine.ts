import { signal } from '@preact/signals';
import { NeuroForgeError } from '../../src/core/errors.ts';
import { idxNames } from '../../src/data/catalog.ts';
import { home } from '../shell/home.ts';

/** Where the server of the lab has MNIST's files, if it has them: `mnist/train-images-idx3-ubyte` … */
export const machineFiles = signal<readonly string[]>([]);

let asked = false;

/** Asks once what is beside the page; on hosts of files that is nothing. */
export async function askMachine(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    const response = await fetch(new URL('here.json', home()), { cache: 'no-store' });
    const { mnist } = (await response.json()) as { mnist?: unknown };
    const names = idxNames.map((name) => `mnist/${name}`);
    if (Array.isArray(mnist) && names.every((name) => mnist.includes(name))) machineFiles.value = names;
  } catch {
    // A host without the list, or no network: nothing is beside the page.
  }
}

/** The bytes of one of them. Throws NF4179 when the server no longer gives it. */
export async function machineFile(path: string): Promise<Uint8Array> {
  const response = await fetch(new URL(path, home()), { cache: 'no-store' }).catch(() => null);
  if (response?.ok) return new Uint8Array(await response.arrayBuffer());
  throw new NeuroForgeError('NF4179', 'the file is no longer on this machine, or neuroforge lab has ended', {
    where: path,
    got: response ? `status ${response.status}` : 'no answer',
    hint: 'start neuroforge lab again, or choose the files',
  });
}
