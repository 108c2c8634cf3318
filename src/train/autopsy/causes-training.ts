import { type Cause, type Evidence, reach, short } from './evidence.ts';
import type { Gain } from './experiments.ts';

/** A parameter that was none before the step began. */
export function badParameters({ origin, failure, samples }: Evidence): Cause | null {
  if (origin?.source !== 'parameters' && Number.isFinite(samples[0]?.parameters ?? 0)) return null;
  return {
    id: 'bad-parameters',
    cause: `a parameter was no number before step ${failure.step}`,
    likelihood: 0.98,
    evidence: `${origin?.parameter ?? 'a parameter'} was not finite when the step began`,
    change: 'look at the initializer, or at the file that the parameters came from',
  };
}

/** A backward of the user's own that does not give the slope of the loss. */
export function wrongGradient(e: Evidence): Cause | null {
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

/** Updates much longer than the rate times the gradient. */
export function momentum({ transforms, samples, learningRate, experiments }: Evidence): Cause | null {
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

/** Initial parameters that enlarge inputs of size 1. */
export function initialization({ experiments: { gains } }: Evidence): Cause | null {
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

/** No rate of plain descent on numbers of usual size is above this. */
const absurdRate = 10;

/** A step that is too long, and how long one may be: always a candidate. */
export function learningRate({ learningRate: lr, experiments: { rates, loss }, losses }: Evidence): Cause {
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
