import type { TrainEvent } from '../sandbox/types.ts';

export type Side = 'learner' | 'library';
export const sides: readonly Side[] = ['learner', 'library'];

/** The curves of one side, as told so far. */
export interface Track {
  readonly steps: number[];
  readonly losses: number[];
  readonly epochs: number[];
  /** The step at which each ended. */
  readonly epochSteps: number[];
  readonly accuracies: number[];
  readonly valLosses: number[];
}

/** The first step told by both at which the losses are not the same number. */
export interface Parting {
  readonly step: number;
  readonly learner: number;
  readonly library: number;
}

/** Two runs step by step, as far as both tell of a step: equal functions give equal losses, bit for bit. */
export class Duel {
  readonly tracks: Readonly<Record<Side, Track>> = { learner: emptyTrack(), library: emptyTrack() };
  /** The last step up to which every loss that both told was the same. */
  equalSteps = 0;
  parting: Parting | null = null;
  /** How many losses of each side were compared, or left because the other side did not tell that step. */
  readonly #at: Record<Side, number> = { learner: 0, library: 0 };

  add(side: Side, event: TrainEvent): void {
    const track = this.tracks[side];
    if (event.type === 'step') {
      track.steps.push(event.step);
      track.losses.push(event.loss);
      this.#compare();
    } else if (event.type === 'epoch') {
      track.epochs.push(event.epoch);
      track.epochSteps.push(event.step);
      track.accuracies.push(event.valAccuracy);
      track.valLosses.push(event.valLoss);
    }
  }

  #compare(): void {
    const { learner, library } = this.tracks;
    const at = this.#at;
    while (!this.parting && at.learner < learner.steps.length && at.library < library.steps.length) {
      const [step, other] = [learner.steps[at.learner], library.steps[at.library]];
      if (step <= other) at.learner++;
      if (other <= step) at.library++;
      if (step !== other) continue;
      const [mine, ours] = [learner.losses[at.learner - 1], library.losses[at.library - 1]];
      if (Object.is(mine, ours)) this.equalSteps = step;
      else this.parting = { step, learner: mine, library: ours };
    }
  }
}

function emptyTrack(): Track {
  return { steps: [], losses: [], epochs: [], epochSteps: [], accuracies: [], valLosses: [] };
}

/** One point for every `width` ones: their mean, at the last of their places. */
export function thinned(x: readonly number[], y: readonly number[], width: number): [number[], number[]] {
  if (width <= 1) return [[...x], [...y]];
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let from = 0; from < x.length; from += width) {
    const to = Math.min(x.length, from + width);
    let sum = 0;
    for (let i = from; i < to; i++) sum += y[i];
    xs.push(x[to - 1]);
    ys.push(sum / (to - from));
  }
  return [xs, ys];
}
