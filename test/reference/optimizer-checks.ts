import type { Backend } from '../../src/backends/backend.ts';
import { constant } from '../../src/layers/initializers.ts';
import { Parameters, type Snapshot } from '../../src/layers/parameters.ts';
import { Optimizer, type OptimizerState, type Transform } from '../../src/optim/optimizer.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { Arena } from '../../src/tensor/arena.ts';
import { Held, type Read, type ReferenceCase, type ReferenceCheck } from './document.ts';
import { addDecayed, momentum, scaleByAdam, scaleByRms, scaleBySum } from './transforms.ts';

type Options = NonNullable<ReferenceCase['options']>;

function make(options: Options): Optimizer {
  const lr = options.lr as number;
  const decay = addDecayed(options.weight_decay as number);
  const adam = () => scaleByAdam(options.betas as readonly number[], options.eps as number);
  switch (options.optimizer) {
    case 'sgd':
      return sgd(lr);
    case 'sgd, weight decay':
      return new Optimizer('sgd', [decay], () => lr);
    case 'momentum':
      return new Optimizer('momentum', [momentum(options.momentum as number)], lr);
    case 'nesterov':
      return new Optimizer('nesterov', [momentum(options.momentum as number, true)], lr);
    case 'rmsprop':
      return new Optimizer('rmsprop', [scaleByRms(options.alpha as number, options.eps as number)], lr);
    case 'adagrad':
      return new Optimizer('adagrad', [scaleBySum(options.eps as number)], lr);
    case 'adam':
      return new Optimizer('adam', [adam()], lr);
    case 'adam, L2':
      return new Optimizer('adam', [decay, adam()], lr);
    case 'adamw':
      return new Optimizer('adamw', [adam(), decay], lr);
    default:
      throw new Error(`no optimizer for ${options.optimizer}`);
  }
}

/** Paths of optimizers against PyTorch, the gradients given: SGD itself, and chains that extend its form. */
export function optimizerChecks(read: Read): ReferenceCheck[] {
  return [...read('optimizers').cases.map(pathCheck), scheduleCheck(), placesCheck()];
}

function pathCheck(c: ReferenceCase): ReferenceCheck {
  return {
    of: c.options!.optimizer === 'sgd' ? 'sgd' : 'optimizer',
    name: `optimizer ${c.name}`,
    run(backend) {
      const { theta, gradients } = c.inputs;
      const arena = new Arena(backend, 'reference');
      const optimizer = make(c.options!);
      const held = new Held(backend, c.inputs, 8);
      held.numbers('steps at first', [optimizer.steps], [0]);
      // a second set of parameters afterwards: its state begins at zero again
      for (const round of ['first', 'second']) {
        // `other`, before and after, has its own place in the block and gradient zero
        const declared = ['before', 'theta', 'after'].map((path) => {
          return { path, shape: theta.shape, initializer: constant(0) };
        });
        const parameters = new Parameters(backend, declared, [], 0);
        parameters.param('theta').set(theta.data);
        const size = theta.data.length;
        const steps = gradients.shape[0];
        const found: number[] = [];
        for (let t = 0; t < steps; t++) {
          parameters.gradient('theta').set(gradients.data.slice(t * size, (t + 1) * size));
          optimizer.step(parameters, arena);
          arena.reset();
          found.push(...parameters.param('theta').dataSync());
        }
        held.numbers(`thetas, ${round} parameters`, found, c.outputs.thetas.data);
        held.numbers('parameters without gradient', parameters.param('after').dataSync(), new Array(size).fill(0));
        held.numbers('steps', [optimizer.steps], [steps]);
        held.numbers(
          'names of the state',
          [optimizer.state.size],
          [optimizer.transforms.flatMap((t) => t.state).length],
        );
        parameters.dispose();
      }
      held.numbers('thetas, resumed at every step', resumed(c, backend), c.outputs.thetas.data);
      arena.dispose();
      return held.comparisons;
    },
  };
}

/** The same path, on which every step is another process's: its own optimizer and parameters, from the state before it. */
function resumed({ inputs: { theta, gradients }, options }: ReferenceCase, backend: Backend): number[] {
  const arena = new Arena(backend, 'resumed');
  const declared = ['before', 'theta'].map((path) => ({ path, shape: theta.shape, initializer: constant(0) }));
  const buffer = [{ path: 'kept', shape: [3], initializer: constant(0) }];
  const size = theta.data.length;
  const found: number[] = [];
  let [snapshot, state]: [Snapshot | undefined, OptimizerState | undefined] = [undefined, undefined];
  for (let t = 0; t < gradients.shape[0]; t++) {
    const parameters = new Parameters(backend, declared, buffer, 0);
    const optimizer = make(options!);
    if (snapshot && state) {
      parameters.restore(snapshot);
      optimizer.restore(parameters, state);
    } else parameters.param('theta').set(theta.data);
    parameters.gradient('theta').set(gradients.data.slice(t * size, (t + 1) * size));
    optimizer.step(parameters, arena);
    parameters.buffer('kept').fill(t);
    snapshot = parameters.snapshot(snapshot);
    state = optimizer.snapshot(parameters, state);
    const kept = snapshot.buffers.slice(0, 3).every((v) => v === t);
    const finite = parameters.finite();
    for (const [tensor, at] of [
      [parameters.values, parameters.values.size - 1],
      [parameters.values, 0],
      [parameters.buffer('kept'), 2],
    ] as const) {
      const spoiled = tensor.dataSync();
      spoiled[at] = Number.NaN;
      const before = tensor.dataSync();
      tensor.set(spoiled);
      if (parameters.finite()) found.push(Number.NaN);
      tensor.set(before);
    }
    const steps = state.steps === t + 1 && optimizer.steps === t + 1;
    arena.reset();
    found.push(...(kept && finite && steps ? parameters.param('theta').dataSync() : []));
    parameters.dispose();
  }
  arena.dispose();
  return found;
}

/** theta <- theta - lr(t) g with lr 0.5, 0.25, 0.125 counted from step 0: 1 - 0.5 - 0.25 - 0.125. */
function scheduleCheck(): ReferenceCheck {
  return {
    of: 'sgd',
    name: 'sgd with a schedule',
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const parameters = new Parameters(backend, [{ path: 'theta', shape: [1], initializer: constant(1) }], [], 0);
      const optimizer = sgd((step) => 0.5 ** (step + 1));
      for (let t = 0; t < 3; t++) {
        parameters.gradient('theta').fill(1);
        optimizer.step(parameters, arena);
      }
      const held = new Held(backend, {});
      held.numbers('theta', parameters.param('theta').dataSync(), [0.125]);
      parameters.dispose();
      arena.dispose();
      return held.comparisons;
    },
  };
}

/** A link is given a gradient, values and state whose results live in the step's arena. */
function placesCheck(): ReferenceCheck {
  return {
    of: 'optimizer',
    name: 'where a link computes',
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const parameters = new Parameters(backend, [{ path: 'theta', shape: [2], initializer: constant(1) }], [], 0);
      const inArena: number[] = [];
      const link: Transform = {
        name: 'link',
        state: ['s'],
        update(g, { state, values }) {
          inArena.push(...[g, state.s, values].map((t) => Number(t.arena === arena)));
          return g;
        },
      };
      parameters.gradient('theta').fill(0.5);
      new Optimizer('linked', [link], 1).step(parameters, arena);
      const held = new Held(backend, {});
      held.numbers('in the arena', inArena, [1, 1, 1]);
      held.numbers('theta', parameters.param('theta').dataSync(), [0.5, 0.5]);
      parameters.dispose();
      arena.dispose();
      return held.comparisons;
    },
  };
}
