import { formatShape, sameShape } from '../core/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { relativeError } from './finite-differences.ts';
import { copied, type Gradients, type Rig } from './rig.ts';

/** A rule of the layer contract that did not hold, and by how much. */
export interface Violation {
  readonly rule: string;
  readonly relativeError: number;
}

/** Sums in another order may differ in the last bits; nothing else may. */
const rounding = 1e-12;

/** Every tensor reachable through arrays, maps and objects. */
function tensorsIn(value: unknown, found: Set<Tensor> = new Set(), seen: Set<unknown> = new Set()): Set<Tensor> {
  if (value instanceof Tensor) found.add(value);
  else if (value && typeof value === 'object' && !ArrayBuffer.isView(value) && !seen.has(value)) {
    seen.add(value);
    const inner = value instanceof Map ? value.values() : Object.values(value);
    for (const v of inner) tensorsIn(v, found, seen);
  }
  return found;
}

function sameBits(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((v, i) => Object.is(v, b[i]));
}

/**
 * Holds a layer against what `Layer` promises, beside its derivative: forward twice gives the same; y and dX have the
 * shapes that were declared; backward writes neither dY, x, y, the cache nor a parameter; gradients of a layer that is
 * used twice in one step add up; parameters' gradients do not depend on whether dX is wanted; and a layer with
 * parameters of its own computes no dX that nobody wants.
 */
export function contractViolations(rig: Rig, x: Float64Array, dY: Float64Array): Violation[] {
  const found: Violation[] = [];
  const broken = (rule: string, error = 1) => found.push({ rule, relativeError: error });

  rig.arena.reset();
  const given = rig.place(x, rig.xShape);
  const first = rig.forward(given);
  if (!sameShape(first.y.shape, rig.yShape)) {
    broken(`y has shape ${formatShape(first.y.shape)}, init said ${formatShape(rig.yShape)}`);
    return found;
  }
  const again = rig.forward(given);
  if (!sameBits(copied(first.y), copied(again.y))) broken('forward twice gives different numbers');

  const d = rig.place(dY, rig.yShape);
  const watched: [string, Tensor][] = [
    ['x', given],
    ['dY', d],
    ['y', first.y],
    ...[...tensorsIn(first.cache)].map((t): [string, Tensor] => ['the cache', t]),
    ...rig.parameters.names.map((n): [string, Tensor] => [`the parameter ${n}`, rig.parameters.param(n)]),
  ];
  const before = watched.map(([, t]) => copied(t));
  rig.parameters.beginStep();
  rig.layer.backward(rig.pass.root(), d, first.cache);
  rig.parameters.collect();
  watched.forEach(([what, t], i) => {
    if (!sameBits(before[i], copied(t))) broken(`backward writes into ${what}`, relativeError(before[i], copied(t)));
  });

  const once = rig.gradients(x, dY);
  if (once.dX === null) broken('backward gives no dX although it is wanted');
  if (once.dXShape && !sameShape(once.dXShape, rig.xShape)) {
    broken(`dX has shape ${formatShape(once.dXShape)}, x has ${formatShape(rig.xShape)}`);
  }
  const unwanted = rig.gradients(x, dY, { wanted: false });
  compare(found, 'differs when dX is not wanted', once, unwanted, 1);
  if (unwanted.dX !== null && !rig.layer.children && rig.parameters.names.length > 0) {
    broken('backward computes dX although ctx.wantsInputGrad is false: return null then');
  }
  compare(found, 'does not double when the layer is used twice', once, rig.gradients(x, dY, { times: 2 }), 2);
  return found;
}

function compare(found: Violation[], what: string, once: Gradients, other: Gradients, factor: number): void {
  for (const [name, g] of once.params) {
    const expected = g.map((v) => factor * v);
    const error = relativeError(expected, other.params.get(name)!);
    if (!(error <= rounding)) found.push({ rule: `the gradient of ${name} ${what}`, relativeError: error });
  }
}
