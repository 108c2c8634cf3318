import { ceil } from '../../core/math.ts';
import type { Kernels } from './module.ts';
import type { Call, Pool } from './pool.ts';
import { type Args, type ProductSplit, productSplits, type Split, splits } from './splits.ts';

/**
 * From how much work on an operation is split: in additions of one element, in multiplications of a product, and from
 * how many times as much on it waits for threads that sleep, rather than wake them for what comes next and go on alone.
 */
export interface Thresholds {
  readonly work: number;
  readonly product: number;
  readonly asleep: number;
  /** Whether main may go on alone where threads do not pay (balance.ts). */
  readonly balanced: boolean;
}

export const defaultThresholds: Thresholds = { work: 2 ** 13, product: 2 ** 16, asleep: 16, balanced: true };

/** No command takes longer than a second, so that a thread which is silent for four is dead: 2 GFLOP of a product. */
const mostWork = 2 ** 24;
const mostProduct = 2 ** 30;

/** Bounds within a range of a kernel made at run time. */
const rangeGrain = 4;

/** What parts of a product are multiples of: the kernels' tile, and the pair of panels that is packed at once. */
const tileRows = 4;
const panelColumns = 16;

/** The kernels that threads run, in the order of their numbers. */
export const splitKernels: readonly string[] = [...Object.keys(splits), ...Object.keys(productSplits)];

/** Runs kernels in parts, one a thread. */
export class Splitter {
  readonly #pool: Pool;
  readonly #thresholds: Thresholds;
  /** Byte addresses, by thread. */
  readonly #scratch: readonly number[];

  constructor(pool: Pool, scratch: readonly number[], thresholds: Thresholds) {
    this.#pool = pool;
    this.#scratch = scratch;
    this.#thresholds = thresholds;
  }

  /** `kernels` with every function that has a split replaced by one that runs it so. `rowsOf(offsets, groups)`: the rows of all groups. */
  over(kernels: Kernels, rowsOf: (offsets: number, groups: number) => number): Kernels {
    const calls = kernels as unknown as Record<string, Call>;
    const out: Record<string, Call> = { ...calls };
    for (const [name, split] of Object.entries<Split | ((args: Args) => Split)>(splits)) {
      const [call, id] = [calls[name], splitKernels.indexOf(name)];
      const of = typeof split === 'function' ? split : () => split;
      out[name] = (...args) => this.run(call, id, of(args), args);
    }
    for (const [name, split] of Object.entries(productSplits)) {
      const [call, id] = [calls[name], splitKernels.indexOf(name)];
      const whole = name === 'segmentedMatmul';
      out[name] = (...args) => {
        if (whole) args[split.range + 1] = rowsOf(args[3], args[4]);
        this.#product(call, id, split, args);
      };
    }
    return out as unknown as Kernels;
  }

  /** `call(...args)`, which threads know as function `id`, in parts. */
  run(call: Call, id: number, split: Split, args: Args): void {
    const units = args[split.count];
    const each = split.work(args);
    const most = split.grain * Math.floor(mostWork / (each * split.grain));
    if (units <= split.grain || most < 1 || this.#alone(units * each, this.#thresholds.work)) {
      call(...args);
      return;
    }
    const { threads } = this.#pool;
    for (let from = 0; from < units; from += most * threads) {
      const some = Math.min(units - from, most * threads);
      const blocks = ceil(some / split.grain);
      const parts = Math.min(blocks, threads);
      for (let w = parts - 1; w >= 0; w--) {
        const start = split.grain * Math.floor((blocks * w) / parts);
        const end = Math.min(some, split.grain * Math.floor((blocks * (w + 1)) / parts));
        const part = args.slice();
        part[split.count] = end - start;
        for (const { argument, by } of split.advance) part[argument] += (from + start) * by(args);
        if (w > 0) this.#pool.post(w, id, part);
        else this.#pool.join(call, part);
      }
    }
  }

  /**
   * A kernel made at run time, whose last arguments are scratch, from and to, over 0 .. `extent` in parts. `work` is that
   * of one unit.
   */
  range(call: Call, id: number, args: Args, extent: number, work: number): void {
    const { threads } = this.#pool;
    const most = rangeGrain * Math.floor(mostWork / (work * rangeGrain));
    if (extent <= rangeGrain || most < 1 || this.#alone(extent * work, this.#thresholds.work)) {
      call(...args);
      return;
    }
    const at = args.length - 3;
    for (let from = 0; from < extent; from += most * threads) {
      const some = Math.min(extent - from, most * threads);
      const blocks = ceil(some / rangeGrain);
      const parts = Math.min(blocks, threads);
      for (let w = parts - 1; w >= 0; w--) {
        const part = args.slice();
        part[at] = this.#scratch[w];
        part[at + 1] = from + rangeGrain * Math.floor((blocks * w) / parts);
        part[at + 2] = from + Math.min(some, rangeGrain * Math.floor((blocks * (w + 1)) / parts));
        if (w > 0) this.#pool.post(w, id, part);
        else this.#pool.join(call, part);
      }
    }
  }

  #product(call: Call, id: number, split: ProductSplit, args: number[]): void {
    const { range } = split;
    const [i0, i1, j0, j1] = args.slice(range, range + 4);
    const [rows, cols] = [i1 - i0, j1 - j0];
    const work = rows * cols * args[split.depth];
    const tooMuch = work > mostProduct * this.#pool.threads;
    if ((tooMuch && Math.max(rows, cols) < 32) || this.#alone(work, this.#thresholds.product)) {
      call(...args);
      return;
    }
    if (tooMuch) {
      const [at, middle] = rows >= cols ? [0, i0 + 16 * Math.floor(rows / 32)] : [2, j0 + 16 * Math.floor(cols / 32)];
      this.#product(call, id, split, args.with(range + at + 1, middle));
      this.#product(call, id, split, args.with(range + at, middle));
      return;
    }
    const byRows = this.#cutsRows(rows, cols, split.prefersRows(args));
    const at = byRows ? range : range + 2;
    const grain = byRows ? tileRows : panelColumns;
    const blocks = ceil((byRows ? rows : cols) / grain);
    const parts = Math.min(blocks, this.#pool.threads);
    for (let w = parts - 1; w >= 0; w--) {
      const part = args.slice();
      part[at] = args[at] + grain * Math.floor((blocks * w) / parts);
      part[at + 1] = Math.min(args[at + 1], args[at] + grain * Math.floor((blocks * (w + 1)) / parts));
      part[range + 4] = this.#scratch[w];
      if (w > 0) this.#pool.post(w, id, part);
      else this.#pool.join(call, part);
    }
  }

  /** The cut that the product prefers, unless threads would be left idle by it. */
  #cutsRows(rows: number, cols: number, prefersRows: boolean): boolean {
    const [r, c] = [this.#use(rows, tileRows), this.#use(cols, panelColumns)];
    return prefersRows ? r >= 0.8 * c : c < 0.8 * r;
  }

  /** The share of their time that threads have work, when `units` are cut at multiples of `grain`. */
  #use(units: number, grain: number): number {
    const { threads } = this.#pool;
    const blocks = ceil(units / grain);
    return blocks / (threads * ceil(blocks / threads));
  }

  /** Too little work for threads, or so little that they are woken for what comes next and not waited for. */
  #alone(work: number, threshold: number): boolean {
    this.#pool.check();
    if (work < threshold || this.#pool.threads === 1 || this.#pool.backsOff()) return true;
    return !this.#pool.awake() && work < threshold * this.#thresholds.asleep;
  }
}
