/** TensorFlow.js on wasm, in its fastest way, to 97 % on MNIST: what ../README.md says. */
import { race, task } from './mnist.mjs';
import { network, start, tf } from './net-tfjs.mjs';

const threads = await start('wasm');
const of = task();
const net = network(of, 'transposed');
const tensors = ({ x, y, rows }) => ({ x: tf.tensor2d(x, [rows, 784]), y: tf.tensor2d(y, [rows, 10]) });

function step(batch) {
  const { x, y } = tensors(batch);
  tf.dispose([net.step({ x, y }), x, y]);
}
const logits = (batch) => tf.tidy(() => net.logits(tensors(batch).x).dataSync());
await race(of, { version: tf.version.tfjs, backend: 'wasm', threads }, step, logits);
