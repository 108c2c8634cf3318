import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NeuroForgeError } from '../../core/errors.ts';
import { nearest } from '../nearest.ts';
import { type Command, runProcess } from './process.ts';

/** A framework in one of its ways, run by a script in the folder of peers. */
export interface Peer {
  readonly key: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** The Python package that decides whether an interpreter can run it; without one, Node runs it. */
  readonly package?: string;
  /** The script that trains to 97 %, if it is the framework's best way of doing so. */
  readonly until?: string;
  /** Seconds a step on the larger cases: left out of those unless it is named. */
  readonly slow?: boolean;
  /** Only where it is named. */
  readonly extra?: boolean;
}

export const peers: readonly Peer[] = [
  { key: 'pytorch', script: 'pytorch.py', package: 'torch', until: 'until-97-pytorch.py' },
  { key: 'pytorch-hand', script: 'pytorch.py', args: ['--variant', 'hand'], package: 'torch', extra: true },
  { key: 'jax', script: 'jax.py', package: 'jax', until: 'until-97-jax.py' },
  { key: 'jax-js', script: 'jax-js.mjs', until: 'until-97-jax-js.mjs' },
  { key: 'jax-js-hand', script: 'jax-js.mjs', args: ['--variant', 'hand'], extra: true },
  { key: 'tfjs-transposed', script: 'tfjs.mjs', args: ['--variant', 'transposed'], until: 'until-97-tfjs.mjs' },
  { key: 'tfjs', script: 'tfjs.mjs' },
  { key: 'tfjs-cpu', script: 'tfjs.mjs', args: ['--backend', 'cpu'], slow: true },
];

/** A peer with the program that runs it here; `absent` says why there is none. */
export interface FoundPeer {
  readonly peer: Peer;
  /** The key, and for Python the version, since several builds may take part. */
  readonly name: string;
  readonly interpreter: string;
  readonly absent?: string;
}

/** `all`, `none`, or keys with commas. Throws NF4143 for an unknown one. */
export function choosePeers(wanted: string): readonly Peer[] {
  if (wanted === 'none') return [];
  if (wanted === 'all') return peers.filter((p) => !p.extra);
  const keys = peers.map((p) => p.key);
  return wanted.split(',').map((key) => {
    const found = peers.find((p) => p.key === key);
    if (found) return { ...found, slow: false };
    throw new NeuroForgeError('NF4143', `there is no peer "${key}"`, {
      where: '--peers',
      expected: `all, none, or ${keys.join(', ')}`,
      hint: nearest(key, keys, (k) => `did you mean ${k}?`),
    });
  });
}

/** How an absent one is got. */
export function howToGet(peer: Peer, folder: string | undefined): string {
  if (folder === undefined) return 'in a checkout of the repository: npm run bench:setup, npm run bench';
  if (peer.package === undefined) return 'npm run bench:setup';
  return 'pip install -r bench/peers/requirements.txt, then --python PATH';
}

/** Each peer once, Python ones once for every interpreter that has the package. */
export async function findPeers(
  chosen: readonly Peer[],
  folder: string | undefined,
  interpreters: readonly string[],
): Promise<FoundPeer[]> {
  if (folder !== undefined && !existsSync(folder)) {
    throw new NeuroForgeError('NF4144', 'there is no such folder of peers', { where: '--peers-dir', got: folder });
  }
  const found: FoundPeer[] = [];
  for (const peer of chosen) {
    const { key } = peer;
    if (folder === undefined) {
      found.push({ peer, name: key, interpreter: '', absent: 'the scripts of the peers are not part of the package' });
    } else if (peer.package === undefined) {
      found.push({ peer, name: key, interpreter: process.execPath });
    } else {
      found.push(...(await inPython(peer, peer.package, interpreters)));
    }
  }
  return found;
}

async function inPython(peer: Peer, name: string, interpreters: readonly string[]): Promise<FoundPeer[]> {
  const found: FoundPeer[] = [];
  for (const interpreter of interpreters) {
    const version = await versionIn(interpreter, name);
    if (version === null || found.some((f) => f.name === `${peer.key} ${version}`)) continue;
    found.push({ peer, name: `${peer.key} ${version}`, interpreter });
  }
  if (found.length > 0) return found;
  const absent = `no Python that was tried has ${name}`;
  return [{ peer, name: peer.key, interpreter: '', absent }];
}

/** The version of an installed package, by its metadata or else by importing it. */
async function versionIn(interpreter: string, name: string): Promise<string | null> {
  const program = `
import importlib.metadata as m
try:
    print(m.version('${name}'))
except m.PackageNotFoundError:
    import ${name}
    print(${name}.__version__)
`;
  const { code, stdout } = await runProcess({ file: interpreter, args: ['-c', program] });
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : null;
}

/** The program of a found peer's script. */
export function peerCommand(
  { interpreter }: FoundPeer,
  folder: string,
  script: string,
  args: readonly string[],
): Command {
  return { file: interpreter, args: [join(folder, script), ...args] };
}
