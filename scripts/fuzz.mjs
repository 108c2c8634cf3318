// Fuzzes the parsers, guided by coverage, one after another:
//
//     npm run fuzz -- [--seconds N] [--seed N] [--out FOLDER] [PARSER...]
//
// A finding is an exception that is no NeuroForgeError of NF1xxx to NF4xxx with a place, an input that takes longer than
// a second, or memory of the process above 200 MB. Findings are made small and written to FOLDER. Exit 1 if there are any.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { bundled } from './fuzz-bundle.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'node_modules/.cache/neuroforge-fuzz/findings' },
  },
});
const bundle = await bundled();
const mostMemory = 200e6;
const mostMs = 1000;
const largest = 2 ** 20;

function fuzz(target) {
  const slot = new SharedArrayBuffer(16 + largest);
  const state = new Int32Array(slot, 0, 4);
  const findings = [];
  const seconds = Number(values.seconds);
  const worker = new Worker(bundle, {
    workerData: { target, seconds, seed: Number(values.seed), slot },
    resourceLimits: { maxOldGenerationSizeMb: 160 },
  });
  const input = () => Buffer.from(new Uint8Array(slot, 16, state[2])).toString('base64');
  let peak = 0;
  return new Promise((done) => {
    let [count, since] = [0, Date.now()];
    const end = (about) => {
      clearInterval(watch);
      void worker.terminate();
      done({ target, seconds, executions: state[1], peakMB: Math.round(peak / 1e6), findings, ...about });
    };
    const watch = setInterval(() => {
      const { rss } = process.memoryUsage();
      if (rss > mostMemory && peak <= mostMemory) findings.push({ finding: `memory of ${rss} bytes`, input: input() });
      peak = Math.max(peak, rss);
      if (state[0] === 0 || state[1] !== count) [count, since] = [state[1], Date.now()];
      else if (Date.now() - since > mostMs) {
        findings.push({ finding: `takes longer than ${mostMs} ms`, input: input() });
        end({ hung: true });
      }
    }, 100);
    worker.on('message', ({ found, done: result }) => {
      if (found) findings.push(found);
      if (result) end(result);
    });
    worker.on('error', (error) => {
      findings.push({ finding: `ended the worker: ${error.message}`, input: input() });
      end({});
    });
  });
}

const known = (await import(bundle)).targets.map((target) => target.name);
const chosen = positionals.length > 0 ? positionals : known;
mkdirSync(values.out, { recursive: true });
let failed = false;
for (const target of chosen) {
  if (!known.includes(target)) throw new Error(`no parser "${target}": ${known.join(', ')}`);
  const { findings, verdicts = [], ...about } = await fuzz(target);
  console.log(JSON.stringify({ ...about, findings: findings.length, verdicts: Object.fromEntries(verdicts.sort()) }));
  findings.forEach((found, i) => {
    failed = true;
    writeFileSync(`${values.out}/${target}-${i}.json`, `${JSON.stringify({ target, ...found }, null, 1)}\n`);
    console.log(`  ${found.finding}`);
  });
}
process.exit(failed ? 1 : 0);
