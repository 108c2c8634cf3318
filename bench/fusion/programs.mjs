/**
 * The programs of the fusion spike: each a definition in tensor operations, the arguments it takes, and the call of the
 * kernel written by hand for it (byte addresses of arguments, then of results).
 */
const [eps, beta1, beta2, decay] = [1e-5, 0.9, 0.999, 0.01];

export const programs = {
  'layer norm': {
    fn: (x, gain, bias) => {
      const centred = x.sub(x.rowMean());
      const rstd = centred.square().rowMean().rsqrt(eps);
      const xhat = centred.mul(rstd);
      return { y: xhat.mul(gain).add(bias), xhat, rstd };
    },
    args: (B, C) => [[B, C], [C], [C]],
    byHand:
      (k, [x, g, b], [y, xhat, rstd], B, C) =>
      () =>
        k.layerNorm(x, g, b, y, xhat, rstd, B, C, eps),
  },
  'layer norm backward': {
    fn: (dY, xhat, rstd, gain) => {
      const d = dY.mul(gain);
      const along = xhat.mul(d.mul(xhat).rowMean());
      return { dX: d.sub(d.rowMean()).sub(along).mul(rstd), dGain: dY.mul(xhat).colSum(), dBias: dY.colSum() };
    },
    args: (B, C) => [[B, C], [B, C], [B, 1], [C]],
    byHand:
      (k, [dY, xhat, rstd, g], [dX, dG, dB], B, C) =>
      () =>
        k.layerNormBackward(dY, xhat, rstd, g, dX, dG, dB, B, C),
  },
  'bias + ReLU': {
    fn: (x, b) => x.add(b).relu(),
    args: (B, C) => [[B, C], [C]],
    byHand:
      (k, [x, b], [y], B, C) =>
      () =>
        k.biasRelu(x, b, y, B, C),
  },
  'bias + ReLU backward': {
    fn: (dY, y) => {
      const dZ = dY.mul(y.gt(0));
      return { dZ, db: dZ.colSum() };
    },
    args: (B, C) => [
      [B, C],
      [B, C],
    ],
    byHand:
      (k, [dY, y], [dZ, db], B, C) =>
      () =>
        k.biasReluBackward(dY, y, dZ, db, B, C),
  },
  softmax: {
    fn: (z) => z.softmax(),
    args: (B, C) => [[B, C]],
    byHand:
      (k, [z], [p], B, C) =>
      () =>
        k.softmax(z, p, B, C),
  },
  'softmax cross-entropy': {
    fn: (z, y) => {
      const zy = z.mul(y).rowSum();
      return { loss: z.logSumExp().sub(zy).mean(), dZ: z.softmax().sub(y).div(z.rows) };
    },
    args: (B, C) => [
      [B, C],
      [B, C],
    ],
    byHand:
      (k, [z, y], [loss, dZ], B, C) =>
      () =>
        k.crossEntropy(z, y, loss, dZ, B, C),
  },
  SGD: {
    fn: (theta, g, lr) => theta.set(theta.sub(g.mul(lr))),
    args: (P) => [[P], [P], 0.01],
    byHand:
      (k, [theta, g, lr], _, P) =>
      () =>
        k.sgd(theta, g, lr, P),
  },
  AdamW: {
    fn: (theta, g, m, v, lr, unbiasM, unbiasV) => {
      m.set(m.mul(beta1).add(g.mul(1 - beta1)));
      v.set(v.mul(beta2).add(g.square().mul(1 - beta2)));
      const direction = m.mul(unbiasM).div(v.mul(unbiasV).sqrt().add(1e-8));
      return theta.set(theta.sub(direction.add(theta.mul(decay)).mul(lr)));
    },
    args: (P) => [[P], [P], [P], [P], 0.001, 1.5, 1.25],
    byHand:
      (k, [theta, g, m, v, lr, um, uv], _, P) =>
      () =>
        k.adamw(theta, g, m, v, lr, um, uv, P),
  },
};

const wide = [
  [32, 512],
  [128, 1200],
  [1024, 512],
];
const classes = [
  [32, 10],
  [128, 10],
];
const parameters = [[469_520], [2_400_000]];

/** [program, shape]: what the architecture's decision asks for. */
export const cases = [
  ...['layer norm', 'layer norm backward', 'bias + ReLU', 'bias + ReLU backward'].flatMap((p) =>
    wide.map((s) => [p, s]),
  ),
  ...['softmax', 'softmax cross-entropy'].flatMap((p) => [...classes, [128, 1200]].map((s) => [p, s])),
  ...['SGD', 'AdamW'].flatMap((p) => parameters.map((s) => [p, s])),
];
