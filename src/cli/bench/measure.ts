import { type Summary, summary } from './statistics.ts';

/** The step whose loss all participants must agree on; later on, rounding makes float32 runs drift apart. */
export const checkedStep = 20;
const fewest = 5;
const most = 100_000;

/** What one process measured: the JSON line that every participant prints. */
export interface Line {
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  readonly msPerStep: Summary;
  /** Null where nothing is trained; `checked` is null where it was not finite. */
  readonly loss: { readonly checkedStep: number; readonly checked: number | null } | null;
  /** GFLOP/s of the bare register tile in the same process, from the floor of wasm. */
  readonly tileGflops?: number;
  /** What the step ran on, for people. */
  readonly details?: string;
}

export interface Measured {
  readonly times: readonly number[];
  readonly warmup: number;
  readonly loss: number;
}

/**
 * Warms up for half of `seconds` (at least to the checked step, whose loss is read outside the clock), then measures for
 * `seconds`, each step from its start to the start of the next. `step(n)` answers the loss of step n = 0, 1, ….
 */
export function measure(seconds: number, step: (n: number) => number): Measured {
  const times: number[] = [];
  let loss = Number.NaN;
  let began = performance.now();
  let n = 0;
  for (; n < checkedStep || performance.now() - began < 500 * seconds; n++) {
    const value = step(n);
    if (n === 0) began = performance.now(); // the first step may compile
    if (n + 1 === checkedStep) loss = value;
  }
  const warmup = n;
  const from = performance.now();
  let start = from;
  while (times.length < fewest || (start - from < 1000 * seconds && times.length < most)) {
    step(n++);
    const now = performance.now();
    times.push(now - start);
    start = now;
  }
  return { times, warmup, loss };
}

export function lineOf(
  { times, warmup, loss }: Measured,
  on: Pick<Line, 'version' | 'backend' | 'threads' | 'tileGflops' | 'details'>,
  trained: boolean,
): Line {
  const checked = { checkedStep, checked: Number.isFinite(loss) ? loss : null };
  return { ...on, steps: times.length, warmup, msPerStep: summary(times), loss: trained ? checked : null };
}
