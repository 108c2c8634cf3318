import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import { youngest } from '../tensor/arena.ts';
import { sameBackend } from '../tensor/compute.ts';
import { productShape } from '../tensor/product-shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** One contribution to a gradient as a backward pass handed it over: a tensor, or a product not yet computed. */
interface Part {
  readonly a: Tensor;
  /** The right factor; null for `a` itself. */
  readonly b: Tensor | null;
  /** How often their storages had been written then. */
  readonly versions: readonly [number, number | undefined];
}

/**
 * Where a layer's backward hands over dL/dparam. What is handed over is noted and computed once the backward pass has
 * ended: into the gradient (`collect`), or straight into the parameter (`descend`), which saves plain SGD a pass over
 * all weights. So it must not be written between; that is checked (NF1205).
 */
export class Gradient {
  readonly #value: Tensor;
  readonly #target: () => Tensor;
  readonly #path: string;
  #parts: Part[] = [];
  #collected = false;

  /** `target` gives the gradient's own memory, which a step that folds never asks for. */
  constructor(value: Tensor, target: () => Tensor, path: string) {
    this.#value = value;
    this.#target = target;
    this.#path = path;
  }

  /** dW += d, of the parameter's shape, else NF1102. */
  add(d: Tensor): void {
    this.#check(d.shape);
    this.#note(d, null);
  }

  /** dW += a b, of the parameter's shape, without the product in between. */
  addProduct(a: Tensor, b: Tensor): void {
    const [m, n] = productShape(a, b);
    this.#check([m, n]);
    this.#note(a, b);
  }

  /** Throws here, where the layer is to be seen, what the product would throw later. */
  #note(a: Tensor, b: Tensor | null): void {
    sameBackend('gradient', this.#value.backend, a);
    a.storage.check();
    if (b) {
      b.storage.check();
      youngest(a.arena, b.arena);
    }
    this.#parts.push({ a, b, versions: [a.storage.version, b?.storage.version] });
  }

  #check(shape: readonly number[]): void {
    if (!sameShape(shape, this.#value.shape)) {
      throw new NeuroForgeError('NF1102', `the gradient handed over for ${this.#path} has another shape`, {
        where: this.#path,
        expected: `${formatShape(this.#value.shape)}, as the parameter`,
        got: formatShape(shape),
      });
    }
  }

  /** Starts a step. @internal */
  begin(): void {
    this.#parts.length = 0;
    this.#collected = false;
  }

  /** Writes the sum of all parts into the gradient, once a step; what no path reached is zero. @internal */
  collect(): void {
    if (this.#collected) return;
    this.check();
    const target = this.#target();
    this.#parts.forEach((part, i) => {
      if (part.b) target.setProduct(part.a, part.b, 1, i === 0 ? 0 : 1);
      else if (i === 0) target.set(part.a);
      else target.axpy(1, part.a);
    });
    if (this.#parts.length === 0) target.fill(0);
    this.#collected = true;
  }

  /** True if `descend` needs no gradient of its own: at most one part, and none that is read from the parameters. @internal */
  get folds(): boolean {
    const parameters = this.#value.storage.root;
    const elsewhere = ({ a, b }: Part): boolean => a.storage.root !== parameters && b?.storage.root !== parameters;
    return this.#parts.length <= 1 && this.#parts.every(elsewhere);
  }

  /** parameter <- parameter - lr dL/dparam; what does not fold must have been collected. @internal */
  descend(lr: number): void {
    if (!this.folds) {
      this.#value.axpy(-lr, this.#target());
      return;
    }
    for (const part of this.#parts) {
      if (part.b)
        this.#value.setProduct(part.a, part.b, -lr, 1); // W <- W - lr X^T dY, one product
      else this.#value.axpy(-lr, part.a);
    }
  }

  /** Throws NF1205 if what was handed over has been written since. @internal */
  check(): void {
    for (const { a, b, versions } of this.#parts) {
      if (a.storage.version === versions[0] && b?.storage.version === versions[1]) continue;
      throw new NeuroForgeError('NF1205', `a tensor handed over as gradient of ${this.#path} was written afterwards`, {
        where: this.#path,
        expected: 'what is given to grad().add or addProduct is left as it is until the step ends',
        hint: 'write into a copy: x.add(0)',
      });
    }
  }
}
