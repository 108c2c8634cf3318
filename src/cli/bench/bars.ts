import { NeuroForgeError } from '../../core/errors.ts';
import { benchCases } from './cases.ts';
import type { BarResult, BenchResult, UntilResult } from './document.ts';
import { type Row, ratiosOf } from './rounds.ts';
import { summary } from './statistics.ts';

/** A promise about the figures; a run measures it and never moves it. */
export interface Bar {
  readonly name: string;
  readonly case: string | null;
  readonly sense: BarResult['sense'];
  readonly bar: number;
  /** The figures that must all keep it; none where it could not be measured. */
  readonly measured: (run: Figures) => readonly number[];
  /** One that the user asked for is missed, not skipped, when it could not be measured. */
  readonly asked?: boolean;
}

/** What bars are held against. */
export interface Figures {
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  readonly results: readonly BenchResult[];
  readonly until97: readonly UntilResult[];
}

/** of / to at most so much, in a case: the median of the rounds, with each participant of that key (every build). */
export function ratioBar(of: string, to: string, inCase: string, bar: number, asked = false): Bar {
  const measured = ({ rows }: Figures): number[] => {
    const here = rows.get(inCase) ?? [];
    const ours = here.find((row) => row.participant.who === of);
    return here
      .filter((row) => row.participant.key === to || row.participant.who === to)
      .map((row) => ratiosOf(ours, row))
      .filter((pairs) => pairs.length > 0)
      .map((pairs) => summary(pairs).median);
  };
  return { name: `${of} / ${to}`, case: inCase, sense: 'atMost', bar, measured, asked };
}

const until = (who: string, sense: Bar['sense'], bar: number, what: 'seconds' | 'testAccuracy'): Bar => ({
  name: `${who} to 97 %: ${what === 'seconds' ? 'seconds' : 'test accuracy'}`,
  case: null,
  sense,
  bar,
  measured: ({ until97 }) =>
    until97.filter((u) => u.who === who).map((u) => (what === 'seconds' ? u.seconds.median : u.testAccuracy.min)),
});

/** What the project promises of itself. */
export const projectBars: readonly Bar[] = [
  ratioBar('native', 'native-floor', 'mission', 1.15),
  ratioBar('native', 'pytorch', 'mission', 0.4),
  ratioBar('native', 'jax', 'mission', 0.9),
  ratioBar('native', 'jax', 'wide', 0.85),
  ratioBar('native-definitions', 'native', 'mission', 1.6),
  {
    name: 'products of wasm / bare register tile',
    case: 'mission-128',
    sense: 'atLeast',
    bar: 0.85,
    measured: ({ results }) =>
      results.filter((r) => r.case === 'mission-128' && r.who === 'wasm-floor').flatMap((r) => r.shareOfTile ?? []),
  },
  ratioBar('wasm', 'jax-js', 'mission', 0.5),
  ratioBar('wasm', 'tfjs', 'mission', 0.08),
  ratioBar('wasm-2', 'wasm', 'mission-128', 1 / 1.7),
  ratioBar('wasm-2', 'wasm', 'mission', 1 / 1.4),
  ratioBar('wasm-definitions', 'wasm', 'mission', 1.35),
  {
    name: 'ms a step, fastest backend',
    case: 'tiny',
    sense: 'atMost',
    bar: 0.025,
    measured: ({ results }) => {
      const ours = results.filter((r) => r.case === 'tiny' && r.kind === 'ours' && r.variant === 'default');
      return ours.length === 0 ? [] : [Math.min(...ours.map((r) => r.msPerStep.median))];
    },
  },
  until('native', 'atMost', 8, 'seconds'),
  until('wasm', 'atMost', 15, 'seconds'),
  until('native', 'atLeast', 0.968, 'testAccuracy'),
  until('wasm', 'atLeast', 0.968, 'testAccuracy'),
];

/** `native/pytorch=0.4` in every case that runs, `wide:native/jax=0.85` in one. Throws NF4146. */
export function parseBar(text: string, cases: readonly string[]): Bar[] {
  const found = /^(?:([^:=/]+):)?([^:=/]+)\/([^=]+)=(.+)$/.exec(text);
  const bar = Number(found?.[4]);
  const inCase = found?.[1];
  if (!found || !(bar > 0) || (inCase !== undefined && !cases.includes(inCase))) {
    throw new NeuroForgeError('NF4146', 'this bar cannot be read', {
      where: '--bar',
      expected: `OF/TO=RATIO, or CASE:OF/TO=RATIO with a case that runs (${cases.join(', ')})`,
      got: text,
    });
  }
  const [, , of, to] = found;
  return (inCase === undefined ? cases : [inCase]).map((name) => ratioBar(of, to, name, bar, true));
}

/** Those of the project that this run could keep or miss. */
export function barsOfRun(cases: readonly string[], until97: boolean): Bar[] {
  const known = new Set(benchCases.map((c) => c.name).filter((name) => cases.includes(name)));
  return projectBars.filter((bar) => (bar.case === null ? until97 : known.has(bar.case)));
}

export function judge({ name, case: inCase, sense, bar, measured, asked }: Bar, run: Figures): BarResult {
  const figures = measured(run).filter((value) => !Number.isNaN(value));
  const head = { name, case: inCase, sense, bar };
  if (figures.length === 0) return { ...head, measured: null, verdict: asked ? 'fail' : 'skip' };
  const worst = sense === 'atMost' ? Math.max(...figures) : Math.min(...figures);
  const kept = sense === 'atMost' ? worst <= bar : worst >= bar;
  return { ...head, measured: worst, verdict: kept ? 'pass' : 'fail' };
}
