/**
 * The mutation run: `npm run mutate [-- layers/linear]`. Every mutant of src/layers, src/losses and src/optim must be
 * noticed by the gradient checks or by the reference values alone. Exit 1 if one survives that `equivalent.json` does
 * not explain, if an explanation there explains nothing, or if a file with any code has fewer than ten.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { mutantsOf } from './generate.mjs';
import { noticedBy, root } from './sandbox.mjs';

const workers = 2;
const timeout = 15_000;
const only = process.argv.slice(2).filter((a) => !a.startsWith('-'));
const verbose = process.argv.includes('--verbose');

const files = ['src/layers', 'src/losses', 'src/optim']
  .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .filter((file) => only.length === 0 || only.some((o) => file.includes(o)))
  .sort();

const equivalents = JSON.parse(readFileSync(new URL('./equivalent.json', import.meta.url), 'utf8')).map((e) => {
  return { ...e, used: 0 };
});

const mutants = files.flatMap((file) => mutantsOf(file, readFileSync(path.join(root, file), 'utf8')));

let at = 0;
const started = performance.now();
const control = noticedBy('', '');
if (control !== null) {
  console.error(`without any mutation this fails already: ${control}`);
  process.exit(2);
}

await Promise.all(Array.from({ length: workers }, work));
report();

async function work() {
  let worker = null;
  for (let mutant = next(); mutant; mutant = next()) {
    worker ??= new Worker(new URL('./sandbox.mjs', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    const answer = await ask(worker, mutant);
    mutant.by = answer.by;
    if (answer.lost) {
      await worker.terminate();
      worker = null;
    }
    if (verbose) console.log(`${mutant.by === null ? 'SURVIVED' : 'noticed '} ${where(mutant)}  [${mutant.by}]`);
  }
  await worker?.terminate();
}

function next() {
  return mutants[at++];
}

function ask(worker, mutant) {
  return new Promise((resolve) => {
    const answered = ({ by }) => settle({ by });
    const failed = (error) => settle({ by: `${error}`, lost: true });
    const timer = setTimeout(() => settle({ by: `no end within ${timeout / 1000} s`, lost: true }), timeout);
    const settle = (answer) => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', failed);
      resolve(answer);
    };
    worker.on('message', answered).on('error', failed);
    worker.postMessage({ file: mutant.file, source: mutant.source });
  });
}

function where(m) {
  return `${m.file}:${m.line}  ${m.operator}\n      - ${m.before}\n      + ${m.after}`;
}

function report() {
  const rows = [];
  const survivors = [];
  const contradicted = [];
  for (const file of files) {
    const own = mutants.filter((m) => m.file === file);
    let equivalent = 0;
    let killed = 0;
    for (const m of own) {
      const reasons = equivalents.filter((e) => e.file === file && e.before === m.before && e.after === m.after);
      for (const e of reasons) e.used++; // lines that read alike, in order, share their reasons
      const [reason] = reasons;
      if (m.by !== null) {
        killed++;
        if (reason) contradicted.push(m);
      } else if (reason) equivalent++;
      else survivors.push(m);
    }
    rows.push({ file, mutants: own.length, killed, equivalent, survived: own.length - killed - equivalent });
  }
  print(rows);
  for (const m of survivors) console.log(`survived: ${where(m)}`);
  for (const m of contradicted) console.log(`said to be equivalent, but noticed by ${m.by}: ${where(m)}`);
  const idle = only.length > 0 ? [] : equivalents.filter((e) => e.used === 0);
  for (const e of idle) console.log(`explains no mutant: ${e.file}\n      - ${e.before}\n      + ${e.after}`);
  const few = rows.filter((r) => r.mutants > 0 && r.mutants < 10);
  for (const r of few) console.log(`only ${r.mutants} mutants: ${r.file}`);
  process.exitCode = survivors.length + contradicted.length + idle.length + few.length > 0 ? 1 : 0;
}

function print(rows) {
  const sum = (key) => rows.reduce((n, r) => n + r[key], 0);
  const width = Math.max(...rows.map((r) => r.file.length + 2));
  const line = (name, ...cells) =>
    console.log([name.padEnd(width), ...cells.map((c) => String(c).padStart(12))].join(''));
  const keys = ['mutants', 'killed', 'equivalent', 'survived'];
  line('file', ...keys);
  for (const r of rows) line(r.mutants > 0 ? r.file : `${r.file} (types)`, ...keys.map((k) => r[k]));
  line('all', ...keys.map(sum));
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s on ${workers} threads`);
}
