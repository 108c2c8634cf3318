#!/usr/bin/env node
/**
 * Times our training step against its peers: alternating fresh processes, nine pairs a peer, medians and the ratio
 * ours/peer of each pair. What a step is, and the line that every process prints: ./case.mjs.
 *
 *   (cd bench/peers && npm ci)                                   once; not part of the main install
 *   node bench/compare.mjs --ours bench/ours.mjs                 against jax-js and TensorFlow.js
 *   node bench/compare.mjs --ours bench/ours.mjs --peers jax-js,pytorch --python /usr/bin/python3 --out bench.json
 *   node bench/compare.mjs --ours "node bench/ours.mjs --backend wasm" --peer "before=node ../old/bench/ours.mjs"
 *   node bench/compare.mjs --ours bench/ours.mjs --bar jax-js=0.8 --bar tfjs=0.12
 *
 * Exit 1: a bar was missed, a participant failed, or the participants did not compute the same losses.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const node = (...args) => [process.execPath, ...args];
const DEFAULT_PEERS = 'jax-js,tfjs,tfjs-transposed';
const BASE_NET = '784-512-128-10';
const BASE_BATCH = 32;
const LOSS_TOLERANCE = 1e-4;

const { values: options } = parseArgs({
  options: {
    ours: { type: 'string' },
    peers: { type: 'string', default: DEFAULT_PEERS },
    peer: { type: 'string', multiple: true, default: [] },
    bar: { type: 'string', multiple: true, default: [] },
    pairs: { type: 'string', default: '9' },
    net: { type: 'string', default: BASE_NET },
    batch: { type: 'string', default: String(BASE_BATCH) },
    python: { type: 'string', default: 'python3' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

// command, warm-up and measured steps: 2 to 4 s a process, so fewer where a step is slow
const KNOWN = {
  'jax-js': [node(here('peers/jax-js.mjs')), 200, 400],
  'jax-js-hand': [node(here('peers/jax-js.mjs'), '--variant', 'hand'), 200, 400],
  tfjs: [node(here('peers/tfjs.mjs')), 20, 60],
  'tfjs-transposed': [node(here('peers/tfjs.mjs'), '--variant', 'transposed'), 150, 300],
  'tfjs-cpu': [node(here('peers/tfjs.mjs'), '--backend', 'cpu'), 5, 20],
  pytorch: [[options.python, here('peers/pytorch.py')], 200, 1000],
  'pytorch-hand': [[options.python, here('peers/pytorch.py'), '--variant', 'hand'], 200, 1000],
  jax: [[options.python, here('peers/jax.py')], 200, 1000],
};

function fail(message) {
  console.error(`error  ${message}`);
  process.exit(2);
}

if (options.help) {
  console.log(`node bench/compare.mjs --ours SCRIPT|"COMMAND" [--peers ${DEFAULT_PEERS}] [--peer "NAME=COMMAND"]...
  [--bar NAME=RATIO]... [--pairs 9] [--net ${BASE_NET}] [--batch ${BASE_BATCH}] [--python python3] [--out FILE] [--json]
peers known by name: ${Object.keys(KNOWN).join(', ')}`);
  process.exit(0);
}

const pairs = Number(options.pairs);
if (!Number.isInteger(pairs) || pairs < 1) fail(`--pairs ${options.pairs}: a positive integer is wanted`);

/** FLOPs of a training step: three products a layer, two for the first, which needs no input gradient. */
function flopsOf(net, batch) {
  const sizes = net.split('-').map(Number);
  const products = sizes.slice(1).map((out, l) => sizes[l] * out);
  return batch * (6 * products.reduce((sum, p) => sum + p, 0) - 2 * products[0]);
}
const flops = flopsOf(options.net, Number(options.batch));
if (!(flops > 0))
  fail(`--net ${options.net} --batch ${options.batch}: sizes like ${BASE_NET} and a positive batch are wanted`);
const scale = Math.min(1, flopsOf(BASE_NET, BASE_BATCH) / flops);

function participant(who, command, warmup = 300, steps = 600) {
  const scaled = [warmup, steps].map((n) => String(Math.max(10, Math.round(n * scale))));
  const args = ['--net', options.net, '--batch', options.batch, '--warmup', scaled[0], '--steps', scaled[1]];
  return { who, command: [...command, ...args], runs: [], state: 'present' };
}

function named(text, flag) {
  const at = text.indexOf('=');
  if (at < 1) fail(`${flag} "${text}": NAME=${flag === '--bar' ? 'RATIO' : 'COMMAND'} is wanted`);
  return [text.slice(0, at), text.slice(at + 1)];
}

const peers = options.peers
  .split(',')
  .filter(Boolean)
  .map((who) => {
    if (!Object.hasOwn(KNOWN, who)) fail(`--peers ${who}: known are ${Object.keys(KNOWN).join(', ')}`);
    return participant(who, ...KNOWN[who]);
  });
for (const text of options.peer) {
  const [who, command] = named(text, '--peer');
  peers.push(participant(who, command.split(/\s+/).filter(Boolean)));
}
const bars = options.bar.map((text) => {
  const [who, ratio] = named(text, '--bar');
  if (!(Number(ratio) > 0)) fail(`--bar ${text}: a positive ratio ours/${who} is wanted`);
  if (!peers.some((p) => p.who === who)) fail(`--bar ${text}: ${who} is not among the peers`);
  return { who, ratio: Number(ratio) };
});
let ours = null;
if (options.ours !== undefined) {
  const words = options.ours.split(/\s+/).filter(Boolean);
  ours = participant('ours', /\.m?js$/.test(words[0] ?? '') ? node(...words) : words);
  const script = ours.command.find((word) => /\.m?js$/.test(word));
  if (script && !existsSync(script)) fail(`--ours ${options.ours}: no such file ${script}`);
}

/** Runs a participant once; a missing package or interpreter makes it absent, anything else that is wrong, failed. */
function run(p) {
  const [command, ...args] = p.command;
  const child = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 300_000 });
  const missing = /ERR_MODULE_NOT_FOUND|Cannot find (?:package|module)[^\n]*|(?:ModuleNotFound|Import)Error[^\n]*/;
  if (child.error || child.status !== 0) {
    const reason = child.error?.message ?? child.stderr.match(missing)?.[0] ?? child.stderr.trim().split('\n').at(-1);
    p.state = child.error?.code === 'ENOENT' || missing.test(child.stderr ?? '') ? 'absent' : 'failed';
    p.reason = reason || `exit status ${child.status}`;
    return null;
  }
  try {
    const line = JSON.parse(child.stdout.trim().split('\n').at(-1));
    if (!(line.msPerStep.median > 0)) throw new Error('msPerStep.median is not positive');
    p.runs.push(line);
    return line.msPerStep.median;
  } catch (error) {
    p.state = 'failed';
    p.reason = `no JSON line: ${error.message}`;
    return null;
  }
}

function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

const loadBefore = os.loadavg();
const ratios = new Map(peers.map((p) => [p.who, []]));
for (let pair = 0; pair < pairs; pair++) {
  for (const peer of peers) {
    if (peer.state !== 'present' || ours?.state === 'failed') continue;
    // who goes first alternates, so that a drift of the machine's speed favors neither; a peer that is absent goes alone
    const ms = new Map();
    for (const p of pair % 2 === 0 ? [peer, ours] : [ours, peer]) {
      if (p) ms.set(p, run(p));
      if (peer.state !== 'present') break;
    }
    const [a, b] = [ms.get(ours), ms.get(peer)];
    if (a && b) ratios.get(peer.who).push(a / b);
    const shown = [...ms].map(([p, t]) => `${p.who} ${t === null ? p.state : `${t.toFixed(3)} ms`}`);
    console.error(`pair ${pair + 1}/${pairs}  ${shown.join('  ')}`);
  }
}
// without a peer that is present, ours is still worth its own figure
if (ours && ours.runs.length === 0 && ours.state === 'present') for (let i = 0; i < pairs; i++) run(ours);
const loadAfter = os.loadavg();

const everyone = [ours, ...peers].filter(Boolean);
const present = everyone.filter((p) => p.runs.length > 0);
const name = `${options.net} batch ${options.batch}`;
const machine = {
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.cpus().length,
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  platform: `${os.platform()} ${os.release()} ${os.arch()}`,
  node: process.version,
  load: { before: loadBefore, after: loadAfter },
};
const results = present.map((p) => {
  const { version, backend, threads, steps, warmup } = p.runs[0];
  const msPerStep = summary(p.runs.map((r) => r.msPerStep.median));
  const gflops = flops / msPerStep.median / 1e6;
  const medians = p.runs.map((r) => r.msPerStep.median);
  return { case: name, who: p.who, version, backend, threads, steps, warmup, msPerStep, gflops, runs: medians };
});
const ratioRows = [...ratios]
  .filter(([, list]) => list.length > 0)
  .map(([who, list]) => {
    const bar = bars.find((b) => b.who === who)?.ratio ?? null;
    const { median, min, max } = summary(list);
    const verdict = bar === null ? null : median <= bar ? 'pass' : 'fail';
    return { case: name, of: 'ours', to: who, median, min, max, pairs: list, bar, verdict };
  });
const absent = everyone.filter((p) => p.state !== 'present').map(({ who, state, reason }) => ({ who, state, reason }));
// the same data and weights: step 20's loss agrees, unless somebody computes something else
const checks = present.map((p) => ({ who: p.who, step: p.runs[0].loss?.checkedStep, loss: p.runs[0].loss?.checked }));
const losses = checks.map((c) => c.loss).filter((loss) => Number.isFinite(loss));
const middle = losses.length > 0 ? summary(losses).median : null;
const agrees = ({ loss }) =>
  loss === undefined || (loss !== null && Math.abs(loss - middle) <= LOSS_TOLERANCE * middle);
const disagree = checks.filter((c) => !agrees(c));

const whole = { schema: 'neuroforge/bench@1', machine, results, ratios: ratioRows, absent, losses: checks };
if (options.out) writeFileSync(options.out, `${JSON.stringify(whole, null, 2)}\n`);
if (options.json) console.log(JSON.stringify(whole));
else {
  const table = (rows) => {
    const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
    for (const row of rows)
      console.log(row.map((t, c) => (c === 0 ? t.padEnd(widths[c]) : t.padStart(widths[c]))).join('  '));
  };
  const ms = (t) => (t < 10 ? t.toFixed(3) : t.toFixed(1));
  console.log(`${name}: ms a step, ${machine.cpu}, ${machine.cores} cores, node ${machine.node}`);
  console.log(`load ${loadBefore[0].toFixed(2)} before, ${loadAfter[0].toFixed(2)} after\n`);
  const rows = results.map((r) => {
    const { median, min, max } = r.msPerStep;
    const text = [median, min, max].map(ms);
    return [
      r.who,
      r.version ?? '',
      r.backend ?? '',
      String(r.threads ?? ''),
      ...text,
      r.gflops.toFixed(1),
      String(r.runs.length),
    ];
  });
  table([['who', 'version', 'backend', 'threads', 'median', 'min', 'max', 'GFLOP/s', 'runs'], ...rows]);
  if (ratioRows.length > 0) {
    console.log('');
    const line = (r) => [r.median, r.min, r.max].map((t) => t.toFixed(3));
    const verdict = (r) => (r.bar === null ? '' : `${r.verdict} (bar ${r.bar})`);
    table([
      ['ratio', 'median', 'min', 'max', 'bar'],
      ...ratioRows.map((r) => [`ours / ${r.to}`, ...line(r), verdict(r)]),
    ]);
  }
  for (const p of absent) console.log(`\n${p.who} ${p.state}: ${p.reason}`);
  for (const c of disagree)
    console.log(`\n${c.who} computes something else: loss ${c.loss} at step ${c.step}, the median is ${middle}`);
}
const missedBar = bars.some((b) => ratioRows.find((r) => r.to === b.who)?.verdict !== 'pass');
if (missedBar || disagree.length > 0 || absent.some((p) => p.state === 'failed' || p.who === 'ours'))
  process.exitCode = 1;
