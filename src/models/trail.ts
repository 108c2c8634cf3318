import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape } from '../core/shape.ts';
import type { AnyLayer } from '../layers/layer.ts';

/** The shapes on the way through a row of layers, forward from `input` or backward from `dY`, for an error to tell. */
export class Trail {
  readonly #layers: readonly AnyLayer[];
  readonly #path: string;
  readonly #start: 'input' | 'dY';
  readonly #from: Shape;
  readonly #shapes: Shape[] = [];

  constructor(layers: readonly AnyLayer[], path: string, start: 'input' | 'dY', from: Shape) {
    this.#layers = layers;
    this.#path = path;
    this.#start = start;
    this.#from = from;
  }

  /** The next layer on the way gave this. */
  add(shape: Shape): void {
    this.#shapes.push(shape);
  }

  /**
   * An error about shapes (NF11xx) with the way that led there, `input (64, 784) -> linear (64, 128) -> relu (64, 128) ->
   * linear ✖`, and the layer as its place. The innermost row of layers adds it, once; other errors are handed back as
   * they are.
   */
  explain(error: unknown): unknown {
    const about = error instanceof NeuroForgeError && error.code.startsWith('NF11') && error.chain === undefined;
    const [index, layer] = this.#at(this.#shapes.length);
    if (!about || layer === undefined) return error;
    const given = this.#shapes.map((shape, i) => `${this.#at(i)[1].name} ${formatShape(shape)}`);
    const last = this.#shapes.at(-1);
    const handed = last !== undefined && error.got === formatShape(last);
    return new NeuroForgeError(error.code, error.message, {
      where: `layer ${this.#path === '' ? '' : `${this.#path}.`}${index} ${layer.name}`,
      expected: error.expected,
      got: handed ? `${error.got} from ${this.#at(this.#shapes.length - 1)[1].name}` : error.got,
      chain: [`${this.#start} ${formatShape(this.#from)}`, ...given, `${layer.name} ✖`].join(' -> '),
      hint: error.hint,
      cause: error,
    });
  }

  /** The i-th layer on the way, and its place in the row. */
  #at(i: number): [number, AnyLayer] {
    const index = this.#start === 'dY' ? this.#layers.length - 1 - i : i;
    return [index, this.#layers[index]];
  }
}
