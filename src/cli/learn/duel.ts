import { backend } from '../../backends/default.ts';
import { safeText } from '../../charts/text.ts';
import { crossEntropy } from '../../losses/cross-entropy.ts';
import { mlp } from '../../models/mlp.ts';
import type { ExerciseId } from '../../verify/exercises.ts';
import type { Output } from '../output.ts';
import { people } from '../output.ts';
import type { Solution } from './folder.ts';
import { numberOf } from './folder.ts';
import type { Outside } from './outside.ts';
import { type EpochResult, network, train } from './training.ts';

/** What `learn --train` found. */
export interface Duel {
  readonly backend: string;
  readonly steps: number;
  /** Every loss and every weight has the same bits. */
  readonly equal: boolean;
  /** The first step whose losses differ, from 1; null if none does. */
  readonly firstDifference: number | null;
  readonly largestDifference: number;
  readonly learner: Side | null;
  readonly library: Side;
  readonly error: { readonly exercise: ExerciseId | null; readonly message: string } | null;
}

interface Side {
  readonly valLoss: number;
  readonly valAccuracy: number;
  readonly weights: string;
}

/** Trains the digits with the library's functions, then with the learner's, and shows their losses side by side. */
export async function duel(solutions: readonly Solution[], outside: Outside, output: Output): Promise<Duel> {
  const { paint } = output;
  const library: EpochResult[] = [];
  const on = backend();
  output.note("training the library's network …");
  const theirs = await train({ layer: mlp(network), loss: crossEntropy() }, on, (r) => library.push(r));
  output.print(`digits, ${[64, ...network.hidden, network.outputs].join('-')}, the same seed and batches for both`);
  output.print(paint.dim('epoch    your val loss   the library   your val accuracy   losses of all steps'));

  let [steps, firstDifference, largestDifference] = [0, null as number | null, 0];
  let last: EpochResult | null = null;
  const ended = await outside.train(solutions, (result) => {
    const other = library[result.epoch];
    result.losses.forEach((loss, i) => {
      steps++;
      if (Object.is(loss, other.losses[i])) return;
      firstDifference ??= steps;
      const difference = Math.abs(loss - other.losses[i]);
      largestDifference = difference >= 0 ? Math.max(largestDifference, difference) : Infinity;
    });
    last = result;
    if (result.epoch > 3 && result.epoch % 5 !== 0) return;
    const same = firstDifference === null ? paint.green('equal') : paint.red(`part at step ${people(firstDifference)}`);
    const [mine, its] = [result.valLoss.toFixed(6), other.valLoss.toFixed(6)];
    const accuracy = result.valAccuracy.toFixed(4);
    output.print(
      `${String(result.epoch).padStart(5)}${mine.padStart(17)}${its.padStart(14)}${accuracy.padStart(20)}   ${same}`,
    );
  });

  const final = library.at(-1)!;
  const found = {
    backend: on.name,
    steps,
    firstDifference,
    largestDifference,
    library: { valLoss: final.valLoss, valAccuracy: final.valAccuracy, weights: theirs },
  };
  if (!('weights' in ended)) {
    const { exercise, message } = ended;
    const whose = exercise === null ? '' : `exercise ${numberOf(exercise)}, ${exercise}: `;
    output.print(paint.red(`your network stopped after ${people(steps)} steps: ${whose}${safeText(message, 1000)}`));
    return { ...found, equal: false, learner: null, error: { exercise, message } };
  }
  const equal = firstDifference === null && ended.weights === theirs;
  const { valLoss, valAccuracy } = last! as EpochResult;
  output.print();
  if (equal) {
    output.print(`${paint.green('equal')}: ${people(steps)} losses and all weights are the library's, bit for bit`);
    output.print(paint.dim(`       ${theirs}`));
  } else {
    const by = `by at most ${largestDifference.toExponential(1)}`;
    output.print(`not equal: the losses part at step ${firstDifference ?? steps}, ${by}`);
  }
  return { ...found, equal, learner: { valLoss, valAccuracy, weights: ended.weights }, error: null };
}
