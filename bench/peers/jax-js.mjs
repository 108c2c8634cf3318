/** jax-js on its WebAssembly backend; the variants are in ./net-jax-js.mjs. */
import { benchCase, measure, report } from '../case.mjs';
import { blockUntilReady, np, parameters, start, stepper, version } from './net-jax-js.mjs';

const config = benchCase({ backend: 'wasm', variant: 'whole', steps: 400, warmup: 200 });
await start(config.backend);
const { sizes, batch } = config;
const step = stepper(config, config.variant);
let params = parameters(config);
const batches = config.batches.map(({ x, oneHot }) => ({
  x: np.array(x).reshape([batch, sizes[0]]),
  y: np.array(oneHot).reshape([batch, sizes.at(-1)]),
}));
await blockUntilReady([params, batches]);

let previous = null;
const run = (k) => {
  previous?.dispose();
  [previous, params] = step(params, batches[k].x.ref, batches[k].y.ref);
  return blockUntilReady([previous, params]).then(() => previous);
};
const timing = await measure(config, run, (value) => value.ref.js());
report({ who: 'jax-js', version, backend: config.backend }, config, timing);
