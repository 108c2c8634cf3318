// Kills training processes: at random instants, and within the writing of files at each of its calls. Every folder must
// load afterwards, and resumed runs must end with the weights of the run that was not killed.
//
//   npm run kills -- [--kills 1000] [--within 100] [--resumed 50] [--backends wasm,native] [--seed 1]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCheckpoint, loadModel } from '../dist/index.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    within: { type: 'string', default: '100' },
    resumed: { type: 'string', default: '50' },
    backends: { type: 'string', default: 'wasm,native' },
    seed: { type: 'string', default: '1' },
  },
});
const backends = values.backends.split(',');
const [kills, within, wanted] = [values.kills, values.within, values.resumed].map(Number);
const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
const hook = new URL('./kill-within.mjs', import.meta.url).href;
const place = mkdtempSync(join(tmpdir(), 'neuroforge-kills-'));
const settings = ['--model', 'mlp:32', '--epochs', '5', '--checkpoint-every', '4', '--seed', '4'];

let state = Number(values.seed);
/** mulberry32 */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** Trains; kills after `ms`, or lets the process kill itself at its `call`-th call on files. */
function train(args, { ms, call } = {}) {
  const node = call === undefined ? [] : ['--import', hook];
  const env = { ...process.env, ...(call === undefined ? {} : { KILL_AT_CALL: String(call) }) };
  return new Promise((done) => {
    const started = performance.now();
    const child = spawn(process.execPath, [...node, main, 'train', ...args, '--quiet', '--json'], { cwd: place, env });
    let [out, error] = ['', ''];
    child.stdout.on('data', (part) => (out += part));
    child.stderr.on('data', (part) => (error += part));
    const timer = ms === undefined ? null : setTimeout(() => child.kill('SIGKILL'), ms);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, out, error, ms: performance.now() - started });
    });
  });
}

/** What is wrong with a folder; null when all of it loads. `began` is false before its first checkpoint was there. */
async function inspect(folder) {
  const at = (name) => join(folder, name);
  const began = existsSync(at('checkpoints/last.safetensors'));
  for (const name of ['run.json', 'config.json']) {
    if (existsSync(at(name))) JSON.parse(readFileSync(at(name), 'utf8'));
    else if (began) throw new Error(`${name} is missing`);
  }
  const saved = existsSync(at('checkpoints')) ? readdirSync(at('checkpoints')) : []; // killed before it was made
  for (const name of ['model.safetensors', ...saved.map((file) => `checkpoints/${file}`)]) {
    if (!name.endsWith('.safetensors') || name.includes('/.')) continue;
    if (!existsSync(at(name))) {
      if (began) throw new Error(`${name} is missing`);
      continue;
    }
    const bytes = new Uint8Array(readFileSync(at(name)));
    const { model } = await loadModel(bytes);
    if (name.endsWith('last.safetensors')) await loadCheckpoint(bytes, model);
    model.dispose();
  }
  return { began };
}

function newest(parent) {
  const names = existsSync(parent)
    ? readdirSync(parent).filter((name) => name !== 'latest' && !name.startsWith('.'))
    : [];
  return names.length === 0 ? null : join(parent, names[0]);
}

const report = {
  killed: 0,
  withinWrite: 0,
  beforeFolder: 0,
  beforeCheckpoint: 0,
  ended: 0,
  broken: [],
  resumed: {},
  differ: [],
};
const expected = {};
let calls = 0;
for (const backend of backends) {
  const whole = await train([...settings, '--backend', backend, '--run-dir', `whole-${backend}`]);
  if (whole.code !== 0) throw new Error(whole.error);
  expected[backend] = { ...JSON.parse(whole.out), ms: whole.ms };
  report.resumed[backend] = { equal: 0, kills: 0 };
  const counted = await train([...settings, '--backend', backend, '--run-dir', 'count'], { call: 1e9 });
  calls = Number(/calls (\d+)/.exec(counted.error)[1]);
}
console.log(
  `a whole run: ${calls} calls on files; ${JSON.stringify(Object.fromEntries(backends.map((b) => [b, `${Math.round(expected[b].ms)} ms`])))}`,
);

function statusOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')).status;
}

/** Notes a defect and says it at once. */
function note(list, defect) {
  list.push(defect);
  console.log(JSON.stringify(defect));
}

let run = 0;
while (report.killed < kills) {
  const backend = backends[run++ % backends.length];
  const parent = join(place, `runs-${run}`);
  let args = [...settings, '--backend', backend, '--run-dir', parent];
  let folder = null;
  const mine = { kills: 0 };
  const toTheEnd = report.resumed[backend].equal < wanted;
  // A run that is to be resumed is killed up to three times on its way.
  for (let attempt = 0; attempt < 3 && report.killed < kills; attempt++) {
    // So many within a write that their number is reached in time.
    const share = (within - report.withinWrite) / Math.max(kills - report.killed, 1);
    const inWrite = random() < 1.5 * share;
    const how = inWrite ? { call: Math.floor(random() * calls) } : { ms: 120 + random() * expected[backend].ms };
    const ended = await train(args, how);
    if (ended.signal !== 'SIGKILL') {
      report.ended++;
      if (ended.code !== 0)
        note(report.broken, {
          run,
          backend,
          args,
          how,
          code: ended.code,
          error: ended.error,
          out: ended.out.slice(0, 500),
        });
      break;
    }
    report.killed++;
    if (inWrite) report.withinWrite++;
    mine.kills++;
    folder = newest(parent);
    if (folder === null) {
      report.beforeFolder++;
      continue;
    }
    try {
      const { began } = await inspect(folder);
      if (!began) report.beforeCheckpoint++;
      if (!began || !toTheEnd) break;
    } catch (error) {
      note(report.broken, { run, backend, args, how, error: String(error) });
      break;
    }
    args = ['--resume', folder];
    if (statusOf(folder) === 'done') break; // killed after all was saved
  }
  if (toTheEnd && folder !== null && args[0] === '--resume') {
    const status = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    const last = status.status === 'done' ? { code: 0, out: JSON.stringify(status.result) } : await train(args);
    const result = last.code === 0 ? JSON.parse(last.out) : null;
    const fields = ['weights', 'weightsBest', 'steps', 'train', 'val', 'test'];
    const wrong = fields.filter((key) => JSON.stringify(result?.[key]) !== JSON.stringify(expected[backend][key]));
    if (wrong.length === 0) {
      report.resumed[backend].equal++;
      report.resumed[backend].kills += mine.kills;
    } else note(report.differ, { run, backend, wrong, error: last.error });
  }
  rmSync(parent, { recursive: true, force: true });
  if (run % 50 === 0)
    console.log(JSON.stringify({ runs: run, ...report, broken: report.broken.length, differ: report.differ.length }));
}
rmSync(place, { recursive: true, force: true });
console.log(JSON.stringify(report, null, 2));
const enough = backends.every((backend) => report.resumed[backend].equal >= wanted);
const fine =
  report.broken.length === 0 && report.differ.length === 0 && enough && report.withinWrite >= Math.min(within, kills);
console.log(fine ? 'pass' : 'FAIL');
process.exitCode = fine ? 0 : 1;
