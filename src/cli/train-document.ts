import { weightsHash } from '../io/weights.ts';
import type { Model } from '../models/model.ts';
import type { FitResult } from '../train/events.ts';
import type { Metrics } from '../train/metrics.ts';
import type { RunFolder } from '../train/run-folder.ts';
import type { TrainingState } from '../train/state.ts';
import type { Baseline } from './baselines.ts';
import type { Prepared } from './setup.ts';

/** The document `neuroforge/train@1` of `train --json`. */
export async function trainDocument(
  { config, loss, targetScaling }: Prepared,
  model: Model,
  result: FitResult,
  folder: RunFolder,
  baselines: readonly Baseline[],
  resumed?: TrainingState,
): Promise<Record<string, unknown>> {
  const sd = targetScaling?.sd ?? 1;
  const inUnits = (m: Metrics | null): Metrics | null => (m && 'rmse' in m ? { ...m, rmse: m.rmse * sd } : m);
  return {
    schema: 'neuroforge/train@1',
    status: result.status,
    reason: result.reason,
    task: loss.task,
    run: folder.path,
    backend: model.backend.name,
    threads: model.backend.threads,
    seed: config.seed,
    ...(resumed ? { resumed: { step: resumed.step, epoch: resumed.epoch } } : {}),
    epochs: result.epochs,
    steps: result.steps,
    msPerStep: result.msPerStep,
    msPerStepMedian: result.msPerStepMedian,
    seconds: result.seconds,
    train: inUnits(result.train),
    trainRunning: result.trainRunning,
    val: result.val && { ...inUnits(result.val), best: result.best },
    test: inUnits(result.test),
    weights: await weightsHash(model.parameters, result.weights),
    weightsBest: await weightsHash(model.parameters, result.weightsBest),
    ...(baselines.length > 0 ? { baselines: Object.fromEntries(baselines.map((b) => [b.name, b.value])) } : {}),
  };
}
