import { NeuroForgeError } from '../../core/errors.ts';
import { formatShape, sameShape } from '../../core/shape.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { relativeError } from '../finite-differences.ts';
import { copied } from '../rig.ts';
import type { Fingerprint } from '../verdict.ts';
import { parts, walk } from './chain.ts';
import type { Values } from './question.ts';
import { list } from './result.ts';

/** What a program may ask any object for without meaning one of its names. */
const asked = ['then', 'toJSON'];

/** The object as it is, but a name that it does not have is an error that says which it has, and so is a write. */
export function named<T extends object>(what: string, object: T): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target || asked.includes(key)) return Reflect.get(target, key, receiver);
      throw new NeuroForgeError('NF4152', `${what} has no ${key}; it has ${list(Object.keys(target))}`);
    },
    set(_, key) {
      throw new NeuroForgeError('NF4152', `${what}.${String(key)} is not to be changed`);
    },
  });
}

type Part = (a: Tensor, b: Tensor) => Tensor;

/**
 * The chain's four parts, right ones, which know by their numbers what they are given: a call that cannot be meant throws
 * with the names of its arguments, and leaves a fingerprint.
 */
export function watchfulParts(inputs: Values): { my: Record<string, Part>; fingerprints: Fingerprint[] } {
  const fingerprints: Fingerprint[] = [];
  const known = walk(inputs);
  const made = new Set<string>();
  const nameOf = (t: Tensor): string => {
    const found = Object.entries(known).find(
      ([, k]) => sameShape(k.shape, t.shape) && relativeError(copied(k), copied(t)) < 1e-9,
    );
    return found?.[0] ?? '';
  };
  const shown = (t: unknown): string => {
    if (!(t instanceof Tensor)) return t === undefined ? 'missing' : `no tensor, but ${typeof t}`;
    return `${nameOf(t) || 'a tensor'} ${formatShape(t.shape)}`;
  };
  const refuse = (call: string, args: readonly unknown[], id: string, text: string): never => {
    fingerprints.push({ id, text });
    const [, first, second] = /\((\w+)(?:, (\w+))?\)/.exec(call)!;
    const what = [`${first} is ${shown(args[0])}`, second && `${second} is ${shown(args[1])}`].filter(Boolean);
    throw new NeuroForgeError('NF4153', `my.${call}: ${what.join(', ')}: ${text}`);
  };
  /** The part with a look at its arguments before, and at the name of what it gives. */
  const watched =
    (call: string, part: Part, misfit: (a: Tensor, b: Tensor) => [string, string] | null) =>
    (a: Tensor, b: Tensor): Tensor => {
      const args = call.includes(',') ? [a, b] : [a];
      const none = args.find((t) => !(t instanceof Tensor));
      if (none !== undefined || args.includes(undefined as unknown as Tensor)) {
        refuse(call, args, 'not-a-tensor-argument', 'the arguments are tensors');
      }
      const flat = args.some((t) => t.shape.length !== 2);
      const wrong = flat ? ['shapes-do-not-fit', 'the arguments are matrices'] : misfit(a, b);
      if (wrong) refuse(call, args, wrong[0], wrong[1]);
      const result = part(a, b);
      made.add(nameOf(result));
      return result;
    };

  return {
    fingerprints,
    my: named('my', {
      dW: watched('dW(X, dY)', parts.dW, (X, dY) => {
        return X.rows === dY.rows ? null : ['shapes-do-not-fit', 'both have a row for each example'];
      }),
      db: watched('db(dY)', parts.db, () => null),
      dX: watched('dX(dY, W)', parts.dX, (dY, W) => {
        const [d, w] = [nameOf(dY), nameOf(W)];
        if (/^W/.test(d)) return ['arguments-swapped', 'first the gradient, then the weights'];
        if (dY.cols === W.cols) return null;
        if (d === 'dz3' && w === 'W2' && made.has('dh2')) {
          return ['reused-dz3', 'dz3 is used again; the gradient has come to dz2 by now'];
        }
        const right = /^d[zh](\d)$/.exec(d)?.[1];
        if (right && /^W\d$/.test(w) && `W${right}` !== w) {
          return [`${w}-for-W${right}`, `${d} goes back through W${right}, the weights that made z${right}`];
        }
        return ['shapes-do-not-fit', 'both have a column for each output of the layer'];
      }),
      dReLU: watched('dReLU(dY, z)', parts.dReLU, (dY, z) => {
        if (dY.rows === z.rows && dY.cols === z.cols) return null;
        const [d, at] = [nameOf(dY), nameOf(z)];
        const [layer, gate] = [/^d[zh](\d)$/.exec(d)?.[1], /^[zh](\d)$/.exec(at)?.[1]];
        if (d.startsWith('dz') && gate && Number(layer) === Number(gate) + 1) {
          return [`forgot-W${layer}`, `${d} is not yet back through W${layer}: my.dX(${d}, W${layer}) comes first`];
        }
        if (d.startsWith('dh') && gate && layer) {
          return [`${at}-for-z${layer}`, `the ReLU whose output is h${layer} has the input z${layer}`];
        }
        return ['shapes-do-not-fit', 'both are of one shape: the gradient of an output and the input of the same ReLU'];
      }),
    }),
  };
}
