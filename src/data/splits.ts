import { NeuroForgeError } from '../core/errors.ts';
import { Sampler, stream } from '../core/random.ts';
import { classCounts, type Dataset, firstRows, type Split, subset } from './dataset.ts';

/** The seed of test splits that are fixed for ever. Changing it would make every recorded test figure another one's. */
const fixedTestSeed = 2026;
/** Share of the rows that a table without test rows of its own gives to the test set. */
export const fixedTestShare = 0.2;

export interface SplitOptions {
  /** `original`: validation is the test set and `test` is null, as in the original's notebooks. Default `standard`. */
  readonly split?: 'standard' | 'original';
  /** Draws the validation rows; default 0. Never the run's own seed. */
  readonly splitSeed?: number;
  /** Share of the training rows in (0, 1), or a whole number of rows; default {@link defaultValidation}. */
  readonly val?: number;
  /**
   * For a table without test rows of its own: `fixed` (default) takes the test rows that are fixed for ever whatever
   * `splitSeed` says; `redrawn` draws them with `splitSeed` too, for studies over many splits of a small table.
   */
  readonly test?: 'fixed' | 'redrawn';
}

/** A tenth of the training rows, a fifth where they are fewer than 1,000. */
export function defaultValidation(trainCount: number): number {
  return trainCount < 1000 ? 0.2 : 0.1;
}

/**
 * Training, validation and test rows. Where `test` is null, a fifth of `all` becomes the test set. Every draw is
 * stratified by class (largest remainders); for regression it is plain. Rows keep their order in the file.
 * Throws NF2502 (options), NF2503 (a part would be empty).
 */
export function splitData<D extends Dataset>(all: D, test: D | null, options: SplitOptions = {}): Split<D> {
  const { split = 'standard', splitSeed = 0, val } = options;
  if (!(Number.isInteger(splitSeed) && splitSeed >= 0 && splitSeed < 2 ** 32)) {
    throw new NeuroForgeError('NF2502', 'the split seed must be a whole number', {
      where: '--split-seed',
      expected: '0 to 4294967295',
      got: String(splitSeed),
    });
  }
  let train = all;
  if (test === null) {
    const rows = options.test === 'redrawn' ? testRows(all, splitSeed) : testRows(all);
    test = subset(all, rows);
    train = subset(all, others(rows, all.count));
  }
  requireRows(train, 'training');
  requireRows(test, 'test');
  if (split === 'original') return { train, val: test, test: null };
  const share = val ?? defaultValidation(train.count);
  const valRows = drawStratified(train, validationCount(share, train.count), splitSeed, 'split/val');
  const parts = { train: subset(train, others(valRows, train.count)), val: subset(train, valRows), test };
  requireRows(parts.train, 'training');
  requireRows(parts.val, 'validation');
  return parts;
}

/** The fixed test rows of a table (or those of `seed`), ascending. */
export function testRows(all: Dataset, seed = fixedTestSeed): Int32Array {
  return drawStratified(all, Math.floor(all.count * fixedTestShare + 0.5), seed, 'split/test');
}

function validationCount(val: number, trainCount: number): number {
  const count = val > 0 && val < 1 ? Math.floor(val * trainCount + 0.5) : val;
  if (Number.isInteger(count) && count >= 0 && val > 0) return count;
  throw new NeuroForgeError('NF2502', 'the share of validation rows cannot be used', {
    where: '--val',
    expected: 'a share between 0 and 1, or a whole number of rows',
    got: String(val),
  });
}

/**
 * `count` rows of the data set, ascending: each class gives its share, rounded down, and the largest remainders (the
 * lower class first among equals) give one more. The rows of a class are shuffled by `stream` and the first ones taken.
 */
export function drawStratified(dataset: Dataset, count: number, seed: number, streamName: string): Int32Array {
  if (count > dataset.count) {
    throw new NeuroForgeError('NF2503', 'more rows are wanted than there are', {
      where: dataset.name,
      expected: `at most ${dataset.count}`,
      got: String(count),
    });
  }
  const sampler = new Sampler(stream(seed, streamName));
  const groups = rowsByClass(dataset);
  const exact = groups.map((rows) => (rows.length * count) / dataset.count);
  const takes = exact.map((e) => Math.floor(e));
  const byRemainder = groups.map((_, k) => k).sort((a, b) => exact[b] - takes[b] - (exact[a] - takes[a]) || a - b);
  let missing = count - takes.reduce((a, b) => a + b, 0);
  for (const k of byRemainder) {
    if (missing === 0) break;
    if (takes[k] === groups[k].length) continue;
    takes[k]++;
    missing--;
  }
  const drawn: number[] = [];
  groups.forEach((rows, k) => {
    sampler.shuffle(rows);
    for (let i = 0; i < takes[k]; i++) drawn.push(rows[i]);
  });
  return Int32Array.from(drawn).sort();
}

function rowsByClass(dataset: Dataset): Int32Array[] {
  if (dataset.classNames === undefined) return [firstRows(dataset.count)];
  const groups = Array.from(classCounts(dataset), (n) => new Int32Array(n));
  const filled = groups.map(() => 0);
  for (let row = 0; row < dataset.count; row++) {
    const label = dataset.y[row];
    if (label < 0) throw new NeuroForgeError('NF2503', `row ${row} has no label`, { where: dataset.name });
    groups[label][filled[label]++] = row;
  }
  return groups;
}

/** The rows 0 … count - 1 that are not in `rows` (ascending). */
function others(rows: Int32Array, count: number): Int32Array {
  const out = new Int32Array(count - rows.length);
  let next = 0;
  for (let row = 0, at = 0; row < count; row++) {
    if (rows[next] === row) next++;
    else out[at++] = row;
  }
  return out;
}

function requireRows(dataset: Dataset, part: string): void {
  if (dataset.count > 0) return;
  throw new NeuroForgeError('NF2503', `no rows are left for the ${part} set`, {
    where: dataset.name,
    hint: part === 'training' ? 'choose a smaller --val' : 'choose a larger --val, or give more rows',
  });
}
