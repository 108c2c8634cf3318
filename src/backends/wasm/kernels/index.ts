// The module's entry: every kernel takes byte addresses and ranges, keeps no state and allocates nothing, so that
// threads run the same kernel on parts of one operation. Meaning and order of rounding: ../../backend.ts.
export { clip, axpy, binary, binaryScalar, copy, fill, unary, where } from './elementwise';
export { gatherRows, oneHot, scatterAddRows, transposeBlock as transpose } from './layout';
export { matmul, matmulScratch, segmentedMatmul } from './matmul';
export { expLanes, logLanes, sigmoidLanes, softplusLanes, tanhLanes } from './math';
export { argmaxRows, reduceCols, reduceRows, topK } from './reduce';
export { randomMask, randomNormal, randomUniform } from './random';
export { scaleRows } from './rows';
export { tileRate } from './tile-rate';

/** The first byte after the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
