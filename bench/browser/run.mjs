#!/usr/bin/env node
/**
 * The bench case (../case.mjs) in headless Chromium, in a plain and in a cross-origin isolated page, beside Node: every
 * measurement in a fresh page or process, in turn, round after round. What is absent is shown as absent.
 *
 *   node bench/browser/run.mjs                       nine rounds, everybody
 *   node bench/browser/run.mjs --rounds 3 --only ours --only jax-js --out browser.json
 *   node bench/browser/run.mjs --bar 0.9             ours in a worker against Node, exit 1 below
 *
 * Exit 1: a bar was missed, a participant failed, or they did not compute the same losses.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, library } from './bundle.mjs';
import { measureInPage, startChromium } from './chromium.mjs';
import { participants } from './participants.mjs';
import { isolation, serve } from './site.mjs';
import { disagreeing, ratiosOf, resultsOf, table } from './statistics.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', multiple: true },
    net: { type: 'string', default: '784-512-128-10' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string' },
    warmup: { type: 'string' },
    bar: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  console.log(`node bench/browser/run.mjs [--rounds 9] [--only NAME]... [--net 784-512-128-10] [--batch 32]
  [--steps N] [--warmup M] [--bar 0.9] [--out FILE] [--json]
participants: ${participants.map((p) => p.who).join('; ')}`);
  process.exit(0);
}

function fail(message) {
  console.error(`error  ${message}`);
  process.exit(2);
}
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail(`--rounds ${options.rounds}: a positive integer is wanted`);
const bar = options.bar === undefined ? null : Number(options.bar);
if (bar !== null && !(bar > 0))
  fail(`--bar ${options.bar}: the least speed of ours in a page, Node's being 1, is wanted`);
for (const who of options.only ?? []) {
  if (!participants.some((p) => p.who === who))
    fail(`--only ${who}: known are ${participants.map((p) => p.who).join('; ')}`);
}
if (!existsSync(here('../../dist/neuroforge.browser.js')))
  fail('dist/neuroforge.browser.js is not there: npm run build');

const chosen = participants.filter((p) => options.only?.includes(p.who) ?? true);
const [texts, scripts, absent] = [new Map(), new Map(), []];
for (const { script, first, who, pages } of chosen) {
  if (scripts.has(script)) continue;
  const path = `/participants/${scripts.size}.js`;
  try {
    texts.set(path, await bundle(script, first));
    scripts.set(script, path);
  } catch (error) {
    const reason = /failed to resolve import "[^"]+"/.exec(error.message)?.[0];
    if (reason === undefined) throw error;
    absent.push({ who, page: pages.join(', '), reason });
  }
}

const folders = {
  '/page/': here('./page'),
  '/dist/': here('../../dist'),
  '/tfjs/': here('../peers/node_modules/@tensorflow/tfjs-backend-wasm/dist'),
};
const site = (headers) => serve({ texts, folders, headers });
const sites = { plain: await site({}), isolated: await site(isolation) };
const measurements = [];
const failed = [];

function argumentsOf({ args = [], warmup, steps }) {
  const counts = ['--warmup', String(options.warmup ?? warmup), '--steps', String(options.steps ?? steps)];
  return ['--net', options.net, '--batch', options.batch, ...counts, ...args];
}

function keep(round, page, { who, where }, line) {
  const { version, backend, threads, msPerStep, loss } = line;
  measurements.push({ round, page, who, where, version, backend, threads, ms: msPerStep.ofTens, loss: loss.checked });
  console.error(`round ${round + 1}/${rounds}  ${page.padEnd(8)}  ${who}  ${msPerStep.ofTens.toFixed(3)} ms`);
}

/** Node's run of the same script, in a fresh process. */
function inNode(round, page) {
  const ours = participants[0];
  const child = spawnSync(process.execPath, [here(ours.script), ...argumentsOf(ours)], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${ours.script} in Node: ${child.stderr}`);
  keep(round, page, { who: 'Node', where: 'main' }, JSON.parse(child.stdout.trim().split('\n').at(-1)));
}

const out = new Set();
async function inPage(round, page, participant) {
  const { who, script, where, needs = [], threads } = participant;
  const label = `${who}\n${page}`;
  if (!scripts.has(script) || out.has(label)) return;
  const task = {
    where,
    needs: { module: library, names: needs },
    script: scripts.get(script),
    argv: argumentsOf(participant),
  };
  try {
    const line = await measureInPage(browser, `${sites[page].origin}/page/index.html`, task);
    const reason = line.absent ?? (threads > 1 && line.threads !== threads ? `it ran on ${line.threads} thread` : null);
    if (reason !== null) {
      absent.push({ who, page, reason });
      out.add(label);
      return;
    }
    if (line.isolated !== (page === 'isolated')) throw new Error(`crossOriginIsolated is ${line.isolated}`);
    if (participant.allCoresWhenIsolated && line.isolated) line.threads = os.availableParallelism();
    keep(round, page, participant, line);
  } catch (error) {
    failed.push({ who, page, reason: String(error.message) });
    out.add(label);
    console.error(`failed  ${who}, ${page}: ${error.message}`);
  }
}

const loadBefore = os.loadavg();
const browser = await startChromium();
const chromium = `Chromium ${browser.version()}`;
try {
  for (let round = 0; round < rounds; round++) {
    // the order turns round, so that a drift of the machine's speed favors nobody
    const turn = (list) => (round % 2 === 0 ? list : [...list].reverse());
    for (const page of turn(Object.keys(sites))) {
      for (const p of turn([null, ...chosen.filter(({ pages }) => pages.includes(page))])) {
        if (p === null) inNode(round, page);
        else await inPage(round, page, p);
      }
    }
  }
} finally {
  await browser.close();
  for (const { close } of Object.values(sites)) await close();
}

const results = resultsOf(measurements);
const ratios = ratiosOf(measurements, bar);
const disagree = disagreeing(results);
const document = {
  schema: 'neuroforge/bench-browser@1',
  case: `${options.net} batch ${options.batch}`,
  rounds,
  chromium,
  machine: {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    node: process.version,
    load: { before: loadBefore, after: os.loadavg() },
  },
  results,
  ratios,
  absent,
  failed,
  disagree,
};
if (options.out) writeFileSync(options.out, `${JSON.stringify(document, null, 2)}\n`);
console.log(options.json ? JSON.stringify(document, null, 2) : table(document));
process.exitCode = failed.length > 0 || disagree.length > 0 || ratios.some((r) => r.verdict === 'fail') ? 1 : 0;
