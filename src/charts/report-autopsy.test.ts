import { expect, test } from 'vitest';
import type { Autopsy } from '../train/autopsy/autopsy.ts';
import { formatBytes, formatFlops } from './format.ts';
import { renderReport } from './report.tsx';
import type { ReportData } from './report-data.ts';

const EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u001b[31m\u202e</style>';

const size = { rms: 1.5, max: 7 };
const autopsy = (text: string): Autopsy => ({
  schema: 'neuroforge/autopsy@1',
  step: 412,
  epoch: 3,
  seen: { step: 412, epoch: 3, what: 'loss', value: Number.NaN },
  reproduced: true,
  origin: {
    place: { phase: 'forward', path: '4', name: text },
    operation: 'exp',
    constant: null,
    operands: [{ min: -3, max: 8.9e4, nan: 0, infinite: 0 }],
    result: { min: 0, max: 1, nan: 0, infinite: 2 },
    source: 'operation',
    parameter: null,
    rows: [12, 40],
  },
  loss: Number.NaN,
  learningRate: 0.5,
  optimizer: 'sgd',
  batch: 32,
  backend: 'wasm',
  losses: [2.3, 9, 8e5, Number.NaN],
  chain: [411, 412].map((step) => ({
    step,
    loss: step === 411 ? 8e5 : Number.NaN,
    learningRate: 0.5,
    parameters: 3,
    gradientNorm: Number.NaN,
    stretch: 1,
    layers: [{ path: '4', name: text, activation: size, gradient: step === 411 ? size : null }],
  })),
  causes: [
    {
      id: 'exp-overflow',
      cause: `an overflow in ${text}`,
      likelihood: 0.9,
      evidence: `exp was given 89000 ${text}`,
      change: 'clip',
    },
    { id: 'learning-rate', cause: 'the rate', likelihood: 0.5, evidence: 'lr 0.5', change: 'try lr 0.05' },
  ],
  change: 'clip',
  seconds: 0.1,
});

const data = (text: string): ReportData => ({
  title: 'run',
  status: 'diverged',
  task: 'classification',
  autopsy: autopsy(text),
  model: {
    layers: [{ path: '4', name: text, output: [28, 28], parameters: 12_345 }],
    parameters: 12_345,
    batch: 32,
    memory: { parameters: 49_380, gradients: 0, optimizer: 0, activations: 1e6 },
    flops: 64.2e6,
  },
});

test('where it began, the two causes with their evidence, the chain, the network', () => {
  const page = renderReport(data('gain'));
  for (const text of [
    'It began at step 412 in epoch 3: exp in layer 4 gain, forward (operands up to 89000, result Infinity).',
    'Rows 12, 40 of the data.',
    'Most likely: an overflow in gain',
    'Or: the rate',
    '4 gain: output, rms',
    '28 × 28',
    '12,345, 49.4 kB',
    'folded into the update',
    '64.2 MFLOP',
  ]) {
    expect(page).toContain(text);
  }
  expect(page.match(/<th scope="col" class="num">41[12]<\/th>/g)).toHaveLength(2);
  expect(page).not.toContain('undefined');
});

test('what could not be shown again is said to be so', () => {
  const { autopsy: a, ...rest } = data('gain');
  const page = renderReport({ ...rest, autopsy: { ...a!, reproduced: false, origin: null, chain: [], losses: [] } });
  expect(page).toContain('this is what the run itself saw');
  expect(page).not.toContain('The chain of magnitudes');
});

test('names of layers are text', () => {
  const page = renderReport(data(EVIL));
  expect(page).not.toMatch(/<script|<img/i);
  expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('bytes and operations as people say them', () => {
  expect([0, 999, 1000, 68_904, 1.88e6, 999_600_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '68.9 kB',
    '1.88 MB',
    '1 GB',
  ]);
  expect([12, 2.74e6, 1e15].map(formatFlops)).toEqual(['12 FLOP', '2.74 MFLOP', '1000 TFLOP']);
});
