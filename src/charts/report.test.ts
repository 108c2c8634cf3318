import { describe, expect, it } from 'vitest';
import { renderReport } from './report.tsx';
import type { ReportData } from './report-data.ts';

const EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u001b[31m\u202e</style>';

const full: ReportData = {
  title: 'mlp:32 on digits',
  run: '20261123-2010-mlp-7f3a',
  status: 'done',
  task: 'classification',
  started: '2026-11-23T20:10:05.123Z',
  notes: ['A class is missing from the validation set.'],
  summary: {
    data: 'digits',
    model: 'mlp:32',
    parameters: 2410,
    backend: 'wasm',
    threads: 1,
    msPerStep: 0.041,
    seed: 0,
  },
  history: [0, 1, 2, 3, 4].map((epoch) => ({
    epoch,
    trainLoss: 2.3 / (epoch + 1),
    valLoss: 2.4 / (epoch + 1),
    valAccuracy: 1 - 0.9 / (epoch + 1) ** 2,
    gradientNorm: 0.5,
  })),
  best: { epoch: 4, loss: 0.48 },
  test: { count: 360, errors: 10, loss: 0.085 },
  baselines: [{ name: 'linear', value: 0.953 }],
  confusion: {
    classes: ['0', '1'],
    counts: [
      [170, 6],
      [4, 180],
    ],
  },
  firstLayer: { rows: 4, cols: 2, values: [1, -1, 0, 2, 1, 0, 0, 1], imageShape: [2, 2] },
  mistakes: [
    { row: 3, label: '4', prediction: '9', probability: 0.6, image: { height: 1, width: 2, values: [0, 1] } },
    { row: 8, label: '1', prediction: '7', probability: 0.87, image: { height: 1, width: 2, values: [1, 0] } },
  ],
  config: { lr: 0.1, schedule: { kind: 'cosine' }, patience: null },
  environment: { node: 'v20.20.1', weights: 'sha256:' + '0123456789abcdef'.repeat(4) },
};

/** The page without its images, whose base64 may hold anything. */
function page(data: ReportData): string {
  const out = renderReport(data);
  expect(out).toMatch(/^<!doctype html>\n<html lang="en">/);
  return out.replace(/data:image\/png;base64,[A-Za-z0-9+/=]+/g, 'IMAGE');
}

describe('renderReport', () => {
  it('has every section', () => {
    const out = page(full);
    const titles = [...out.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);
    expect(titles).toEqual([
      'Training',
      'Confusion matrix',
      'First-layer weights',
      'Worst mistakes',
      'Configuration and environment',
    ]);
    expect(out).toContain('97.2\u202f%');
    expect(out).toContain('10 errors in 360 rows');
    expect(out).toContain('95.0\u202f% to 98.5\u202f%');
    expect(out).toContain('2026-11-23 20:10 UTC');
    expect(out).toContain('schedule.kind');
    expect(out.indexOf('row 8')).toBeLessThan(out.indexOf('row 3'));
  });

  it('loads and runs nothing', () => {
    const out = page(full);
    expect(out).not.toMatch(/<script|<link|<iframe|<object|@import|javascript:|\son\w+=/i);
    expect(out).not.toMatch(/(https?:)?\/\//);
    for (const [, url] of out.matchAll(/(?:src|href)="([^"]*)"/g)) expect(url).toBe('IMAGE');
    for (const [, url] of out.matchAll(/url\(([^)]*)\)/g)) expect(url).toMatch(/^#/);
    expect(out).toContain("default-src 'none'");
  });

  it('fits phones, dark screens and paper', () => {
    const out = page(full);
    expect(out).toContain('width=device-width');
    expect(out).toContain('@media screen and (prefers-color-scheme:dark)');
    expect(out).toContain('@media print');
    expect(out).toContain('@media (max-width:480px)');
  });

  it('shows text from data as text, wherever it comes from', () => {
    const data: ReportData = {
      ...full,
      title: EVIL,
      run: EVIL,
      started: EVIL,
      notes: [EVIL],
      summary: { data: EVIL, model: EVIL, backend: EVIL, optimizer: EVIL },
      baselines: [{ name: EVIL, value: 0.96 }],
      confusion: {
        classes: ['a', EVIL],
        counts: [
          [1, 2],
          [3, 4],
        ],
      },
      firstLayer: { rows: 2, cols: 1, values: [1, 2], featureNames: [EVIL, EVIL] },
      mistakes: [{ row: 1, label: EVIL, prediction: EVIL + 'x', probability: 0.5 }],
      config: { [EVIL]: EVIL, nested: { [EVIL]: [EVIL] } },
      environment: { deep: { deeper: { deepest: EVIL } } },
    };
    const out = page(data);
    const gallery = page({ ...data, mistakes: full.mistakes!.map((m) => ({ ...m, label: EVIL })) });
    for (const text of [out, gallery]) {
      expect(text).not.toMatch(/<script|<img/i);
      expect(text.match(/<\/style/g)).toHaveLength(1);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(text).toContain('&lt;script>');
      // Every attribute is closed where it should be: no tag carries a handler.
      for (const [tag] of text.matchAll(/<[a-z][^>]*>/g)) expect(tag).not.toMatch(/onerror/);
    }
  });

  it('leaves out what is missing', () => {
    const out = page({ title: 'run', status: 'running', task: 'classification' });
    expect(out).not.toContain('<section');
    expect(out).not.toContain('NaN');
    expect(out).toContain('still running');
    const odd = page({
      title: 'run',
      status: 'interrupted',
      task: 'classification',
      history: [],
      test: null,
      val: { accuracy: 0.9 },
      confusion: { classes: [], counts: [] },
      roc: { points: [] },
      firstLayer: { rows: 0, cols: 0, values: [] },
      mistakes: [],
      config: {},
    });
    expect(odd).not.toContain('<section');
    expect(odd).toContain('Validation accuracy');
    expect(odd).toContain('90.0\u202f%');
    expect(odd).not.toContain('interval');
  });

  it('shows a run that diverged', () => {
    const out = page({
      ...full,
      status: 'diverged',
      history: [
        { epoch: 0, trainLoss: 2.3, valLoss: 2.3 },
        { epoch: 1, trainLoss: 'NaN', valLoss: 'Infinity' },
      ],
      best: { epoch: 0, loss: 2.3 },
    });
    expect(out).toContain('status bad');
    expect(out).toContain('first NaN');
    expect(out).toContain('>∞<');
  });

  it('speaks of regression in its own terms', () => {
    const out = page({
      title: 'mlp:8 on table.csv',
      status: 'done',
      task: 'regression',
      test: { count: 120, r2: 0.671, rmse: 4.31, loss: 18.6 },
      history: [1, 2, 3].map((epoch) => ({ epoch, valLoss: 1 / epoch, valR2: epoch / 4 })),
      mistakes: [
        { row: 2, label: 10, prediction: 11 },
        { row: 9, label: 50, prediction: 31 },
      ],
    });
    expect(out).toContain('R²');
    expect(out).toContain('0.671');
    expect(out).toContain('4.310');
    expect(out).not.toContain('ccuracy');
    const mistakes = out.slice(out.indexOf('Worst mistakes'));
    expect(mistakes).toContain('−19.00');
    expect(mistakes.indexOf('<td>9</td>')).toBeLessThan(mistakes.indexOf('<td>2</td>'));
  });

  it('keeps the table of a long run short, with its best and last epochs', () => {
    const history = Array.from({ length: 5001 }, (_, epoch) => ({ epoch, trainLoss: 1 / (epoch + 1) }));
    const out = page({ ...full, history, best: { epoch: 4321, loss: 0.1 } });
    expect(out.split('<tr').length).toBeLessThan(220);
    expect(out).toContain('4321<span');
    expect(out).toContain('<td>5000</td>');
  });
});
