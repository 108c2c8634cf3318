import type { AnyLayer } from '../../src/layers/layer.ts';
import { linear } from '../../src/layers/linear.ts';
import { sigmoid } from '../../src/layers/sigmoid.ts';
import { softmax } from '../../src/layers/softmax.ts';
import { losses } from '../../src/losses/registry.ts';
import { mlp } from '../../src/models/mlp.ts';
import { build, type Model } from '../../src/models/model.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { Arena } from '../../src/tensor/arena.ts';
import type { Indices } from '../../src/tensor/indices.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { energy } from '../../src/verify/exemplars.ts';
import { Held, place, placeLabels, type Read, type ReferenceCase, type ReferenceCheck } from './document.ts';

/** What a file calls the parameters, and the paths that they have in our network. */
type Names = Readonly<Record<string, string>>;

/** Every activation and every gradient of the backward chain, then SGD: losses before each step, parameters after. */
export function networkChecks(read: Read): ReferenceCheck[] {
  const three: Names = { W1: '0.W', b1: '0.b', W2: '2.W', b2: '2.b', W3: '4.W', b3: '4.b' };
  const logistic: Names = { W: '0.W', b: '0.b' };
  return [
    ...read('three-layer-network').cases.flatMap((c) => [
      networkCheck('mlp', c, three, mlp({ hidden: [7, 5], outputs: 4 }), 'cross-entropy', {
        activations: { '0': 'z1', '1': 'h1', '2': 'z2', '3': 'h2', '4': 'logits' },
        gradients: { '0': 'dZ1', '1': 'dH1', '2': 'dZ2', '3': 'dH2', '4': 'dLogits' },
      }),
      networkCheck(
        'mlp',
        c,
        three,
        sequential(...Object.values(mlp({ hidden: [7, 5], outputs: 4 }).children!), softmax()),
        'cross-entropy-from-probabilities',
        {
          activations: { '0': 'z1', '1': 'h1', '2': 'z2', '3': 'h2', '4': 'logits', '5': 'proba' },
          gradients: { '0': 'dZ1', '1': 'dH1', '2': 'dZ2', '3': 'dH2', '4': 'dLogits', '5': 'dProba' },
        },
      ),
    ]),
    auxiliaryCheck(),
    ...read('logistic-regression').cases.flatMap((c) => [
      networkCheck('logistic', c, logistic, sequential(linear(1)), 'binary-cross-entropy', {
        activations: { '0': 'z' },
        gradients: { '0': 'dZ' },
      }),
      networkCheck(
        'logistic',
        c,
        logistic,
        sequential(linear(1), sigmoid()),
        'binary-cross-entropy-from-probabilities',
        { activations: { '0': 'z', '1': 'p' }, gradients: { '0': 'dZ', '1': 'dP' } },
      ),
    ]),
  ];
}

function networkCheck(
  of: string,
  c: ReferenceCase,
  names: Names,
  layer: AnyLayer,
  loss: string,
  seen: { activations: Names; gradients: Names },
): ReferenceCheck {
  return {
    of,
    name: `${of}, ${loss}: ${c.name}`,
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const model = build(layer, { input: c.inputs.x.shape.slice(1), loss: losses[loss](), backend });
      for (const [theirs, path] of Object.entries(names)) model.parameters.param(path).set(c.inputs[theirs].data);
      const held = new Held(backend, c.inputs, 4);
      probed(model, c, arena, seen, held);
      for (const [theirs, path] of Object.entries(names)) {
        held.that(`d${theirs}`, model.parameters.gradient(path), c.outputs[`d${theirs}`]);
      }
      trained(model, c, arena, names, held);
      model.dispose();
      arena.dispose();
      return held.comparisons;
    },
  };
}

function batchOf(c: ReferenceCase, arena: Arena): { x: Tensor; y: Indices | Tensor } {
  const y = c.inputs.labels ? placeLabels(arena, c.inputs.labels) : place(arena, c.inputs.targets);
  return { x: place(arena, c.inputs.x), y };
}

/** One pass with a listener, dX included. */
function probed(
  model: Model,
  c: ReferenceCase,
  arena: Arena,
  seen: { activations: Names; gradients: Names },
  held: Held,
) {
  const values = new Map<string, Tensor>();
  model.pass.listener = (path, value) => values.set(path, value);
  model.pass.wantsInputGrad = true;
  const { x, y } = batchOf(c, arena);
  const { y: output, cache } = model.layer.forward(model.pass.root(), x);
  const result = model.loss.apply(output, { y });
  model.parameters.beginStep();
  const dX = model.layer.backward(model.pass.root(), result.dOutput, cache);
  model.parameters.collect();
  held.that('loss', result.loss, c.outputs.loss);
  held.that('dX', dX, c.outputs.dX);
  for (const [path, name] of Object.entries(seen.activations))
    held.that(name, values.get(`${path}.output`), c.outputs[name]);
  for (const [path, name] of Object.entries(seen.gradients))
    held.that(name, values.get(`${path}.dOutput`), c.outputs[name]);
  model.pass.listener = null;
  model.pass.wantsInputGrad = false;
  arena.reset();
}

function trained(model: Model, c: ReferenceCase, arena: Arena, names: Names, held: Held): void {
  const optimizer = sgd(c.options!.lr as number);
  const found: number[] = [];
  const before = model.parameters.snapshot();
  for (const again of [false, true]) {
    for (let step = 0; step <= (c.options!.steps as number); step++) {
      const { loss } = model.computeGradients(batchOf(c, arena));
      found.push(loss.item());
      if (step < (c.options!.steps as number)) optimizer.step(model.parameters, arena);
      arena.reset();
    }
    held.numbers(again ? 'losses, again from the start' : 'losses', found.splice(0), c.outputs.losses.data);
    for (const [theirs, path] of Object.entries(names)) {
      held.that(`${theirs}After`, model.parameters.param(path), c.outputs[`${theirs}After`]);
    }
    if (!again) model.parameters.restore(before);
  }
}

/**
 * The mean square of x and, by hand, 0.5 mean(x^2) + 0.25 mean(x)^2 on top: 7.5 + 0.5 7.5 + 0.25 6.25 at x = 1, 2, 3, 4,
 * where the gradient is x / 2 + x / 4 + 0.3125.
 */
function auxiliaryCheck(): ReferenceCheck {
  return {
    of: 'context',
    name: 'auxiliary losses',
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const layer = energy({ weight: 0.5 });
      const model = build(layer, { input: [2], loss: losses['mean-squared-error'](), backend });
      const held = new Held(backend, {});
      const x = { shape: [2, 2], data: [1, 2, 3, 4] };
      const y = { shape: [2, 2], data: [0, 0, 0, 0] };
      for (const time of ['once', 'again']) {
        const { loss } = model.computeGradients({ x: place(arena, x), y: place(arena, y) });
        held.numbers(`loss, ${time}`, [loss.item()], [12.8125]);
      }
      model.pass.losses.clear();
      const { y: output, cache } = layer.forward(model.pass.root(), place(arena, x));
      const dY = model.loss.apply(output, { y: place(arena, y) }).dOutput;
      held.that('dX', layer.backward(model.pass.root(), dY, cache), {
        shape: [2, 2],
        data: [1.0625, 1.8125, 2.5625, 3.3125],
      });
      model.dispose();
      arena.dispose();
      return held.comparisons;
    },
  };
}
