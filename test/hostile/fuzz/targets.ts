import type { Target } from './check.ts';
import { csvTarget, gzipTarget, idxTarget, npyTarget, npzTarget } from './data-targets.ts';
import { digitTarget, pngTarget, predictTarget } from './image-targets.ts';
import { configTarget, modelTarget, safetensorsTarget } from './model-targets.ts';
import { checkpointTarget, metricsTarget } from './run-targets.ts';

/** Every parser of files that come from elsewhere. */
export const targets: readonly Target[] = [
  idxTarget,
  gzipTarget,
  csvTarget,
  npyTarget,
  npzTarget,
  safetensorsTarget,
  modelTarget,
  checkpointTarget,
  metricsTarget,
  configTarget,
  pngTarget,
  digitTarget,
  predictTarget,
];
