import type { Machine } from './machine.ts';
import type { Variant } from './ours.ts';
import type { Summary } from './statistics.ts';

export interface BenchResult {
  readonly case: string;
  readonly who: string;
  readonly kind: 'ours' | 'floor' | 'peer';
  readonly variant: Variant;
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  /** Of the first round's process. */
  readonly steps: number;
  readonly warmup: number;
  /** Of the medians of all rounds. */
  readonly msPerStep: Summary;
  readonly gflops: number;
  readonly runs: readonly number[];
  readonly loss: { readonly step: number; readonly value: number | null } | null;
  /** Its floor's time over its own, median of the rounds. */
  readonly share: number | null;
  /** Its products' rate over that of the bare register tile in the same process, median of the rounds. */
  readonly shareOfTile: number | null;
  readonly details: string;
}

export interface BenchRatio {
  readonly case: string;
  readonly of: string;
  readonly to: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly pairs: readonly number[];
}

export interface Missing {
  readonly case: string | null;
  readonly who: string;
  readonly state: 'absent' | 'failed';
  readonly reason: string;
  readonly get: string | null;
}

export interface Disagreement {
  readonly case: string;
  readonly who: string;
  readonly step: number;
  readonly loss: number | null;
  readonly median: number;
}

export interface BarResult {
  readonly name: string;
  readonly case: string | null;
  readonly sense: 'atMost' | 'atLeast';
  readonly bar: number;
  /** The figure that is furthest from keeping it. */
  readonly measured: number | null;
  readonly verdict: 'pass' | 'fail' | 'skip';
}

/** What everybody trains to the first epoch's end at which the target is reached. */
export interface UntilTask {
  readonly data: string;
  readonly model: string;
  readonly batch: number;
  readonly lr: number;
  readonly validation: number;
  readonly target: number;
  readonly epochs: number;
}

export interface UntilRun {
  readonly seed: number;
  /** From just before the process is made until it is gone. */
  readonly seconds: number;
  readonly steps: number;
  readonly valAccuracy: number;
  readonly testAccuracy: number;
}

export interface UntilResult {
  readonly who: string;
  readonly kind: 'ours' | 'peer';
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly seconds: Summary;
  readonly testAccuracy: Summary;
  readonly runs: readonly UntilRun[];
}

export interface Until97 {
  readonly task: UntilTask;
  readonly results: readonly UntilResult[];
  readonly missing: readonly Missing[];
}

/** `neuroforge/bench@1`. */
export interface BenchDocument {
  readonly schema: 'neuroforge/bench@1';
  readonly version: string;
  readonly rounds: number;
  readonly secondsPerRun: number;
  readonly machine: Machine;
  readonly cases: readonly { name: string; about: string; net: readonly number[]; batch: number; flops: number }[];
  readonly results: readonly BenchResult[];
  readonly ratios: readonly BenchRatio[];
  readonly missing: readonly Missing[];
  readonly disagreements: readonly Disagreement[];
  readonly bars: readonly BarResult[];
  readonly until97: Until97 | null;
}
