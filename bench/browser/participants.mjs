/**
 * Who takes part in the browser bench. `pages` says where: in a plain page, in a cross-origin isolated one. A step count
 * is chosen so that a measurement takes one to three seconds. `needs` are exports of ours without which it is absent.
 */
const tfjsFirst = `import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'; setWasmPaths('/tfjs/');`;
const both = ['plain', 'isolated'];
const jax = { script: '../peers/jax-js.mjs', where: 'worker', pages: both, warmup: 100, steps: 200 };
const tfjs = { script: '../peers/tfjs.mjs', first: tfjsFirst, where: 'worker', pages: both };

export const participants = [
  { who: 'ours', script: '../ours.mjs', where: 'worker', pages: both, warmup: 300, steps: 600 },
  { who: 'ours, main thread', script: '../ours.mjs', where: 'main', pages: both, warmup: 300, steps: 600 },
  {
    who: 'ours, 2 threads',
    script: '../ours.mjs',
    args: ['--backend', 'wasm-2'],
    threads: 2,
    needs: ['openBackend'],
    where: 'worker',
    pages: ['isolated'],
    warmup: 300,
    steps: 600,
  },
  // its pool has a worker a core wherever there is shared memory, and it has no setting for it
  { who: 'jax-js', ...jax, allCoresWhenIsolated: true },
  { who: 'tfjs', ...tfjs, warmup: 20, steps: 60 },
  { who: 'tfjs-transposed', ...tfjs, args: ['--variant', 'transposed'], warmup: 100, steps: 200 },
];
