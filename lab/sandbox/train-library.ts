import { mlp } from '../../src/models/mlp.ts';
import { describe } from '../../src/models/registry.ts';
import { fitInWorker } from '../../src/worker/fit-in-worker.ts';
import { fitSpecOf, LabRun, outputs } from './lab-run.ts';
import type { TrainRun, TrainSpec } from './types.ts';

/** Our own network, in a worker of its own. Throws NF4171 for MNIST without files; all else is the run's to tell. */
export function trainLibrary(spec: TrainSpec): TrainRun {
  const layer = describe(mlp({ hidden: spec.hidden, outputs }));
  const fitSpec = fitSpecOf(spec, layer);
  const worker = new Worker(new URL('./library-worker.ts', import.meta.url), { type: 'module' });
  return new LabRun(fitInWorker(worker, fitSpec), () => worker.terminate());
}
