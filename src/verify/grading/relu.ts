import { sameShape } from '../../core/shape.ts';
import { relu as layer } from '../../layers/relu.ts';
import { centralDifferences } from '../finite-differences.ts';
import { away, copied, draws, Rig } from '../rig.ts';
import type { Named, Piece, Question, Values } from './question.ts';

/** Batch and units of each draw. */
const shapes = [
  [5, 3],
  [3, 4],
  [8, 7],
] as const;
const h = 1e-5;

/** So near to the corner, on either side, that a gate which opens anywhere else than at 0 is seen; further off than h. */
const near = [1e-4, -1e-4, 1e-3, -1e-3, 0.02, -0.02];

/** Numbers away from the corner at 0, some that lie exactly on it, and some that lie just beside it. */
function aroundCorner(values: Float64Array): Float64Array {
  return away(values, [0]).map((v, i) => {
    if (i % 5 === 2) return 0;
    return i % 5 === 4 ? near[Math.floor(i / 5) % near.length] : v;
  });
}

function question(seed: number, draw: number): Question {
  const [B, H] = shapes[draw];
  const rig = new Rig(layer(), { input: [H], batch: B, seed, training: true });
  try {
    const z = aroundCorner(draws(B * H, seed, `exercise/z/${draw}`));
    const dY = away(draws(B * H, seed, `exercise/dY/${draw}`), [0]);
    const slopes = centralDifferences(z, dY, h, (v) => rig.terms(v));
    // On the corner the slope is that from the left: what a difference of two sides finds there is neither.
    const here = rig.terms(z);
    const left = rig.terms(z.map((v) => v - h));
    z.forEach((v, i) => {
      if (v === 0) slopes[i] = (dY[i] * (here[i] - left[i])) / h;
    });
    return {
      inputs: [
        { name: 'dY', shape: [B, H], values: dY },
        { name: 'z', shape: [B, H], values: z },
      ],
      wanted: [{ name: 'dReLU', letters: '(B, H)', shape: [B, H], values: rig.gradients(z, dY).dX!, slopes }],
      sizes: { B, H },
    };
  } finally {
    rig.dispose();
  }
}

const gateOfZ = 'the gate asks z, the input of the ReLU';

export const relu: Piece = {
  id: 'relu',
  questions: (seed) => shapes.map((_, draw) => question(seed, draw)),
  asides: { 'divided-by-B': 'the 1/B of the mean is in dY already' },
  suspects: [
    {
      id: 'at-zero',
      text: 'right but where z is exactly 0: the slope there is taken as 0, so the gate is z > 0, not z >= 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.ge(0)) }),
    },
    {
      id: 'no-gate',
      text: 'dY comes back as it was: where z is not positive, nothing passes',
      give: ({ dY }) => ({ dReLU: dY }),
    },
    {
      id: 'gate-only',
      text: 'this is the slope alone, ones and zeros: multiply it by dY, by which the road goes on to the loss',
      give: ({ z }) => ({ dReLU: z.gt(0) }),
    },
    {
      id: 'gate-only',
      text: 'this is the slope alone, ones and zeros: multiply it by dY. And the slope at exactly 0 is 0',
      give: ({ z }) => ({ dReLU: z.ge(0) }),
    },
    {
      id: 'gate-of-dY',
      text: `dY is let through where dY itself is positive: ${gateOfZ}`,
      give: ({ dY }) => ({ dReLU: dY.relu() }),
    },
    {
      id: 'times-z',
      text: 'dY is multiplied by z, the input, in place of the slope, which is 1 or 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z) }),
    },
    {
      id: 'times-output',
      text: 'dY is multiplied by max(z, 0), the output, in place of the slope, which is 1 or 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.relu()) }),
    },
    {
      id: 'gate-inverted',
      text: 'the gate is the wrong way round: dY passes where z is positive',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.lt(0)) }),
    },
    {
      id: 'gate-inverted',
      text: 'the gate is the wrong way round: dY passes where z is positive, and only there',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.le(0)) }),
    },
    {
      id: 'gate-by-sign',
      text: 'where z is negative the gradient is turned round; it is to be 0 there',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.sign()) }),
    },
    {
      id: 'forward',
      text: 'this is max(z, 0), the function itself; its derivative is wanted',
      give: ({ z }) => ({ dReLU: z.relu() }),
    },
    {
      id: 'passes-negative',
      text: 'dY passes where z is negative too: `z.gt(0)` is 1 where z is positive and 0 elsewhere',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.eq(0).rsub(1)) }),
    },
    {
      id: 'arguments-swapped',
      text: 'z passes where dY is positive: the two arguments have changed places, it is `dReLU(dY, z)`',
      give: ({ dY, z }) => ({ dReLU: z.mul(dY.gt(0)) }),
    },
    {
      id: 'two-gates',
      text: 'dY passes where z and dY are positive: a negative gradient passes the gate too',
      give: ({ dY, z }) => ({ dReLU: dY.relu().mul(z.gt(0)) }),
    },
    {
      id: 'half-at-zero',
      text: 'right but where z is exactly 0: the slope there is taken as 0, not as 1/2',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.gt(0).add(z.ge(0)).div(2)) }),
    },
    {
      id: 'sigmoid',
      text: 'dY is multiplied by a sigmoid of z; the slope of max(z, 0) is 1 or 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.sigmoid()) }),
    },
    {
      id: 'sigmoid',
      text: 'this is the slope of a sigmoid, s (1 - s); that of max(z, 0) is 1 or 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.sigmoid()).mul(z.sigmoid().rsub(1)) }),
    },
    {
      id: 'z-passes',
      text: 'where z is negative, z itself comes back; it is to be 0 there',
      give: ({ dY, z }) => ({ dReLU: z.gt(0).where(dY, z) }),
    },
    {
      id: 'tanh',
      text: 'this is the slope of tanh; that of max(z, 0) is 1 or 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.tanh().square().rsub(1)) }),
    },
    {
      id: 'tanh',
      text: 'dY is multiplied by tanh(z); the slope of max(z, 0) is 1 or 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.tanh()) }),
    },
    {
      id: 'softplus',
      text: 'dY is multiplied by a softplus of z; the slope of max(z, 0) is 1 or 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.softplus()) }),
    },
    {
      id: 'one-at-zero',
      text: 'where z is exactly 0 a 1 is added: the gradient there is 0',
      give: ({ dY, z }) => ({ dReLU: dY.mul(z.gt(0)).add(z.eq(0)) }),
    },
    {
      id: 'subtracted',
      text: 'the closed gate is subtracted from dY; dY is to be multiplied by the open one',
      give: ({ dY, z }) => ({ dReLU: dY.sub(z.le(0)) }),
    },
    {
      id: 'added',
      text: 'dY and the gate are added; they are to be multiplied, element by element',
      give: ({ dY, z }) => ({ dReLU: dY.add(z.gt(0)) }),
    },
  ],
  families: [
    { id: 'leaky', tell: leak },
    { id: 'threshold', tell: threshold },
    { id: 'gate-only', tell: onesAndZeros },
  ],
};

/** dY passes where z > 0, and a share of it where z < 0. */
function leak({ dY, z }: Values, { shape, values }: Named): string | null {
  if (!sameShape(shape, z.shape)) return null;
  const [d, at] = [copied(dY), copied(z)];
  const share = at.findIndex((v) => v < 0);
  const slope = values[share] / d[share];
  const fits = at.every(
    (v, i) => v === 0 || Math.abs(values[i] - (v > 0 ? d[i] : slope * d[i])) <= 1e-9 * Math.abs(d[i]),
  );
  if (!fits || Math.abs(slope) < 1e-9) return null;
  return `${Number(slope.toPrecision(3))} of dY passes where z is negative, as in a leaky ReLU; here nothing does`;
}

/** dY passes where z is above some other number than 0. */
function threshold({ dY, z }: Values, { shape, values }: Named): string | null {
  if (!sameShape(shape, z.shape)) return null;
  const [d, at] = [copied(dY), copied(z)];
  if (!values.every((v, i) => v === 0 || v === d[i])) return null;
  const open = Math.min(...at.filter((_, i) => values[i] !== 0));
  const closed = Math.max(...at.filter((_, i) => values[i] === 0));
  if (!(closed < open)) return null;
  const where = open > 0 ? 'positive values of z are stopped' : 'negative values of z pass';
  return `small ${where}: the gate opens at 0 exactly, \`z.gt(0)\``;
}

function onesAndZeros({ z }: Values, { shape, values }: Named): string | null {
  const only = sameShape(shape, z.shape) && values.every((v) => v === 0 || v === 1);
  return only ? 'only ones and zeros come back: dY is to be multiplied by them' : null;
}
