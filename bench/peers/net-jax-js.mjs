/**
 * The network in jax-js on its WebAssembly backend; one thread by nature under Node, since its workers need the browser's
 * `Worker`. Arrays are owned: passing one consumes it, `.ref` keeps it.
 */
import { readFileSync } from 'node:fs';
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';

export { blockUntilReady, np };

export const { version } = JSON.parse(
  readFileSync(new URL('./node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'),
);

export async function start(backend) {
  await init(backend); // a bare init() also tries WebGPU and fails for want of `navigator`
  defaultDevice(backend);
}

/** [W (in, out), b (out)] a layer. */
export function parameters({ sizes, weights, biases }) {
  return weights.map((W, l) => [np.array(W).reshape([sizes[l], sizes[l + 1]]), np.array(biases[l])]);
}

/** Compiled logits (params, x (B, in)) -> (B, out). */
export const logits = () => jit(through);

function through(params, x) {
  let h = x;
  params.forEach(([W, b], l) => {
    h = np.matmul(h, W).add(b);
    if (l < params.length - 1) h = nn.relu(h);
  });
  return h;
}

/** Mean loss for targets y, one-hot (B, classes) or flags (B, 1). */
function loss(params, x, y) {
  const rows = y.shape[0];
  const z = through(params, x);
  if (y.shape[1] === 1) {
    return nn
      .softplus(z.ref)
      .sub(z.mul(y))
      .sum()
      .mul(1 / rows);
  }
  return nn
    .logSoftmax(z)
    .mul(y)
    .sum()
    .mul(-1 / rows);
}

/** The mean loss and its gradient by the logits; takes z and y. */
function lossAndGradient(z, y) {
  const scale = 1 / y.shape[0];
  if (y.shape[1] === 1) {
    const value = nn.softplus(z.ref).sub(z.ref.mul(y.ref)).sum().mul(scale);
    return [value, nn.sigmoid(z).sub(y).mul(scale)];
  }
  const logProb = nn.logSoftmax(z);
  const value = logProb.ref.mul(y.ref).sum().mul(-scale);
  return [value, np.exp(logProb).sub(y).mul(scale)];
}

/** (params, x, y) -> [loss, params]: `whole`, `hand` (no autograd), `split` or `eager`. */
export function stepper({ sizes, lr }, variant) {
  const last = sizes.length - 2;
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
        let [value, dZ] = lossAndGradient(inputs[last + 1], y);
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
  return variants[variant]();
}
