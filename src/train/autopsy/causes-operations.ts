import { type Cause, type CauseId, type Evidence, short } from './evidence.ts';
import type { Origin } from './origin.ts';
import type { Sample } from './replay.ts';

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

export function logOfZero(e: Evidence): Cause | null {
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

export function divisionByZero(e: Evidence): Cause | null {
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

export function rootOfNegative(e: Evidence): Cause | null {
  return operationCause(
    e,
    'root-of-negative',
    ['sqrt'],
    ({ operands: [x] }) => (x.min < 0 ? `sqrt was given ${short(x.min)}` : null),
    { cause: 'the root of a negative number', change: () => 'keep its argument at least 0: x.maximum(0).sqrt()' },
  );
}

export function expOverflow(e: Evidence): Cause | null {
  return operationCause(
    e,
    'exp-overflow',
    ['exp'],
    ({ operands: [x] }) =>
      x.max > 88 ? `exp was given ${short(x.max)}; float32 ends at e^88.7, float64 at e^709` : null,
    { cause: 'an exponential that overflows', change: () => 'take the maximum off before exp, or clip its argument' },
  );
}
