/** TensorFlow.js on its WebAssembly or plain JavaScript backend; the variants are in ./net-tfjs.mjs. */
import { benchCase, measure, report } from '../case.mjs';
import { network, start, tf } from './net-tfjs.mjs';

const config = benchCase({ backend: 'wasm', variant: 'minimize', steps: 60, warmup: 20 });
const threads = await start(config.backend);
const { sizes, batch } = config;
const batches = config.batches.map(({ x, oneHot }) => ({
  x: tf.tensor2d(x, [batch, sizes[0]]),
  y: tf.tensor2d(oneHot, [batch, sizes.at(-1)]),
}));
const { step } = network(config, config.variant);

let previous = null;
const timing = await measure(
  config,
  (k) => {
    previous?.dispose();
    previous = step(batches[k]);
    return previous;
  },
  (value) => value.dataSync()[0],
);
report({ who: 'tfjs', version: tf.version.tfjs, backend: config.backend, threads }, config, timing);
