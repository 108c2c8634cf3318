import { NeuroForgeError } from '../../core/errors.ts';
import { type BenchCase, flopsOf } from './cases.ts';
import type { Variant } from './ours.ts';
import { nameOf, type OurName } from './participant.ts';
import { type FoundPeer, howToGet, peerCommand } from './peers.ts';
import type { Command } from './process.ts';

/** One row of a case: a program that prints a line. */
export interface Participant {
  /** Unique within a case. */
  readonly who: string;
  /** What bars call it: the name without a version. */
  readonly key: string;
  readonly kind: 'ours' | 'floor' | 'peer';
  readonly variant: Variant;
  /** Who in this case is its floor. */
  readonly floor: string | null;
  /** Null for one that cannot take part. */
  readonly command: Command | null;
  readonly absent: string | null;
  /** How an absent one is got. */
  readonly get: string | null;
}

export interface Choice {
  readonly backends: readonly string[];
  readonly threads: readonly number[];
  readonly variants: readonly Variant[];
  readonly seconds: number;
  readonly peers: readonly FoundPeer[];
  readonly peersFolder: string | undefined;
  /** NAME=COMMAND of further participants. */
  readonly others: readonly string[];
  /** Backends that the user named: not left out of a case for being slow. */
  readonly named: boolean;
}

/** Plain JavaScript takes a second a step above this. */
const slowFlops = 200e6;

/**
 * Everybody of a case in the order of a round. Those that are compared stand near each other: a floor beside its
 * backend, Python's frameworks after native, JavaScript's after wasm.
 */
export function participantsOf(of: BenchCase, choice: Choice): Participant[] {
  const heavy = flopsOf(of) > slowFlops;
  const ours = (backend: string): Participant[] =>
    choice.backends.includes(backend) ? oursOf(of, backend, choice, heavy && !choice.named) : [];
  const peers = (python: boolean): Participant[] =>
    (of.alone ? [] : choice.peers)
      .filter(({ peer }) => (peer.package !== undefined) === python)
      .map((found) => peerOf(of, found, choice, heavy));
  return [
    ...ours('native'),
    ...peers(true),
    ...ours('wasm'),
    ...peers(false),
    ...ours('js'),
    ...choice.others.map((text) => other(of, text, choice)),
  ];
}

function oursOf(of: BenchCase, backend: string, choice: Choice, heavy: boolean): Participant[] {
  const floorOf = (name: OurName): OurName => {
    // definitions fold nothing
    return { ...name, variant: name.variant === 'default' ? 'default' : 'kept', floor: true };
  };
  const wanted = new Map<string, OurName>();
  for (const threads of backend === 'js' ? [1] : choice.threads) {
    for (const variant of choice.variants) {
      if (variant !== 'default' && (threads > 1 || backend === 'js')) continue;
      const name: OurName = { backend, threads, variant, floor: false };
      for (const each of backend === 'js' ? [name] : [floorOf(name), name]) wanted.set(nameOf(each), each);
    }
  }
  return [...wanted].map(([who, name]): Participant => {
    const slow = backend === 'js' && heavy;
    return {
      who,
      key: who,
      kind: name.floor ? 'floor' : 'ours',
      variant: name.variant,
      floor: name.floor || backend === 'js' ? null : nameOf(floorOf(name)),
      command: slow ? null : childCommand(who, of, choice.seconds),
      absent: slow ? 'left out: a second or more a step' : null,
      get: slow ? `--backend ${backend}` : null,
    };
  });
}

/** This very program, as the process that measures one of ours. */
function childCommand(who: string, of: BenchCase, seconds: number): Command {
  const args = ['bench', '--participant', who, ...caseArgs(of, seconds)];
  return { file: process.execPath, args: [process.argv[1], ...args] };
}

function caseArgs({ net, batch }: BenchCase, seconds: number): string[] {
  return ['--net', net.join('-'), '--batch', String(batch), '--seconds', String(seconds)];
}

function peerOf(of: BenchCase, found: FoundPeer, choice: Choice, heavy: boolean): Participant {
  const { peer, name } = found;
  const slow = heavy && peer.slow === true;
  const absent = found.absent ?? (slow ? 'left out: seconds a step' : null);
  const args = [...(peer.args ?? []), ...caseArgs(of, choice.seconds)];
  return {
    who: name,
    key: peer.key,
    kind: 'peer',
    variant: 'default',
    floor: null,
    command: absent === null ? peerCommand(found, choice.peersFolder!, peer.script, args) : null,
    absent,
    get: found.absent === undefined && slow ? `--peers ${peer.key}` : howToGet(peer, choice.peersFolder),
  };
}

function other(of: BenchCase, text: string, { seconds }: Choice): Participant {
  const at = text.indexOf('=');
  const [file, ...args] = text
    .slice(at + 1)
    .split(/\s+/)
    .filter(Boolean);
  if (at < 1 || file === undefined) {
    throw new NeuroForgeError('NF4145', 'a participant of your own has a name and a command', {
      where: '--peer',
      expected: 'NAME=COMMAND',
      got: text,
    });
  }
  const name = text.slice(0, at);
  const command = { file, args: [...args, ...caseArgs(of, seconds)] };
  return { who: name, key: name, kind: 'peer', variant: 'default', floor: null, command, absent: null, get: null };
}
