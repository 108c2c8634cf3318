import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape } from '../core/shape.ts';
import type { AnyLayer } from '../layers/layer.ts';

/** Where in a row of layers something went wrong. */
export interface ChainPlace {
  /** Of the layer that threw. */
  readonly path: string;
  readonly layer: AnyLayer;
  /** What goes in: `input`, or `dY` on the way back. */
  readonly start: string;
  readonly from: Shape;
  /** The layers before it on the way, each with what it gave. */
  readonly before: readonly { readonly layer: AnyLayer; readonly shape: Shape }[];
}

/**
 * An error about shapes (NF11xx) with the way that led there, `input (64, 784) -> linear (64, 128) -> relu (64, 128) ->
 * linear ✖`, and the layer as its place. The innermost row of layers adds it, once; other errors are handed back as they
 * are.
 */
export function withChain(error: unknown, { path, layer, start, from, before }: ChainPlace): unknown {
  if (!(error instanceof NeuroForgeError) || !error.code.startsWith('NF11') || error.chain !== undefined) return error;
  const steps = [`${start} ${formatShape(from)}`, ...before.map((b) => `${b.layer.name} ${formatShape(b.shape)}`)];
  const last = before.at(-1);
  const handed = last !== undefined && error.got === formatShape(last.shape);
  return new NeuroForgeError(error.code, error.message, {
    where: `layer ${path} ${layer.name}`,
    expected: error.expected,
    got: handed ? `${error.got} from ${last.layer.name}` : error.got,
    chain: [...steps, `${layer.name} ✖`].join(' -> '),
    hint: error.hint,
    cause: error,
  });
}
