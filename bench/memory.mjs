#!/usr/bin/env node
/**
 * Memory of a training run, against its bars, in fresh processes:
 *   peak resident size of `neuroforge train --data mnist --model mlp:512,128 --epochs 30`, at most 300 MB;
 *   heap, external memory, array buffers and wasm pages at step 20,000 within 2 MB of step 2,000, after two forced
 *   collections each; the 99.9th percentile of the pauses for garbage collection in that run below 5 ms.
 *
 *   npm run bench:memory -- --backend wasm --json --out memory.json
 *   node bench/memory.mjs --data digits --epochs 2 --from 20 --to 200        a quick look
 *   node bench/memory.mjs --flag=--single-threaded-gc        a flag of Node's for the second of the two runs
 *
 * Exit 1: a bar was missed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const MB = 1e6;

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: 'mnist' },
    hidden: { type: 'string', default: '512,128' },
    batch: { type: 'string', default: '32' },
    epochs: { type: 'string', default: '30' },
    from: { type: 'string', default: '2000' },
    to: { type: 'string', default: '20000' },
    backend: { type: 'string', default: 'auto' },
    threads: { type: 'string', default: '1' },
    flag: { type: 'string', multiple: true, default: [] },
    'bar-peak': { type: 'string', default: '300' },
    'bar-growth': { type: 'string', default: '2' },
    'bar-pause': { type: 'string', default: '5' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

function node(args, env = {}) {
  const child = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
  });
  if (child.status !== 0) throw new Error(`node ${args.join(' ')}\n${child.stderr || child.error}`);
  return child.stdout;
}

const threads = options.threads === '1' ? [] : ['--threads', options.threads];

/** Bytes. */
function peakOfTraining() {
  const folder = mkdtempSync(join(os.tmpdir(), 'neuroforge-memory-'));
  const file = join(folder, 'peak');
  try {
    const model = ['--data', options.data, '--model', `mlp:${options.hidden}`, '--batch', options.batch];
    const run = ['--epochs', options.epochs, '--backend', options.backend, ...threads, '--quiet'];
    const preload = ['--import', new URL('./memory/peak.mjs', import.meta.url).href];
    const args = [
      ...preload,
      here('../dist/cli/main.js'),
      'train',
      ...model,
      ...run,
      '--run-dir',
      join(folder, 'runs'),
    ];
    node(args, { NEUROFORGE_PEAK: file });
    return Number(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function steady() {
  const names = ['data', 'hidden', 'batch', 'from', 'to', 'backend', 'threads'];
  const given = names.flatMap((name) => [`--${name}`, options[name]]);
  const line = node(['--expose-gc', ...options.flag, here('./memory/steady.mjs'), ...given])
    .trim()
    .split('\n')
    .at(-1);
  return JSON.parse(line);
}

/** How a busy process fares here, in milliseconds of one second: how long it is off its core, in all and at a time. */
function offCore() {
  const [start, gaps] = [performance.now(), []];
  for (let last = start; last < start + 1000; ) {
    const now = performance.now();
    if (now - last > 0.5) gaps.push(now - last);
    last = now;
  }
  return { total: gaps.reduce((a, b) => a + b, 0), longest: Math.max(0, ...gaps) };
}

/** The least value that no more than a thousandth of the list (sorted, largest first) exceeds. */
function percentile999(descending) {
  return descending[Math.floor(descending.length / 1000)] ?? 0;
}

const [barPeak, barGrowth, barPause] = ['bar-peak', 'bar-growth', 'bar-pause'].map((name) => Number(options[name]));
const loadBefore = os.loadavg();
const peak = peakOfTraining() / MB;
const off = offCore();
const { looks, pauses, ...run } = steady();
const growth = {
  heap: (looks.to.heapUsed - looks.from.heapUsed) / MB,
  external: (looks.to.external - looks.from.external) / MB,
  'array buffers': (looks.to.arrayBuffers - looks.from.arrayBuffers) / MB,
  'wasm pages': ((looks.to.wasmPages - looks.from.wasmPages) * 65536) / MB,
};
const pause = percentile999(pauses.map((p) => p.ms));

const row = (what, value, unit, bar, met) => ({ what, value, unit, bar, verdict: met ? 'pass' : 'fail' });
const rows = [
  row(`peak resident size, ${options.epochs} epochs`, peak, 'MB', barPeak, peak <= barPeak),
  ...Object.entries(growth).map(([what, mb]) =>
    row(`${what}, step ${options.from} to ${options.to}`, mb, 'MB', barGrowth, Math.abs(mb) <= barGrowth),
  ),
  row('99.9th percentile of collection pauses', pause, 'ms', barPause, pause < barPause),
];
const byKind = Object.fromEntries(
  [...new Set(pauses.map((p) => p.kind))].map((kind) => {
    const ms = pauses.filter((p) => p.kind === kind).map((p) => p.ms);
    return [kind, { count: ms.length, largest: ms[0], total: ms.reduce((a, b) => a + b, 0) }];
  }),
);
const document = {
  schema: 'neuroforge/bench-memory@1',
  machine: {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    platform: `${os.platform()} ${os.arch()}`,
    node: process.version,
    flags: options.flag,
    offCore: off,
    load: { before: loadBefore, after: os.loadavg() },
  },
  data: options.data,
  run,
  rows,
  looks,
  pauses: { count: pauses.length, median: pauses[pauses.length >> 1]?.ms ?? 0, byKind, largest: pauses.slice(0, 10) },
};
if (options.out) writeFileSync(options.out, `${JSON.stringify(document, null, 2)}\n`);
if (options.json) console.log(JSON.stringify(document, null, 2));
else {
  const { cores, flags, load } = document.machine;
  const loads = [load.before, load.after].map(([minute]) => minute.toFixed(1)).join(' before, ');
  const node = ['node', process.version, ...flags].join(' ');
  console.log(
    `${options.data}, ${run.backend}, ${run.threads} thread(s), ${node}; ${cores} cores, load ${loads} after\n`,
  );
  for (const { what, value, unit, bar, verdict } of rows) {
    console.log(`${what.padEnd(42)} ${value.toFixed(3).padStart(9)} ${unit}   bar ${bar} ${unit}  ${verdict}`);
  }
  const { heapUsed, external, arrayBuffers, wasmPages } = looks.to;
  const used = [heapUsed, external, arrayBuffers].map((bytes) => (bytes / MB).toFixed(1));
  console.log(
    `\nat step ${options.to}: heap ${used[0]} MB, external ${used[1]} MB, of it array buffers ${used[2]} MB, ${wasmPages} wasm pages`,
  );
  for (const [kind, { count, largest, total }] of Object.entries(byKind)) {
    console.log(
      `${kind}: ${count} collections, largest ${largest.toFixed(2)} ms, ${total.toFixed(1)} ms in ${run.seconds.toFixed(1)} s`,
    );
  }
  console.log(`half of all pauses are below ${document.pauses.median.toFixed(2)} ms`);
  console.log(
    `other work on the machine: in one busy second off the core for ${off.total.toFixed(0)} ms, ${off.longest.toFixed(1)} ms at a time`,
  );
}
process.exitCode = rows.some((r) => r.verdict === 'fail') ? 1 : 0;
