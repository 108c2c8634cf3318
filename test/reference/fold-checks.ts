import type { Backend } from '../../src/backends/backend.ts';
import { backend as namedBackend } from '../../src/backends/default.ts';
import { NeuroForgeError } from '../../src/core/errors.ts';
import { constant } from '../../src/layers/initializers.ts';
import { Parameters } from '../../src/layers/parameters.ts';
import { Optimizer, type Transform } from '../../src/optim/optimizer.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { Arena } from '../../src/tensor/arena.ts';
import { tensor } from '../../src/tensor/create.ts';
import { Held, type ReferenceCheck } from './document.ts';

const lr = 0.5;
const x = [1, 2, 3, 4, 5, 6]; // (2, 3)
const dY = [1, -1, 2, 0.5, 3, -2]; // (2, 3)
const dW = [3, 11, -6, 4.5, 13, -6, 6, 15, -6]; // x^T dY, by hand
const db = [1.5, 2, 0]; // its column sums

/** What is handed over for each parameter (3, 3) or (3), and the gradient that it makes; W itself begins at 1. */
interface Handed {
  readonly name: string;
  readonly gradient: readonly number[];
  hand(p: Parameters, arena: Arena): void;
}

const place = (values: readonly number[], shape: number[], arena: Arena) => tensor([...values], shape, { arena });
const product = (p: Parameters, name: string, arena: Arena): void =>
  p.sink(name).addProduct(place(x, [2, 3], arena).T, place(dY, [2, 3], arena));

const handed: readonly Handed[] = [
  { name: 'W', gradient: dW, hand: (p, arena) => product(p, 'W', arena) },
  { name: 'b', gradient: db, hand: (p, arena) => p.sink('b').add(place(dY, [2, 3], arena).colSum()) },
  {
    name: 'twice',
    gradient: dW.map((g) => g + 2),
    hand(p, arena) {
      product(p, 'twice', arena);
      p.sink('twice').add(place(new Array(9).fill(2), [3, 3], arena));
    },
  },
  {
    name: 'summed twice',
    gradient: db.map((g) => 2 * g),
    hand(p, arena) {
      for (let i = 0; i < 2; i++) p.sink('summed twice').add(place(db, [3], arena));
    },
  },
  { name: 'is W', gradient: new Array(9).fill(1), hand: (p) => p.sink('is W').add(p.param('W')) },
  {
    name: 'times W',
    gradient: [5, 5, 5, 7, 7, 7, 9, 9, 9],
    hand: (p, arena) => p.sink('times W').addProduct(place([1, 1, 3, 1, 1, 5, 1, 1, 7], [3, 3], arena), p.param('W')),
  },
  {
    name: 'W times',
    gradient: [3, 3, 15, 3, 3, 15, 3, 3, 15],
    hand: (p, arena) => p.sink('W times').addProduct(p.param('W'), place([1, 1, 3, 1, 1, 5, 1, 1, 7], [3, 3], arena)),
  },
  { name: 'unused', gradient: new Array(9).fill(0), hand: () => {} },
];

function parametersOf(backend: Backend, names: readonly string[]): Parameters {
  const declared = names.map((path) => {
    return { path, shape: path === 'b' || path === 'summed twice' ? [3] : [3, 3], initializer: constant(1) };
  });
  return new Parameters(backend, declared, [], 0);
}

/** Updates that are folded into products against numbers made by hand, whatever the parts are read from. */
export function foldChecks(): ReferenceCheck[] {
  return [updates(), memory(), whoFolds(), refusals()];
}

function updates(): ReferenceCheck {
  return {
    of: 'gradient',
    name: 'folded updates',
    run(backend) {
      const held = new Held(backend, {}, 8);
      const arena = new Arena(backend, 'reference');
      const parameters = parametersOf(
        backend,
        handed.map((h) => h.name),
      );
      // Where `W` is updated first, what is read from it must have been read before.
      for (const round of [1, 2]) {
        parameters.values.fill(1);
        parameters.beginStep();
        for (const h of handed) h.hand(parameters, arena);
        parameters.descend(lr);
        for (const { name, gradient } of handed) {
          const expected = gradient.map((g) => 1 - lr * g);
          held.numbers(`${name}, updated, round ${round}`, parameters.param(name).dataSync(), expected);
        }
        for (const { name, gradient } of handed) {
          held.numbers(`gradient of ${name}, read afterwards`, parameters.gradient(name).dataSync(), gradient);
        }
        arena.reset();
      }
      parameters.beginStep();
      held.numbers('gradients of a new step', parameters.gradient('W').dataSync(), new Array(9).fill(0));
      parameters.dispose();
      arena.dispose();
      return held.comparisons;
    },
  };
}

/** What folds takes no memory for a gradient; what does not, does. */
function memory(): ReferenceCheck {
  return {
    of: 'gradient',
    name: 'memory of folded updates',
    run(backend) {
      const held = new Held(backend, {});
      for (const { name, hand } of handed) {
        const arena = new Arena(backend, 'reference');
        const parameters = parametersOf(backend, ['W', name].slice(name === 'W' ? 1 : 0));
        arena.allocate(1);
        const before = backend.usage().allocated;
        parameters.beginStep();
        hand(parameters, arena);
        parameters.descend(lr);
        const folds = ['W', 'b', 'unused'].includes(name);
        held.numbers(`${name} folds`, [Number(backend.usage().allocated === before)], [Number(folds)]);
        parameters.dispose();
        arena.dispose();
      }
      return held.comparisons;
    },
  };
}

function whoFolds(): ReferenceCheck {
  return {
    of: 'optimizer',
    name: 'which optimizers fold',
    run(backend) {
      const held = new Held(backend, {});
      const link: Transform = { name: 'link', state: [], update: (g) => g.mul(2) };
      const optimizers: [string, Optimizer, boolean, number][] = [
        ['sgd', sgd(lr), true, 1],
        ['sgd, asked to', sgd(lr, { fold: true }), true, 1],
        ['sgd, kept', sgd(lr, { fold: false }), false, 1],
        ['with a link', new Optimizer('linked', [link], lr), false, 2],
        ['with a link, asked to', new Optimizer('linked', [link], lr, { fold: true }), false, 2],
      ];
      for (const [name, optimizer, folds, factor] of optimizers) {
        for (const deferred of [true, false]) {
          const arena = new Arena(backend, 'reference');
          const parameters = parametersOf(backend, ['W']);
          arena.allocate(1);
          const before = backend.usage().allocated;
          parameters.beginStep();
          product(parameters, 'W', arena);
          optimizer.step(parameters, arena, deferred);
          const spared = backend.usage().allocated === before;
          held.numbers(
            `${name}, folded`,
            [Number(optimizer.folds), Number(spared)],
            [folds, folds && deferred].map(Number),
          );
          const expected = dW.map((g) => 1 - lr * factor * g);
          held.numbers(`${name}, W`, parameters.param('W').dataSync(), expected);
          parameters.dispose();
          arena.dispose();
        }
      }
      return held.comparisons;
    },
  };
}

/** NF1205 for what is written after it was handed over, NF1206 for a gradient that is gone, NF1201 for nothing else. */
function refusals(): ReferenceCheck {
  return {
    of: 'gradient',
    name: 'what a folded step refuses',
    run(backend) {
      const held = new Held(backend, {});
      const arena = new Arena(backend, 'reference');
      const code = (run: () => void, where?: string): number => {
        try {
          run();
          return 0;
        } catch (error) {
          return error instanceof NeuroForgeError && error.where === where ? Number(error.code.slice(2)) : -1;
        }
      };
      const codeAnywhere = (run: () => void): number => {
        try {
          run();
          return 0;
        } catch (error) {
          return error instanceof NeuroForgeError ? Number(error.code.slice(2)) : -1;
        }
      };
      for (const written of [0, 1, 2]) {
        for (const use of ['descend', 'collect'] as const) {
          const parameters = parametersOf(backend, ['W']);
          parameters.beginStep();
          const [a, b] = [place(x, [2, 3], arena), place(dY, [2, 3], arena)];
          const whole = place(dW, [3, 3], arena);
          if (written === 2) parameters.sink('W').add(whole);
          else parameters.sink('W').addProduct(a.T, b);
          [a, b, whole][written].fill(1);
          held.numbers(`operand ${written} written`, [code(() => parameters[use](lr), 'W')], [1205]);
          parameters.dispose();
        }
      }
      const parameters = parametersOf(backend, ['W']);
      parameters.beginStep();
      const ended = new Arena(backend, 'ended');
      const [staleA, staleB, staleW] = [place(x, [2, 3], ended), place(dY, [2, 3], ended), place(dW, [3, 3], ended)];
      ended.reset();
      const unrelated = new Arena(backend, 'unrelated');
      const abroad = tensor(dW, [3, 3], { backend: namedBackend(backend.dtype === 'f64' ? 'js' : 'js64') });
      const [a, b] = [place(x, [2, 3], arena), place(dY, [2, 3], arena)];
      const sink = parameters.sink('W');
      const handing: [string, () => void, number][] = [
        ['a tensor whose step has ended', () => sink.add(staleW), 1201],
        ['a left factor whose step has ended', () => sink.addProduct(staleA.T, b), 1201],
        ['a right factor whose step has ended', () => sink.addProduct(a.T, staleB), 1201],
        ['factors of two steps', () => sink.addProduct(a.T, place(dY, [2, 3], unrelated)), 1203],
        ['a tensor of another backend', () => sink.add(abroad), 1103],
      ];
      for (const [what, hand, refused] of handing) held.numbers(what, [codeAnywhere(hand)], [refused]);
      unrelated.dispose();
      ended.dispose();
      product(parameters, 'W', arena);
      parameters.descend(lr);
      arena.reset();
      held.numbers('read too late', [code(() => void parameters.gradients)], [1206]);
      held.numbers('read too late, one', [code(() => void parameters.gradient('W'))], [1206]);
      arena.dispose();
      parameters.dispose();
      return held.comparisons;
    },
  };
}
