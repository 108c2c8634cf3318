import type { DataFacts } from './autopsy-data.ts';
import type { Experiments, Gain } from './autopsy-experiments.ts';
import type { Origin } from './autopsy-origin.ts';
import type { Failure, Sample } from './autopsy-replay.ts';

/** All that is known of a divergence: what the causes are judged by. */
export interface Evidence {
  readonly failure: Failure;
  readonly origin: Origin | null;
  /** Rows of the data set in the batch in which it began. */
  readonly batchRows: ArrayLike<number>;
  readonly samples: readonly Sample[];
  /** Of the steps done again. */
  readonly losses: readonly number[];
  readonly facts: DataFacts;
  readonly experiments: Experiments;
  readonly learningRate: number;
  /** Links of the optimizer, e.g. `momentum`. */
  readonly transforms: readonly string[];
  readonly task: 'classification' | 'binary' | 'regression';
  readonly loss: string;
  /** True for layers and losses that are the user's own. */
  readonly ownLayer: (name: string) => boolean;
  readonly ownLoss: boolean;
}

export type CauseId =
  | 'data-row'
  | 'zero-variance'
  | 'bad-parameters'
  | 'outlier-row'
  | 'outlier-target'
  | 'log-of-zero'
  | 'division-by-zero'
  | 'root-of-negative'
  | 'exp-overflow'
  | 'wrong-gradient'
  | 'momentum'
  | 'initialization'
  | 'unscaled-input'
  | 'unscaled-target'
  | 'learning-rate';

export interface Cause {
  readonly id: CauseId;
  /** What it is, in a few words. */
  readonly cause: string;
  /** From 0 to 1: an order, no probability. */
  readonly likelihood: number;
  /** What was measured that speaks for it. */
  readonly evidence: string;
  /** The one change to try. */
  readonly change: string;
}

/** Three significant digits. */
export function short(v: number): string {
  return Number.isFinite(v) ? String(Number(v.toPrecision(3))) : String(v);
}

/** How far `value` is on the way from `low` (0) to `high` (1), which is some factors of ten away: counted in halvings. */
function reach(value: number, low: number, high: number): number {
  if (!(value > low)) return Number.isNaN(value) ? 1 : 0;
  if (value >= high) return 1;
  let [steps, all] = [0, 0];
  for (let v = low; v < value; v *= 2) steps++;
  for (let v = low; v < high; v *= 2) all++;
  return steps / all;
}

function dataRow({ facts, origin, batchRows }: Evidence): Cause | null {
  if (facts.badRows === 0 || facts.badFeatures.length > 0 || facts.badScaling.length > 0) return null;
  const rows = Array.from(batchRows);
  const point = facts.bad.find(({ row }) => rows.includes(row)) ?? facts.bad[0];
  const what = point.feature === null ? 'target' : `feature ${point.feature}`;
  const met = origin?.source === 'input' || origin?.source === 'target';
  return {
    id: 'data-row',
    cause: `row ${point.row} of the data holds ${point.value}`,
    likelihood: met ? 1 : 0.6,
    evidence: `${what} of row ${point.row} is ${point.value}; ${facts.badRows} of ${facts.rows} rows have such a number`,
    change: `leave row ${point.row} out, or repair it`,
  };
}

function zeroVariance({ facts, origin }: Evidence): Cause | null {
  const features = facts.badScaling.length > 0 ? facts.badScaling : facts.badFeatures;
  if (features.length === 0) return null;
  const named = features.slice(0, 5).join(', ');
  const scaled = facts.badScaling.length > 0 ? 'the scaling divides by zero there' : 'is no number in every row';
  return {
    id: 'zero-variance',
    cause: `a feature without variance was divided by its standard deviation`,
    likelihood: origin?.source === 'input' ? 1 : 0.7,
    evidence: `feature ${named}${features.length > 5 ? ` and ${features.length - 5} more` : ''}: ${scaled}`,
    change: 'leave constant features out, or only center them, as fitScaling does',
  };
}

function badParameters({ origin, failure, samples }: Evidence): Cause | null {
  if (origin?.source !== 'parameters' && Number.isFinite(samples[0]?.parameters ?? 0)) return null;
  return {
    id: 'bad-parameters',
    cause: `a parameter was no number before step ${failure.step}`,
    likelihood: 0.98,
    evidence: `${origin?.parameter ?? 'a parameter'} was not finite when the step began`,
    change: 'look at the initializer, or at the file that the parameters came from',
  };
}

/** How far the largest is from what is usual, and whether its row was there when it happened. */
function outlier(e: Evidence, of: 'input' | 'target'): Cause | null {
  const { facts, batchRows } = e;
  const point = of === 'input' ? facts.largestInput : facts.largestTarget;
  const usual = of === 'input' ? facts.usualInput : (facts.target?.usual ?? 0);
  if (!point || point.row < 0 || !(usual > 0)) return null;
  const ratio = Math.abs(point.value) / usual;
  if (ratio < 100) return null;
  const there = Array.from(batchRows).includes(point.row);
  const place = of === 'input' ? `feature ${point.feature} of row ${point.row}` : `the target of row ${point.row}`;
  return {
    id: of === 'input' ? 'outlier-row' : 'outlier-target',
    cause: `row ${point.row} is far outside the rest`,
    likelihood: 0.7 * reach(ratio, 100, 10_000) + (there ? 0.25 : 0.15),
    evidence: `${place} is ${short(point.value)}, ${short(ratio)} times what 99 of 100 rows stay below`,
    change: `check row ${point.row}, and leave it out or clip it`,
  };
}

/** How much larger what enters the layers had become by then: then an overflow is where it ended, not why. */
function swollen({ samples }: Evidence): number {
  if (samples.length < 2) return 1;
  const most = (s: Sample): number => Math.max(...s.layers.map((l) => l.activation.rms).filter(Number.isFinite), 0);
  const [first, last] = [most(samples[0]), most(samples[samples.length - 2])];
  return first > 0 ? last / first : 1;
}

function operationCause(
  e: Evidence,
  id: CauseId,
  operations: readonly string[],
  fits: (o: Origin) => string | null,
  words: { cause: string; change: (o: Origin) => string },
): Cause | null {
  const { origin } = e;
  if (origin?.source !== 'operation' || !operations.includes(origin.operation)) return null;
  const evidence = fits(origin);
  if (evidence === null) return null;
  const { place } = origin;
  const at =
    place.path === ''
      ? `the ${place.phase === 'loss' ? 'loss' : 'layer'} ${place.name}`
      : `layer ${place.path} ${place.name}`;
  const growth = swollen(e);
  const grown = growth > 100 ? `; but the activations had grown ${short(growth)} times by then` : '';
  return {
    id,
    cause: `${words.cause} in ${at}`,
    likelihood: growth > 100 ? 0.55 : 0.9,
    evidence: `${place.phase === 'backward' ? 'in backward, ' : ''}${evidence}${grown}`,
    change: words.change(origin),
  };
}

function logOfZero(e: Evidence): Cause | null {
  const probabilities = e.loss.endsWith('from-probabilities');
  return operationCause(
    e,
    'log-of-zero',
    ['log'],
    ({ operands: [x] }) => (x.min <= 0 ? `log was given ${short(x.min)}` : null),
    {
      cause: 'the logarithm of zero',
      change: () =>
        probabilities
          ? `take ${e.loss.replace('-from-probabilities', '')} of logits instead of probabilities`
          : 'keep its argument away from zero: x.maximum(1e-6).log()',
    },
  );
}

function divisionByZero(e: Evidence): Cause | null {
  return operationCause(
    e,
    'division-by-zero',
    ['div', 'reciprocal'],
    ({ operands, operation, constant }) => {
      const divisor = operation === 'div' ? (operands[1] ?? { min: constant ?? 1, max: constant ?? 1 }) : operands[0];
      return divisor.min <= 0 && divisor.max >= 0
        ? `the divisor ranges from ${short(divisor.min)} to ${short(divisor.max)}`
        : null;
    },
    {
      cause: 'a division by zero',
      change: () => 'keep the divisor away from zero: add 1e-6, or take its maximum with that',
    },
  );
}

function rootOfNegative(e: Evidence): Cause | null {
  return operationCause(
    e,
    'root-of-negative',
    ['sqrt'],
    ({ operands: [x] }) => (x.min < 0 ? `sqrt was given ${short(x.min)}` : null),
    { cause: 'the root of a negative number', change: () => 'keep its argument at least 0: x.maximum(0).sqrt()' },
  );
}

function expOverflow(e: Evidence): Cause | null {
  return operationCause(
    e,
    'exp-overflow',
    ['exp'],
    ({ operands: [x] }) =>
      x.max > 88 ? `exp was given ${short(x.max)}; float32 ends at e^88.7, float64 at e^709` : null,
    { cause: 'an exponential that overflows', change: () => 'take the maximum off before exp, or clip its argument' },
  );
}

function wrongGradient(e: Evidence): Cause | null {
  const { slopes, gains } = e.experiments;
  const wrong = slopes.filter(({ ratio }) => !(Math.abs(ratio - 1) < 0.1));
  if (wrong.length === 0) return null;
  const all = wrong.length === slopes.length;
  const worst = wrong.at(-1)!;
  const layer = gains.find(({ path }) => worst.parameter.startsWith(`${path}.`));
  const suspects = suspectsOf(e, worst.parameter);
  if (suspects.length === 0) return null; // the library's own are checked; a kink or rounding is likelier
  const differs =
    worst.ratio < 0
      ? 'the loss falls where its gradient says that it rises'
      : `the loss changes ${short(worst.ratio)} times as much as its gradient says`;
  return {
    id: 'wrong-gradient',
    cause: `a wrong backward: ${suspects.join(' or ')}`,
    likelihood: 0.96,
    evidence: `along the gradient of ${all ? 'every parameter' : worst.parameter}${layer ? ` (${layer.name})` : ''}, ${differs} (ratio ${short(worst.ratio)}, 1 is right)`,
    change: `check the derivative of ${suspects[0]}: gradcheckLayer or gradcheckLoss`,
  };
}

/** What is the user's own between the last parameter whose gradient is wrong and the next one that is right, ends included. */
function suspectsOf({ experiments: { slopes, gains }, ownLayer, ownLoss, loss }: Evidence, last: string): string[] {
  const ownerOf = (parameter: string): number => gains.findIndex(({ path }) => parameter.startsWith(`${path}.`));
  const from = ownerOf(last);
  const right = slopes.slice(slopes.findIndex((s) => s.parameter === last) + 1).map((s) => ownerOf(s.parameter));
  const to = right.find((i) => i > from);
  const between = gains.slice(Math.max(from, 0), to === undefined ? undefined : to + 1);
  const found = between.filter(({ name }: Gain) => ownLayer(name)).map(({ path, name }) => `layer ${path} ${name}`);
  return to === undefined && ownLoss ? [`the loss ${loss}`, ...found] : found;
}

function momentum({ transforms, samples, learningRate, experiments }: Evidence): Cause | null {
  if (transforms.length === 0) return null;
  const stretch = Math.max(...samples.map((s) => s.stretch).filter(Number.isFinite), 0);
  if (!(stretch > 3)) return null;
  const bearable = experiments.rates.length === 1;
  return {
    id: 'momentum',
    cause: `the optimizer (${transforms.join(', ')}) makes the steps too long`,
    likelihood: 0.3 + 0.4 * reach(stretch, 3, 50) + (bearable ? 0.15 : 0),
    evidence: `the updates are up to ${short(stretch)} times lr times the gradient${bearable ? `; lr ${short(learningRate)} alone lowers the loss` : ''}`,
    change: 'try a smaller momentum, e.g. 0.9',
  };
}

function initialization({ experiments: { gains } }: Evidence): Cause | null {
  if (gains.length === 0) return null;
  const total = gains.reduce((product, { gain }) => product * gain, 1);
  const worst = gains.filter((g) => g.hasParameters).sort((a, b) => b.gain - a.gain)[0];
  if (!worst) return null;
  const enlarged = Number.isFinite(total) ? `${short(total)} times as large` : 'as numbers that are none';
  const own = gains.filter((g) => g.hasParameters).reduce((product, { gain }) => product * Math.max(gain, 1), 1);
  const decisive =
    Number.isFinite(worst.gain) && worst.gain < 2
      ? 0
      : reach(Number.isNaN(total) ? own : Math.min(total, own), 10, 1000);
  return {
    id: 'initialization',
    cause: 'the initial parameters enlarge what passes through them',
    likelihood: 0.1 + 0.78 * decisive,
    evidence: `inputs of size 1 leave the untrained network ${enlarged}; layer ${worst.path} ${worst.name} alone multiplies by ${short(worst.gain)}`,
    change: 'initialize with he (or xavier), or with smaller numbers',
  };
}

function unscaledInput({ facts }: Evidence): Cause | null {
  const { input, usualInput, scaling } = facts;
  const size = Math.min(input.rms, usualInput);
  return {
    id: 'unscaled-input',
    cause: 'the inputs are not scaled',
    likelihood: 0.1 + 0.76 * reach(size, 3, 30),
    evidence: `the inputs reach the network with a root mean square of ${short(input.rms)} and up to ${short(input.max)} (scaling ${scaling})`,
    change: 'try --scale standard, or unit (fitScaling in the library)',
  };
}

function unscaledTarget({ facts, task }: Evidence): Cause | null {
  if (!facts.target || task !== 'regression') return null;
  const { rms, max, usual } = facts.target;
  return {
    id: 'unscaled-target',
    cause: 'the values to predict are not scaled',
    likelihood: 0.08 + 0.79 * reach(Math.min(rms, usual), 5, 50),
    evidence: `targets have a root mean square of ${short(rms)} and reach ${short(max)}`,
    change: 'predict (y - mean) / sd',
  };
}

/** No rate of plain descent on numbers of usual size is above this. */
const absurdRate = 10;

function learningRate({ learningRate: lr, experiments: { rates, loss }, losses }: Evidence): Cause {
  const first = rates[0];
  const climbs = first !== undefined && !(first.loss < loss);
  const works = rates.find((r) => r.loss < loss);
  const suggested = climbs && works ? works.rate : lr / 10;
  const grown =
    losses.length > 1
      ? `the loss went from ${short(losses[0])} to ${short(losses.at(-1)!)} in ${losses.length} steps`
      : '';
  const tried = climbs
    ? `one step of lr ${short(first.rate)} along the gradient takes the loss from ${short(loss)} to ${short(first.loss)}${works ? `, one of ${short(works.rate)} to ${short(works.loss)}` : ''}`
    : '';
  return {
    id: 'learning-rate',
    cause: `the learning rate ${short(lr)} is too high`,
    likelihood: climbs ? (lr > absurdRate ? 0.9 : 0.7) : 0.5,
    evidence: [tried, grown].filter(Boolean).join('; ') || `lr ${short(lr)}`,
    change: `try lr ${short(suggested)}`,
  };
}

/** The likeliest first. */
export function causesOf(e: Evidence): Cause[] {
  const all = [
    dataRow(e),
    zeroVariance(e),
    badParameters(e),
    outlier(e, 'input'),
    outlier(e, 'target'),
    logOfZero(e),
    divisionByZero(e),
    rootOfNegative(e),
    expOverflow(e),
    wrongGradient(e),
    momentum(e),
    initialization(e),
    unscaledInput(e),
    unscaledTarget(e),
    learningRate(e),
  ];
  return all.filter((c) => c !== null).sort((a, b) => b.likelihood - a.likelihood);
}
