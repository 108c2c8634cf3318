/** jax-js on its WebAssembly backend. One thread by nature under Node: its workers need the browser's `Worker`. */
import { readFileSync } from 'node:fs';
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { benchCase, measure, report } from '../case.mjs';

const config = benchCase({ backend: 'wasm', variant: 'whole', steps: 400, warmup: 200 });
await init(config.backend); // a bare init() also tries WebGPU and fails for want of `navigator`
defaultDevice(config.backend);

const { sizes, batch, lr } = config;
const last = sizes.length - 2;

// Arrays are owned: passing one consumes it, `.ref` keeps it.
function loss(params, x, y) {
  let h = x;
  params.forEach(([W, b], l) => {
    h = np.matmul(h, W).add(b);
    if (l < last) h = nn.relu(h);
  });
  return nn
    .logSoftmax(h)
    .mul(y)
    .sum()
    .mul(-1 / batch);
}
const descend = (params, grads) => params.map((p, l) => p.map((t, i) => t.sub(grads[l][i].mul(lr))));

const variants = {
  // no autograd: the backward pass written out, compiled as a whole
  hand() {
    return jit((params, x, y) => {
      const inputs = [x];
      params.forEach(([W, b], l) => {
        const z = np.matmul(inputs[l].ref, W.ref).add(b.ref);
        inputs.push(l < last ? nn.relu(z) : z);
      });
      const logProb = nn.logSoftmax(inputs[last + 1]);
      const value = logProb.ref
        .mul(y.ref)
        .sum()
        .mul(-1 / batch);
      let dZ = np
        .exp(logProb)
        .sub(y)
        .mul(1 / batch);
      const updated = [];
      for (let l = last; l >= 0; l--) {
        const [W, b] = params[l];
        const dW = np.matmul(np.transpose(inputs[l].ref), dZ.ref);
        const db = dZ.ref.sum(0);
        if (l > 0) dZ = np.where(inputs[l].greater(0), np.matmul(dZ, np.transpose(W.ref)), 0);
        else [dZ, inputs[0]].forEach((t) => void t.dispose());
        updated[l] = [W.sub(dW.mul(lr)), b.sub(db.mul(lr))];
      }
      return [value, updated];
    });
  },
  // the whole step in one compiled function
  whole() {
    const step = jit((params, x, y) => {
      const [value, grads] = valueAndGrad(loss)(
        params.map((p) => p.map((t) => t.ref)),
        x,
        y,
      );
      return [value, descend(params, grads)];
    });
    return step;
  },
  // gradients compiled, update compiled apart
  split() {
    const gradients = jit(valueAndGrad(loss));
    const update = jit(descend);
    return (params, x, y) => {
      const [value, grads] = gradients(
        params.map((p) => p.map((t) => t.ref)),
        x,
        y,
      );
      return [value, update(params, grads)];
    };
  },
  // gradients compiled, update operation by operation
  eager() {
    const gradients = jit(valueAndGrad(loss));
    return (params, x, y) => {
      const [value, grads] = gradients(
        params.map((p) => p.map((t) => t.ref)),
        x,
        y,
      );
      return [value, descend(params, grads)];
    };
  },
};
const step = variants[config.variant]();

let params = config.weights.map((W, l) => [np.array(W).reshape([sizes[l], sizes[l + 1]]), np.array(config.biases[l])]);
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

const { version } = JSON.parse(
  readFileSync(new URL('./node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'),
);
report({ who: 'jax-js', version, backend: config.backend }, config, timing);
