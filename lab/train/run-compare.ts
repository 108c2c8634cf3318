import type { Track } from './duel.ts';
import type { RunDocument } from './run-document.ts';

/** The validation losses of one side against those that the run recorded, at the ends of the same epochs. */
export interface Comparison {
  /** Those that both have, in order. */
  readonly epochs: readonly ComparedEpoch[];
  /** The last epoch up to which all are the same number, to the last bit; -1 where already the first is not. */
  readonly equalTo: number;
  /** The first epoch whose losses are not the same number. */
  readonly unequal: ComparedEpoch | null;
  /** Whether that is more than rounding makes of it. */
  readonly parted: boolean;
  /** The largest difference. */
  readonly largest: number;
}

export interface ComparedEpoch {
  readonly epoch: number;
  readonly run: number;
  readonly mine: number;
  /** Between the two; 0 where they are equal to the last bit. */
  readonly apart: number;
}

/**
 * The most that another order of the same sums makes of the first loss that it changes (up to 1e-3 was seen, after an
 * epoch on MNIST). Later ones may be farther apart, since descent carries differences on.
 */
const rounding = 1e-2;

export function compare(track: Track, { epochs }: RunDocument): Comparison {
  const recorded = new Map(epochs.map((entry) => [`${entry.epoch}:${entry.step}`, entry.valLoss]));
  const compared = track.epochs.flatMap((epoch, i) => {
    const run = recorded.get(`${epoch}:${track.epochSteps[i]}`); // an epoch that was cut short is another one
    const mine = track.valLosses[i];
    return run === undefined ? [] : [{ epoch, run, mine, apart: Object.is(run, mine) ? 0 : Math.abs(run - mine) }];
  });
  const at = compared.findIndex(({ apart }) => apart !== 0);
  const unequal = compared[at] ?? null;
  const lost = compared.some(({ apart }) => !Number.isFinite(apart));
  return {
    epochs: compared,
    equalTo: (unequal ? compared[at - 1] : compared.at(-1))?.epoch ?? -1,
    unequal,
    parted: lost || (unequal !== null && unequal.apart > rounding * Math.max(1, Math.abs(unequal.run))),
    largest: compared.reduce((most, { apart }) => Math.max(most, apart), 0),
  };
}
