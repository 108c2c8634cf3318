import { normal, randomHalf, stream, uniform } from '../../src/core/random.ts';
import { Declarations, Pass } from '../../src/layers/context.ts';
import { constant, type InitName, values } from '../../src/layers/initializers.ts';
import { linear } from '../../src/layers/linear.ts';
import { Parameters } from '../../src/layers/parameters.ts';
import { Arena } from '../../src/tensor/arena.ts';
import { tensor } from '../../src/tensor/create.ts';
import { masked } from '../../src/verify/exemplars.ts';
import { Held, type ReferenceCheck } from './document.ts';

/**
 * Initial values of a linear layer with 50 inputs and 30 outputs. The standard deviations and limits are worked out from
 * the papers' formulas by hand: He sqrt(2/50), LeCun sqrt(1/50), Glorot sqrt(6/80), PyTorch's nn.Linear 1/sqrt(50).
 */
const golden: Readonly<Record<string, { W: Law; b: Law }>> = {
  he: { W: { sd: 0.2 }, b: { all: 0 } },
  xavier: { W: { limit: 0.27386127875258306 }, b: { all: 0 } },
  lecun: { W: { sd: 0.1414213562373095 }, b: { all: 0 } },
  torch: { W: { limit: 0.1414213562373095 }, b: { limit: 0.1414213562373095 } },
  original: { W: { sd: 0.2 }, b: { sd: 0.01 } },
  zero: { W: { all: 0 }, b: { all: 0 } },
};

type Law = { readonly sd: number } | { readonly limit: number } | { readonly all: number };

/** What the law says of element i of the parameter at `path`. */
function expected(law: Law, seed: number, path: string, i: number): number {
  const s = stream(seed, `init/${path}`);
  if ('sd' in law) return law.sd * normal(s, 0, i);
  return 'limit' in law ? law.limit * (2 * uniform(s, 0, i) - 1) : law.all;
}

export function drawChecks(): ReferenceCheck[] {
  return [...Object.keys(golden).map(schemeCheck), biasCheck(), givenCheck(), layerDrawsCheck(), choiceCheck()];
}

function schemeCheck(name: string): ReferenceCheck {
  return {
    of: 'initializers',
    name: `initialization ${name}`,
    run(backend) {
      const held = new Held(backend, {});
      const declared = new Declarations();
      const layer = name === 'he' ? linear(30) : linear(30, { init: name as InitName });
      layer.init(declared.child('0'), [50]);
      for (const seed of [0, 7]) {
        const parameters = new Parameters(backend, declared.params, declared.buffers, seed);
        for (const n of ['W', 'b'] as const) {
          const ours = parameters.param(`0.${n}`).dataSync();
          const theirs = Array.from(ours, (_, i) => expected(golden[name][n], seed, `0.${n}`, i));
          held.numbers(`${n}, seed ${seed}`, ours, theirs);
        }
        parameters.dispose();
      }
      return held.comparisons;
    },
  };
}

function biasCheck(): ReferenceCheck {
  return {
    of: 'linear',
    name: 'a linear layer’s given bias',
    run(backend) {
      const declared = new Declarations();
      linear(3, { bias: [0.5, -1, 2] }).init(declared, [4]);
      const parameters = new Parameters(backend, declared.params, [], 0);
      const held = new Held(backend, {});
      held.numbers('b', parameters.param('b').dataSync(), [0.5, -1, 2]);
      parameters.dispose();
      return held.comparisons;
    },
  };
}

function givenCheck(): ReferenceCheck {
  return {
    of: 'initializers',
    name: 'initialization with given values, parameters and buffers side by side',
    run(backend) {
      const held = new Held(backend, {});
      const params = [
        { path: 'a', shape: [2, 2], initializer: values([1, 2, 3, 4]) },
        { path: 'b', shape: [17], initializer: constant(5) },
        { path: 'c', shape: [], initializer: constant(-1) },
      ];
      const buffers = [
        { path: 'mean', shape: [3], initializer: values([7, 8, 9]) },
        { path: 'sd', shape: [16], initializer: constant(2) },
        { path: 'last', shape: [1], initializer: constant(6) },
      ];
      const inUse = backend.usage().allocated;
      const p = new Parameters(backend, params, buffers, 0);
      const kept = p.snapshot();
      const gap = (n: number) => new Array(n).fill(0);
      const vector = [1, 2, 3, 4, ...gap(12), ...new Array(17).fill(5), ...gap(15), -1, ...gap(15)];
      held.numbers('all parameters as one vector', kept.values, vector);
      const others = [7, 8, 9, ...gap(13), ...new Array(16).fill(2), 6, ...gap(15)];
      held.numbers('all buffers as one vector', kept.buffers, others);
      for (const { path } of buffers) p.buffer(path).fill(100);
      p.values.fill(100);
      p.restore(kept);
      held.numbers('a', p.param('a').dataSync(), [1, 2, 3, 4]);
      held.numbers('b', p.param('b').dataSync(), new Array(17).fill(5));
      held.numbers('c', p.param('c').dataSync(), [-1]);
      held.numbers('mean', p.buffer('mean').dataSync(), [7, 8, 9]);
      held.numbers('sd', p.buffer('sd').dataSync(), new Array(16).fill(2));
      held.numbers('last', p.buffer('last').dataSync(), [6]);
      held.numbers('state of an optimizer', p.state('test').dataSync(), new Array(p.values.size).fill(0));
      held.numbers('count', [p.count, p.names.length, p.bufferNames.length], [22, 3, 3]);
      held.numbers('places, each at a multiple of 16 elements', [p.values.size, p.gradients.size], [64, 64]);
      p.dispose();
      held.numbers('memory given back', [backend.usage().allocated - inUse], [0]);
      return held.comparisons;
    },
  };
}

/** What a layer draws is its own stream's, at its step: core/random.ts says which numbers these are. */
function layerDrawsCheck(): ReferenceCheck {
  return {
    of: 'context',
    name: 'what a layer draws',
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const declared = new Declarations();
      const pass = new Pass(new Parameters(backend, declared.params, declared.buffers, 0), 11);
      const held = new Held(backend, {});
      held.numbers('a pass at first', [pass.step, Number(pass.training), Number(pass.wantsInputGrad)], [0, 0, 0]);
      pass.step = 3;
      const x = tensor(new Array(15).fill(0), [3, 5], { arena });
      const inner = pass.root().child('2').child('gate');
      const noise = stream(11, 'noise/2.gate');
      const dropout = stream(11, 'dropout/2.gate');
      const each = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));
      held.numbers(
        'normal',
        inner.normal('noise', x).dataSync(),
        each(15, (i) => normal(noise, 3, i)),
      );
      held.numbers(
        'normal, a shape of its own',
        inner.normal('noise', x, [4]).dataSync(),
        each(4, (i) => normal(noise, 3, i)),
      );
      const mask = each(15, (i) => (randomHalf(dropout, 3, i) < 0.75 * 65536 ? 4 / 3 : 0));
      held.numbers('mask', inner.mask('dropout', x, 0.75).dataSync(), mask);
      held.numbers('lives with x', [Number(inner.mask('dropout', x, 0.75).arena === arena)], [1]);
      arena.dispose();
      return held.comparisons;
    },
  };
}

/** A mask is drawn in training only; it is frozen, under its layer's path, only where a gradient check asks for it. */
function choiceCheck(): ReferenceCheck {
  return {
    of: 'context',
    name: 'choices in training, in evaluation and frozen',
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const pass = new Pass(new Parameters(backend, [], [], 0), 5);
      const held = new Held(backend, {});
      const x = tensor(new Array(15).fill(2), [3, 5], { arena });
      const layer = masked({ keep: 0.75 });
      const run = () => layer.forward(pass.root().child('2').child('gate'), x).y.dataSync();
      const drawn = (step: number) => {
        const s = stream(5, 'dropout/2.gate');
        return Array.from({ length: 15 }, (_, i) => (randomHalf(s, step, i) < 0.75 * 65536 ? 8 / 3 : 0));
      };
      held.numbers('evaluation', run(), new Array(15).fill(2));
      pass.training = true;
      held.numbers('step 0', run(), drawn(0));
      pass.step = 1;
      held.numbers('step 1', run(), drawn(1));
      pass.frozen = new Map();
      held.numbers('step 1, recorded', run(), drawn(1));
      pass.step = 2;
      held.numbers('step 2, as recorded', run(), drawn(1));
      held.numbers('its name', [pass.frozen.size, Number(pass.frozen.has('2.gate.mask'))], [1, 1]);
      held.numbers('weight of a loss that nobody added', [pass.root().lossGrad('none')], [0]);
      arena.dispose();
      return held.comparisons;
    },
  };
}
