// Records the runs that the course quotes (course/recorded/*.json, figures only) and draws its pictures
// (course/figures/*.svg). Needs `npm run build` and the MNIST files.
//
//   node scripts/record-course.mjs                  everything: minutes, most of them for mlp
//   node scripts/record-course.mjs nine figures     some parts: breast-cancer, nine, mlp, figures
//
// A run that lies finished in runs/course with the same flags is read, not repeated.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const parts = process.argv.slice(2);
const wanted = (part) => parts.length === 0 || parts.includes(part);
const runsFolder = 'runs/course';

const server = await createServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
const load = (path) => server.ssrLoadModule(path);
try {
  if (wanted('breast-cancer')) recordBreastCancer();
  if (wanted('nine')) await recordNine();
  if (wanted('mlp')) await recordMlp();
  if (wanted('figures')) await drawFromChapters();
} finally {
  await server.close();
}

/** `train` with these flags: its JSON document and its run folder. */
function train(flags) {
  const argv = ['train', ...flags, '--json', '--quiet', '--run-dir', runsFolder];
  for (const name of existsSync(runsFolder) ? readdirSync(runsFolder) : []) {
    const path = join(runsFolder, name, 'run.json');
    if (!existsSync(path)) continue;
    const run = JSON.parse(readFileSync(path, 'utf8'));
    if (run.status === 'done' && run.argv.join(' ') === argv.join(' ')) {
      return { document: run.result, folder: join(runsFolder, name) };
    }
  }
  process.stderr.write(`${argv.join(' ')}\n`);
  const document = JSON.parse(execFileSync(process.execPath, ['dist/cli/main.js', ...argv], { encoding: 'utf8' }));
  return { document, folder: document.run };
}

function rowsOf(path) {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function record(name, document) {
  writeFileSync(`course/recorded/${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
}

function draw(name, svg) {
  mkdirSync('course/figures', { recursive: true });
  writeFileSync(`course/figures/${name}.svg`, svg);
}

function spread(values) {
  const mean = values.reduce((a, v) => a + v, 0) / values.length;
  const sd = Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / (values.length - 1));
  return { mean, sd, min: Math.min(...values), max: Math.max(...values) };
}

function recordBreastCancer() {
  const flags = (n) => [
    ...['--data', 'breast-cancer', '--model', 'logistic', '--batch', 'full', '--lr', '0.1', '--epochs', '300'],
    ...['--scale', 'standard', '--test-split', 'redrawn', '--split-seed', String(n)],
  ];
  const runs = Array.from({ length: 20 }, (_, n) => train(flags(n)));
  const falls = runs.filter(({ folder }) => {
    const losses = rowsOf(join(folder, 'metrics.jsonl')).flatMap((r) => (r.split === 'train' ? [r.loss] : []));
    return losses.every((loss, i) => i === 0 || loss < losses[i - 1]);
  });
  record('breast-cancer', {
    command: `train ${flags('N').join(' ')}`,
    splits: runs.length,
    testRows: 114,
    accuracy: spread(runs.map(({ document }) => document.test.accuracy)),
    auc: spread(runs.map(({ document }) => document.test.auc)),
    monotone: falls.length,
    perSplit: runs.map(({ document }) => document.test.accuracy),
  });
}

async function recordNine() {
  const flags = ['--data', 'mnist', '--model', 'logistic', '--positive', '9', '--lr', '0.1', '--batch', '32'];
  const { document, folder } = train([...flags, '--epochs', '10']);
  const { openData, rocPoints } = await load('/src/index.ts');
  const { files } = await load('/src/platform/index.ts');
  const { loadModel } = await load('/src/io/model-file.ts');
  const { train: all, test } = await openData('mnist', { files });
  const predictions = rowsOf(join(folder, 'predictions.jsonl'));
  const truth = predictions.map((r) => Number(r.label === '9'));
  const scores = Float64Array.from(predictions, (r) => (r.prediction === '9' ? r.probability : 1 - r.probability));
  const count = (keep) => truth.reduce((n, y, i) => n + Number(keep(y, scores[i])), 0);
  const at = (threshold) => {
    const found = count((y, p) => y === 1 && p >= threshold);
    const called = count((_, p) => p >= threshold);
    const right = count((y, p) => p >= threshold === (y === 1));
    const nines = count((y) => y === 1);
    return { threshold, accuracy: right / truth.length, precision: found / called, recall: found / nines };
  };
  const nines = all.y.filter((label) => label === 9).length;
  const prior = nines / all.count;
  record('nine', {
    command: `train ${flags.join(' ')} --epochs 10`,
    trainRows: all.count,
    trainNines: nines,
    prior,
    priorBias: Math.log(prior / (1 - prior)),
    priorLoss: -prior * Math.log(prior) - (1 - prior) * Math.log(1 - prior),
    majority: 1 - test.y.filter((label) => label === 9).length / test.count,
    test: document.test,
    thresholds: [0.05, 0.1, 0.3, 0.5, 0.7, 0.9].map(at),
  });
  const { fpr, tpr } = rocPoints(truth, scores).findLast((p) => p.threshold >= 0.5);
  const { model } = await loadModel(readFileSync(join(folder, 'model.safetensors')));
  const { nineFigures } = await load('/course/drawings/figures.tsx');
  const figures = nineFigures({
    points: thinned(rocPoints(truth, scores)),
    auc: document.test.auc,
    operating: { fpr, tpr, threshold: 0.5 },
    weights: { width: 28, height: 28, values: model.parameters.param('0.W').dataSync() },
  });
  for (const [name, svg] of Object.entries(figures)) draw(name, svg);
}

/** The ROC curve's corners, no two of them nearer than half a pixel. */
function thinned(points) {
  let last = { fpr: -1, tpr: -1 };
  return points.filter((p, i, all) => {
    const keep = i + 1 === all.length || Math.abs(p.fpr - last.fpr) + Math.abs(p.tpr - last.tpr) > 0.0015;
    if (keep) last = p;
    return keep;
  });
}

async function recordMlp() {
  const flags = (seed) => [
    ...['--data', 'mnist', '--split', 'original', '--model', 'mlp:512,128', '--init', 'original', '--optimizer', 'sgd'],
    ...['--lr', '0.01', '--batch', '32', '--epochs', '30', '--backend', 'wasm', '--seed', String(seed)],
  ];
  const runs = [0, 1, 2, 3, 4].map((seed) => train(flags(seed)));
  const curves = runs.map(({ folder }) => {
    const rows = rowsOf(join(folder, 'metrics.jsonl'));
    const losses = (split) => new Map(rows.flatMap((r) => (r.split === split ? [[r.epoch, r.loss]] : [])));
    return { train: losses('train'), val: losses('val') };
  });
  const overSeeds = (split) =>
    Array.from({ length: 30 }, (_, i) => {
      const { mean, min, max } = spread(curves.map((c) => c[split].get(i + 1)));
      return { epoch: i + 1, mean, low: min, high: max };
    });
  const over = (pick) => spread(runs.map(({ document }, i) => pick(document, curves[i])));
  const valAccuracy = over((d) => d.val.accuracy);
  record('mlp', {
    command: `train ${flags('SEED').join(' ')}`,
    seeds: runs.length,
    images: 10000,
    lossBefore: over((_, c) => c.val.get(0)),
    firstTrainRunning: over((_, c) => c.train.get(1)),
    firstValLoss: over((_, c) => c.val.get(1)),
    trainAccuracy: over((d) => d.train.accuracy),
    trainLoss: over((d) => d.train.loss),
    trainRunning: over((d) => d.trainRunning.loss),
    valAccuracy,
    valErrors: over((d) => d.val.errors),
    valLoss: over((d) => d.val.loss),
    bestValLoss: over((d) => d.val.best.loss),
    bestEpoch: over((d) => d.val.best.epoch),
    standardError: Math.sqrt((valAccuracy.mean * (1 - valAccuracy.mean)) / 10000),
    perSeed: runs.map(({ document: d }) => ({ seed: d.seed, valAccuracy: d.val.accuracy, valLoss: d.val.loss })),
  });
  const { mistakes, mlpCurves } = await load('/course/drawings/figures.tsx');
  draw('mlp-curves', mlpCurves(overSeeds('train'), overSeeds('val')));
  const { openData } = await load('/src/index.ts');
  const { files } = await load('/src/platform/index.ts');
  const { test } = await openData('mnist', { files });
  const wrong = rowsOf(join(runs[0].folder, 'predictions.jsonl')).filter((r) => r.label !== r.prediction);
  const image = (row) => Float64Array.from(test.x.subarray(row * 784, (row + 1) * 784), (v) => v / 255);
  draw('mlp-mistakes', mistakes(wrong.map((r) => ({ ...r, image: { width: 28, height: 28, values: image(r.row) } }))));
}

/** Runs the chapters and draws what their own variables hold. */
async function drawFromChapters() {
  const { parse } = await load('/course/harness/document.ts');
  const { run } = await load('/course/harness/run.ts');
  const { interpolation, oneFeatureFigures, sumOrMean } = await load('/course/drawings/figures.tsx');
  const chapter = (path) => run(parse(path, readFileSync(path, 'utf8')), {});
  const one = await chapter('course/01-logistic-regression.md');
  const figures = oneFeatureFigures(one.evaluate('radius'), one.evaluate('malignant'));
  for (const [name, svg] of Object.entries(figures)) draw(name, svg);
  draw('sum-or-mean', sumOrMean(one.evaluate('leaps'), one.evaluate('byHand')));
  const two = await chapter('course/02-mlp.md');
  const lossAt = two.evaluate('lossAt');
  const line = Array.from({ length: 41 }, (_, i) => ({ s: i / 40, loss: lossAt(i / 40) }));
  draw('interpolation', interpolation(line));
}
