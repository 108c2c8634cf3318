import type { Dataset } from '../data/dataset.ts';
import { files } from '../platform/index.ts';
import type { RunAbout } from '../train/run-folder.ts';
import type { Config } from './config.ts';
import { flagName } from './flags.ts';

/** Something that the numbers of a run depend on, and that is not as it was. */
export interface Difference {
  readonly what: string;
  readonly before: string;
  readonly now: string;
  /** Of the machine and its software, which --inexact lets pass; settings and data are refused always. */
  readonly ofMachine: boolean;
}

/** What may change: when a run ends, and what it saves. Its steps stay what they are. */
const changeable = ['epochs', 'steps', 'until', 'patience', 'checkpointEvery', 'keepLast'];

/** The same; the threads of a backend whose bits do not depend on them; and where a file lies, whose hash is compared. */
export function mayChange(about: RunAbout, recorded: Config, inexact: boolean): readonly string[] {
  const threads = about.backend !== 'native' || inexact ? ['threads'] : [];
  return [...changeable, ...threads, ...(isPath(recorded.data) ? ['data'] : [])];
}

function isPath(data: string): boolean {
  return /[./\\]/.test(data);
}

/** Settings of this command that are not the run's. */
export function settingsThatDiffer(
  recorded: Config,
  given: Readonly<Record<string, unknown>>,
  about: RunAbout,
  may: readonly string[],
): Difference[] {
  const before: Readonly<Record<string, unknown>> = { ...recorded, backend: about.backend };
  return Object.entries(given).flatMap(([key, now]) => {
    if (may.includes(key) || key === 'schema' || now === before[key] || (key === 'backend' && now === 'auto'))
      return [];
    const was = before[key] === undefined ? 'not given' : text(before[key]);
    return [
      { what: key === 'backend' ? key : flagName(key), before: was, now: text(now), ofMachine: key === 'backend' },
    ];
  });
}

/** What computes, held against what computed. `now` is what `openConfigured` says of it. */
export function machineThatDiffers(before: RunAbout, now: RunAbout): Difference[] {
  const found: Difference[] = [];
  const compare = (what: string, was: unknown, is: unknown): void => {
    if (was !== is) found.push({ what, before: text(was), now: text(is), ofMachine: true });
  };
  compare('neuroforge', record(before.versions).neuroforge, NEUROFORGE_VERSION);
  compare('backend', before.backend, now.backend);
  if (before.backend !== 'native' || now.backend !== 'native') return found;
  compare('threads', before.threads, now.threads);
  for (const key of ['library', 'version', 'threads']) {
    compare(`BLAS ${key}`, record(before.blas)[key], record(now.blas)[key]);
  }
  compare('processor', record(before.host).cpu, files.host.cpu);
  return found;
}

/** Files of the data set whose sha256 is another. */
export function dataThatDiffer(before: RunAbout, { hashes }: Dataset): Difference[] {
  const recorded = record(record(before.data).hashes);
  return [...new Set([...Object.keys(recorded), ...Object.keys(hashes)])].flatMap((file) => {
    if (recorded[file] === hashes[file]) return [];
    const short = (hash: unknown): string => text(hash).slice(0, 12);
    return [{ what: `data ${file}`, before: short(recorded[file]), now: short(hashes[file]), ofMachine: false }];
  });
}

/** Values of run.json are anything: it may have been changed by hand. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function text(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
