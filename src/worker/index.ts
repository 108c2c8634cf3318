/**
 * `neuroforge/worker`: `fit` in a worker, with its events over a port.
 *
 * ```ts
 * const worker = new Worker(new URL('./fit.worker.ts', import.meta.url), { type: 'module' });
 * const run = fitInWorker(worker, {
 *   data: { name: 'digits' },
 *   layer: describeLayer(mlp({ hidden: [128, 64], outputs: 10 })),
 *   optimizer: { name: 'sgd', learningRate: 0.1 },
 *   epochs: 10,
 * });
 * for await (const event of run) if (event.type === 'epoch') show(event.val?.accuracy);
 * ```
 *
 * with `import { serveFit } from 'neuroforge/worker'; serveFit();` in `fit.worker.ts`. A page without a bundler names
 * `dist/worker/start.js` of the package instead; in Node, `new Worker(file)` of worker_threads and `serveFit(parentPort)`.
 */
export { describe as describeLayer, type LayerDescription } from '../models/registry.ts';
export { FitInWorker, type FitInWorkerOptions, fitInWorker, type Server } from './fit-in-worker.ts';
export type { Values } from './messages.ts';
export type { OwnParts } from './prepare-run.ts';
export { type Served, type ServeOptions, serveFit } from './serve.ts';
export type { DataSpec, FitSpec } from './spec.ts';
