/** jax-js on wasm to 97 % on MNIST: what ../README.md says. */
import { race, task } from './mnist.mjs';
import { blockUntilReady, logits, np, parameters, start, stepper, version } from './net-jax-js.mjs';

await start('wasm');
const of = task();
const train = stepper(of, 'whole');
const through = logits();
let params = parameters(of);
const array = (values, rows) => np.array(values).reshape([rows, values.length / rows]);

async function step({ x, y, rows }) {
  let loss;
  [loss, params] = train(params, array(x, rows), array(y, rows));
  await blockUntilReady(params);
  loss.dispose();
}
const kept = () => params.map((layer) => layer.map((t) => t.ref));
const classes = ({ x, rows }) => through(kept(), array(x, rows)).data();
await race(of, { version, backend: 'wasm' }, step, classes);
