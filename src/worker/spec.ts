import type { BackendName } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { PrepareOptions } from '../data/prepare.ts';
import type { LayerDescription } from '../models/registry.ts';
import type { FitOptions } from '../train/fit-options.ts';

/** Where the rows come from: an embedded table, data sets that the caller has made, or the bytes of IDX files. */
export type DataSpec =
  | { readonly name: 'digits' | 'breast-cancer' | 'iris' }
  | { readonly train: Dataset; readonly test?: Dataset | null }
  /** By name, `train-images-idx3-ubyte` …, gzip or not; `name` is `mnist`, `fashion-mnist` or one's own. */
  | { readonly name: string; readonly files: Readonly<Record<string, Uint8Array>> };

/** Everything that a run depends on, as a value that ports clone. */
export interface FitSpec
  extends Pick<
    FitOptions,
    'epochs' | 'steps' | 'batch' | 'patience' | 'threshold' | 'stepEvents' | 'probe' | 'checkpoint' | 'resume'
  > {
  readonly data: DataSpec;
  /** Split and scaling; defaults are those of the data set. */
  readonly prepare?: PrepareOptions;
  /** As model files describe it: `describeLayer(mlp({ hidden: [512, 128], outputs: 10 }))`. */
  readonly layer: LayerDescription;
  /** By name; default the one of the task. */
  readonly loss?: string;
  readonly optimizer: { readonly name: 'sgd'; readonly learningRate: number };
  /** Of the initial parameters and of all that is random in training; default 0. */
  readonly seed?: number;
  /** Default `auto`: `wasm`, or `js` where there is no SIMD. */
  readonly backend?: BackendName;
  /** Stop at the first epoch's end at which the validation metric is this good (`loss` and `rmse`: this low). */
  readonly until?: { readonly metric: string; readonly value: number };
  /** Stand still before the first step, until `resume` or `step`. */
  readonly paused?: boolean;
}

/** Throws NF4180 for a value that is no specification; what is within is refused by those whom it concerns. */
export function checkSpec(spec: FitSpec): void {
  const bad = (where: string, expected: string, got: unknown): never => {
    throw new NeuroForgeError('NF4180', 'the run cannot be made from its specification', {
      where: `spec.${where}`,
      expected,
      got: String(got).slice(0, 80),
    });
  };
  if (typeof spec?.data !== 'object' || spec.data === null)
    bad('data', '{ name }, { name, files } or { train }', spec?.data);
  if (typeof spec.layer?.layer !== 'string') bad('layer', 'a description: { layer, config, children }', spec.layer);
  if (spec.optimizer?.name !== 'sgd') bad('optimizer', "{ name: 'sgd', learningRate }", spec.optimizer?.name);
  const { until } = spec;
  if (until && !(typeof until.metric === 'string' && typeof until.value === 'number')) {
    bad('until', '{ metric, value }', JSON.stringify(until));
  }
}
