// Fuzzes the parsers, guided by coverage, one after another:
//
//     npm run fuzz -- [--seconds N] [--seed N] [--out FOLDER] [PARSER...]
//
// A finding is an exception that is no NeuroForgeError of NF1xxx to NF4xxx with a place, an input that takes longer than
// a second, or one that in a process of its own takes the memory above 200 MB. Findings are made small and written to
// FOLDER. Exit 1 if there are any. --once FILE reads one finding and prints its verdict and the peak of the memory.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { bundled } from './fuzz-bundle.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    once: { type: 'string' },
    bundle: { type: 'string' },
    out: { type: 'string', default: 'node_modules/.cache/neuroforge-fuzz/findings' },
  },
});
const bundle = values.bundle ?? (await bundled());
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
    let [count, since] = [0, 0];
    // Not the wall's time: a busy machine is no finding. The worker is all that this process computes.
    const busyMs = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
    const end = (about) => {
      clearInterval(watch);
      void worker.terminate();
      done({ target, seconds, executions: state[1], peakMB: Math.round(peak / 1e6), findings, ...about });
    };
    const watch = setInterval(() => {
      const { rss } = process.memoryUsage();
      // Garbage of many inputs, or this one? A process of its own tells.
      if (rss > mostMemory && rss > 1.1 * peak) {
        const found = { target, finding: `memory of ${rss} bytes`, input: input() };
        const { status } = own(['--once', write('memory', found)], { stdio: 'ignore' });
        if (status !== 0) findings.push(found);
      }
      peak = Math.max(peak, rss);
      if (state[0] === 0 || state[1] !== count) [count, since] = [state[1], busyMs()];
      else if (busyMs() - since > mostMs) {
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

/** This script again, in a process of its own. */
function own(args, options) {
  return spawnSync(process.execPath, [process.argv[1], '--bundle', bundle, ...args], options);
}

function write(name, found) {
  const file = `${values.out}/${found.target}-${name}.json`;
  writeFileSync(file, `${JSON.stringify(found, null, 1)}\n`);
  return file;
}

mkdirSync(values.out, { recursive: true });
const { judge, targets } = await import(bundle);
const known = targets.map((target) => target.name);
const chosen = positionals.length > 0 ? positionals : known;
const unknown = chosen.find((target) => !known.includes(target));
if (unknown !== undefined) throw new Error(`no parser "${unknown}": ${known.join(', ')}`);

if (values.once !== undefined) {
  const { target, input } = JSON.parse(readFileSync(values.once, 'utf8'));
  const { verdict, finding } = await judge(
    targets.find((t) => t.name === target),
    new Uint8Array(Buffer.from(input, 'base64')),
  );
  // maxRSS counts the memory of the process that started this one, VmHWM does not.
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
  console.log(JSON.stringify({ target, verdict, finding, peakMB: Math.round(peak / 1e6) }));
  process.exit(finding !== undefined || peak > mostMemory ? 1 : 0);
}

if (chosen.length > 1) {
  const flags = ['seconds', 'seed', 'out'].flatMap((flag) => [`--${flag}`, values[flag]]);
  const failed = chosen.filter((target) => own([...flags, target], { stdio: 'inherit' }).status !== 0);
  process.exit(failed.length > 0 ? 1 : 0);
}

const [target] = chosen;
const { findings, verdicts = [], ...about } = await fuzz(target);
console.log(JSON.stringify({ ...about, findings: findings.length, verdicts: Object.fromEntries(verdicts.sort()) }));
findings.forEach((found, i) => {
  write(i, { target, ...found });
  console.log(`  ${found.finding}`);
});
process.exit(findings.length > 0 ? 1 : 0);
