import type { Read, ReferenceCheck } from './document.ts';
import { drawChecks } from './draw-checks.ts';
import { foldChecks } from './fold-checks.ts';
import { layerChecks } from './layer-checks.ts';
import { lossChecks } from './loss-checks.ts';
import { networkChecks } from './network-checks.ts';
import { optimizerChecks } from './optimizer-checks.ts';

/** Everything that is held against numbers from outside. The mutation run kills by these and the gradient checks alone. */
export function referenceChecks(read: Read): ReferenceCheck[] {
  return [
    ...layerChecks(read),
    ...lossChecks(read),
    ...networkChecks(read),
    ...optimizerChecks(read),
    ...foldChecks(),
    ...drawChecks(),
  ];
}
