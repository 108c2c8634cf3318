/**
 * The network in TensorFlow.js on its WebAssembly (SIMD, one thread) or plain JavaScript backend. Variants: `minimize`, as
 * the documentation shows it, an optimizer over the variables it finds; `fused`, the same with bias and ReLU in the
 * product; `hand`, the backward pass written out; `transposed`, the same with each transposed operand transposed on its
 * own: products with a transposed operand run in scalar code on wasm, others in XNNPACK.
 */
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';

export { tf };

/** Answers the number of threads. */
export async function start(backend) {
  tf.enableProdMode();
  setThreadsCount(1);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend}`);
  await tf.ready();
  return backend === 'wasm' ? getThreadsCount() : 1;
}

const plain = (h, W, b, hidden) => {
  const z = tf.add(tf.matMul(h, W), b);
  return hidden ? tf.relu(z) : z;
};
const fused = (a, b, bias, hidden) => tf.fused.matMul({ a, b, bias, activation: hidden ? 'relu' : 'linear' });
const products = { tn: (a, b) => tf.matMul(a, b, true, false), nt: (a, b) => tf.matMul(a, b, false, true) };
const viaTranspose = { tn: (a, b) => tf.matMul(tf.transpose(a), b), nt: (a, b) => tf.matMul(a, tf.transpose(b)) };

/** Mean loss of logits z for targets y, one-hot (B, classes) or flags (B, 1), and its gradient. */
function lossOf(z, y) {
  const [rows, outputs] = z.shape;
  if (outputs === 1) {
    const loss = tf.mean(tf.sub(tf.softplus(z), tf.mul(z, y)));
    return { loss, dZ: tf.mul(tf.sub(tf.sigmoid(z), y), 1 / rows) };
  }
  const logProb = tf.logSoftmax(z);
  const loss = tf.mul(tf.sum(tf.mul(logProb, y)), -1 / rows);
  return { loss, dZ: tf.mul(tf.sub(tf.exp(logProb), y), 1 / rows) };
}

/** From weights (in, out): `step({ x, y })` trains and answers the loss, `logits(x)`. */
export function network({ sizes, weights, biases, lr }, variant) {
  const last = sizes.length - 2;
  const params = weights.map((W, l) => [
    tf.variable(tf.tensor2d(W, [sizes[l], sizes[l + 1]])),
    tf.variable(tf.tensor1d(biases[l])),
  ]);
  const optimizer = tf.train.sgd(lr);
  const through = (x, layer) => params.reduce((h, [W, b], l) => layer(h, W, b, l < last), x);
  const published = sizes.at(-1) === 1 ? tf.losses.sigmoidCrossEntropy : tf.losses.softmaxCrossEntropy;

  const minimize =
    (layer) =>
    ({ x, y }) =>
      optimizer.minimize(() => published(y, through(x, layer)), true);

  const byHand =
    ({ tn, nt }) =>
    ({ x, y }) =>
      tf.tidy(() => {
        const inputs = [x];
        params.forEach(([W, b], l) => {
          inputs.push(plain(inputs[l], W, b, l < last));
        });
        let { loss, dZ } = lossOf(inputs.at(-1), y);
        for (let l = last; l >= 0; l--) {
          const [W, b] = params[l];
          const dW = tn(inputs[l], dZ);
          const db = tf.sum(dZ, 0);
          if (l > 0) dZ = tf.mul(nt(dZ, W), tf.step(inputs[l]));
          W.assign(tf.sub(W, tf.mul(dW, lr)));
          b.assign(tf.sub(b, tf.mul(db, lr)));
        }
        return loss;
      });

  const variants = {
    minimize: minimize(plain),
    fused: minimize(fused),
    hand: byHand(products),
    transposed: byHand(viaTranspose),
  };
  return { step: variants[variant], logits: (x) => through(x, plain) };
}
