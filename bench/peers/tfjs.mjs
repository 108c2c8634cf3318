/** TensorFlow.js on its WebAssembly (SIMD, one thread) or plain JavaScript backend. */
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { benchCase, measure, report } from '../case.mjs';

const config = benchCase({ backend: 'wasm', variant: 'minimize', steps: 60, warmup: 20 });
tf.enableProdMode();
setThreadsCount(1);
if (!(await tf.setBackend(config.backend))) throw new Error(`TensorFlow.js has no backend ${config.backend}`);
await tf.ready();

const { sizes, batch, lr } = config;
const last = sizes.length - 2;
const params = config.weights.map((W, l) => [
  tf.variable(tf.tensor2d(W, [sizes[l], sizes[l + 1]])),
  tf.variable(tf.tensor1d(config.biases[l])),
]);
const batches = config.batches.map(({ x, oneHot }) => ({
  x: tf.tensor2d(x, [batch, sizes[0]]),
  y: tf.tensor2d(oneHot, [batch, sizes.at(-1)]),
}));
const optimizer = tf.train.sgd(lr);

function logits(x, layer) {
  return params.reduce((h, [W, b], l) => layer(h, W, b, l < last), x);
}
const plain = (h, W, b, hidden) => {
  const z = tf.add(tf.matMul(h, W), b);
  return hidden ? tf.relu(z) : z;
};
const fused = (a, b, bias, hidden) => tf.fused.matMul({ a, b, bias, activation: hidden ? 'relu' : 'linear' });
// products with a transposed operand run in scalar code on wasm; a transpose of its own keeps them in XNNPACK
const tn = (a, b) => tf.matMul(a, b, true, false);
const nt = (a, b) => tf.matMul(a, b, false, true);
const viaTranspose = { tn: (a, b) => tf.matMul(tf.transpose(a), b), nt: (a, b) => tf.matMul(a, tf.transpose(b)) };

const minimize =
  (layer) =>
  ({ x, y }) =>
    optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, logits(x, layer)), true);

const byHand =
  (products) =>
  ({ x, y }) =>
    tf.tidy(() => {
      const inputs = [x];
      params.forEach(([W, b], l) => {
        inputs.push(plain(inputs[l], W, b, l < last));
      });
      const logProb = tf.logSoftmax(inputs.at(-1));
      const loss = tf.mul(tf.sum(tf.mul(logProb, y)), -1 / batch);
      let dZ = tf.mul(tf.sub(tf.exp(logProb), y), 1 / batch);
      for (let l = last; l >= 0; l--) {
        const [W, b] = params[l];
        const dW = products.tn(inputs[l], dZ);
        const db = tf.sum(dZ, 0);
        if (l > 0) dZ = tf.mul(products.nt(dZ, W), tf.step(inputs[l]));
        W.assign(tf.sub(W, tf.mul(dW, lr)));
        b.assign(tf.sub(b, tf.mul(db, lr)));
      }
      return loss;
    });

const variants = {
  // what the documentation shows: an optimizer over the variables it finds
  minimize: minimize(plain),
  // the same with bias and ReLU fused into the product
  fused: minimize(fused),
  // no autograd: the backward pass written out
  hand: byHand({ tn, nt }),
  transposed: byHand(viaTranspose),
};
const step = variants[config.variant];

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
const threads = config.backend === 'wasm' ? getThreadsCount() : 1;
report({ who: 'tfjs', version: tf.version.tfjs, backend: config.backend, threads }, config, timing);
