import { type BenchCase, flopsOf } from './cases.ts';
import type { BenchRatio, BenchResult, Disagreement, Missing } from './document.ts';
import { checkedStep } from './measure.ts';
import { mediansOf, type Row, ratiosOf } from './rounds.ts';
import { outliers, summary } from './statistics.ts';

/** Relative difference of losses at the checked step: float32 leaves 1e-6, another computation far more. */
const lossTolerance = 1e-4;

export function resultsOf(of: BenchCase, rows: readonly Row[]): BenchResult[] {
  const flops = flopsOf(of);
  return rows.flatMap((row): BenchResult[] => {
    const first = row.lines.find((line) => line !== null);
    if (!first) return [];
    const { who, kind, variant, floor } = row.participant;
    const { version, backend, threads, steps, warmup, loss, details } = first;
    const runs = mediansOf(row).filter((ms) => ms !== null);
    const msPerStep = summary(runs);
    const floorRow = rows.find((other) => other.participant.who === floor);
    return [
      {
        case: of.name,
        who,
        kind,
        variant,
        version,
        backend,
        threads,
        steps,
        warmup,
        msPerStep,
        gflops: flops / msPerStep.median / 1e6,
        runs,
        loss: loss && { step: loss.checkedStep, value: loss.checked },
        share: medianOrNull(ratiosOf(floorRow, row)),
        shareOfTile: medianOrNull(
          row.lines.flatMap((l) => (l?.tileGflops ? flops / l.msPerStep.median / 1e6 / l.tileGflops : [])),
        ),
        details: details ?? '',
      },
    ];
  });
}

function medianOrNull(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : summary(numbers).median;
}

/** Our backends on one thread, with defaults, against everybody else of the case. */
export function comparisonsOf(of: BenchCase, rows: readonly Row[]): BenchRatio[] {
  const present = rows.filter((row) => row.lines.some((line) => line !== null));
  const ours = present.filter(({ participant: { kind, variant, who } }) => {
    return kind === 'ours' && variant === 'default' && (who === 'native' || who === 'wasm');
  });
  return ours.flatMap((a) =>
    present
      .filter((b) => b !== a)
      .map((b) => ratio(of.name, a, b))
      .filter((found) => found !== null),
  );
}

export function ratio(inCase: string, a: Row, b: Row): BenchRatio | null {
  const pairs = ratiosOf(a, b);
  if (pairs.length === 0) return null;
  return { case: inCase, of: a.participant.who, to: b.participant.who, ...summary(pairs), pairs };
}

export function missingOf(of: BenchCase, rows: readonly Row[]): Missing[] {
  return rows.flatMap(({ participant: { who, get }, state, reason }) =>
    state === 'present'
      ? []
      : [{ case: of.name, who, state, reason: reason ?? '', get: state === 'absent' ? get : null }],
  );
}

/** Who trained to another loss than the median at the checked step, and so computes something else. */
export function disagreementsOf(of: BenchCase, rows: readonly Row[]): Disagreement[] {
  const losses = rows.flatMap((row) => {
    const line = row.lines.find((l) => l !== null);
    return line?.loss
      ? [{ who: row.participant.who, step: line.loss.checkedStep, value: line.loss.checked ?? Number.NaN }]
      : [];
  });
  const { median } = summary(losses.map((l) => l.value).filter(Number.isFinite));
  const wrongStep = losses.filter((l) => l.step !== checkedStep);
  return [...new Set([...outliers(losses, lossTolerance), ...wrongStep])].map(({ who, step, value }) => ({
    case: of.name,
    who,
    step,
    loss: Number.isFinite(value) ? value : null,
    median,
  }));
}
