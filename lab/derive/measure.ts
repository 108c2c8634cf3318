import {
  type Forward,
  forward,
  type GradientName,
  type Inputs,
  inputNames,
  type Moved,
  undifferentiated,
  type ValueName,
  type Values,
} from './network.ts';

/** (L(v + h) - L(v - h)) / 2h for one element v of a value: what its gradient has to be, by measurement. */
export interface Measurement {
  readonly measured: number;
  /** How far rounding and the width of the step may have carried it off. */
  readonly uncertainty: number;
  /** How fast the logits of an example part as v moves: the size that its gradient has where nothing is small. */
  readonly pace: number;
  /** True where v at any h crosses the corner of a ReLU, and there is no derivative to measure. */
  readonly corner: boolean;
}

export interface GradientCheck extends Measurement {
  readonly computed: number;
  /**
   * `close`: as near as the measurement can tell, though not to a millionth. `unmeasurable`: numbers so large that
   * float64 cannot tell a right gradient from a wrong one.
   */
  readonly outcome: 'agrees' | 'close' | 'differs' | 'corner' | 'unmeasurable';
}

/** Widths of the step that are tried, in units of the element and of 1 at least. */
const widths = Array.from({ length: 17 }, (_, k) => 10 ** -k);

/** Roundings of a loss, in units of 2^-53 of the largest sum of absolute terms; a step at most doubles that sum. */
const roundings = 2 * 16;

/**
 * Measures the gradient of one element, with the step that leaves the least doubt. Of two doubts: losses are rounded, in
 * proportion to the largest numbers that were added up on the way; and along a line of logits the third derivative of
 * cross-entropy is at most a tenth of the cube of their pace, which bounds what a wide step does.
 */
export function measure(inputs: Inputs, values: Values, name: ValueName, index: number): Measurement {
  const at = values[name].values;
  const moved = (v: number): Moved => ({ name, values: at.map((old, i) => (i === index ? v : old)) });
  const here = openings(forward(inputs));
  const rounding = roundings * 2 ** -53 * largestSum(inputs);
  let best: Measurement | undefined;
  for (const width of widths) {
    const h = width * Math.max(1, Math.abs(at[index]));
    const [high, low] = [at[index] + h, at[index] - h];
    const half = (high - low) / 2;
    if (half === 0 || (best && !best.corner && rounding / half > best.uncertainty)) break;
    const [up, down] = [forward(inputs, moved(high)), forward(inputs, moved(low))];
    const move = widest(up, down) / 2;
    const found = {
      measured: (up.L.item() - down.L.item()) / (2 * half),
      uncertainty: (rounding + move ** 3 / 50) / half,
      pace: move / half,
      corner: openings(up) !== here || openings(down) !== here,
    };
    // so narrow that nothing is to be seen, corners neither
    if (best && rounding / half > 1e-3 * Math.max(best.pace, found.pace)) break;
    // where all cross a corner, the narrowest
    if (!best || best.corner || found.uncertainty < best.uncertainty) best = found;
  }
  return best!; // a step as wide as the element is one
}

/** One element of a gradient against its measurement. */
export function check(inputs: Inputs, values: Values, name: GradientName, index: number): GradientCheck {
  const computed = values[name].values[index];
  const found = measure(inputs, values, undifferentiated(name), index);
  return { ...found, computed, outcome: outcomeOf(computed, found) };
}

function outcomeOf(computed: number, { measured, uncertainty, pace, corner }: Measurement): GradientCheck['outcome'] {
  const apart = Math.abs(computed - measured);
  if (apart <= 1e-6 * Math.max(1e-3, Math.abs(computed), Math.abs(measured))) return 'agrees';
  if (corner) return 'corner';
  if (!(uncertainty <= 1e-3 * Math.max(pace, Math.abs(computed)))) return 'unmeasurable';
  return apart <= uncertainty ? 'close' : 'differs';
}

/** Which ReLUs are open, as one text. */
function openings({ z1, z2 }: Forward): string {
  return [z1, z2].map((z) => z.gt(0).dataSync().join('')).join(' ');
}

/** How far the logits of an example part between two passes, at most. */
function widest(up: Forward, down: Forward): number {
  const [a, b] = [up.z3.dataSync(), down.z3.dataSync()];
  const classes = up.z3.shape[1];
  let most = 0;
  for (let n = 0; n < a.length; n += classes) {
    const moves = Array.from({ length: classes }, (_, k) => a[n + k] - b[n + k]);
    most = Math.max(most, Math.max(...moves) - Math.min(...moves));
  }
  return most;
}

/** The largest sum of absolute terms behind a logit: its rounding is in proportion, whatever cancels. */
function largestSum(inputs: Inputs): number {
  const absolute = Object.fromEntries(inputNames.map((name) => [name, inputs[name].map(Math.abs)]));
  return Math.max(1, ...forward({ ...inputs, ...absolute }).z3.dataSync());
}
