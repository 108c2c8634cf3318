// npm run exhaustive [-- --every N --threads N]: exp, log, tanh and sigmoid of the wasm kernels at all 2^32 float32
// inputs (or at every N-th bit pattern) against float64 values of the engine's Math, whose error is far below a float32
// ulp. Bounds: 1 ulp for exp and log, 2 for tanh and sigmoid; zeros (with sign), infinities and NaN exactly.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { buildKernels, loadKernels } from './build-kernels.mjs';

/** Codes are those of `unaryOps` in src/backends/backend.ts. */
const functions = [
  { name: 'exp', code: 6, reference: Math.exp, bound: 1 },
  { name: 'log', code: 7, reference: Math.log, bound: 1 },
  { name: 'tanh', code: 8, reference: Math.tanh, bound: 2 },
  { name: 'sigmoid', code: 9, reference: (x) => 1 / (1 + Math.exp(-x)), bound: 2 },
];

const chunk = 2 ** 20;

const rounded = new Float32Array(1);
const roundedBits = new Int32Array(rounded.buffer);

/** One float32 ulp at y: the spacing of the binade that holds y. */
function ulp(y) {
  rounded[0] = y;
  const exponent = (roundedBits[0] >>> 23) & 255;
  return 2 ** (Math.max(exponent, 1) - 150);
}

/** The distance of the float32 `got` from the true `y` in ulps; Infinity where a special value is wrong. */
export function distance(got, y) {
  if (y !== y) return got !== got ? 0 : Infinity;
  if (y === 0) return Object.is(got, y) ? 0 : Infinity;
  if (Math.abs(y) >= 2 ** 128) return got === Math.fround(y) ? 0 : Infinity;
  const finite = got === Infinity ? 2 ** 128 : got === -Infinity ? -(2 ** 128) : got;
  const off = Math.abs(finite - y) / ulp(y);
  return off === off ? off : Infinity;
}

/** Input bit patterns first, first + every, ... below `end`. */
function scan({ kernels, memory }, { code, reference }, first, end, every) {
  const input = Math.ceil(kernels.heapBase() / 64) * 64;
  const output = input + 4 * chunk;
  const bits = new Uint32Array(memory.buffer, input, chunk);
  const xs = new Float32Array(memory.buffer, input, chunk);
  const ys = new Float32Array(memory.buffer, output, chunk);
  let worst = 0;
  let at = first;
  let count = 0;
  for (let from = first; from < end; ) {
    let n = 0;
    for (; n < chunk && from < end; n++, from += every) bits[n] = from;
    kernels.unary(code, output, input, n);
    count += n;
    for (let i = 0; i < n; i++) {
      const off = distance(ys[i], reference(xs[i]));
      if (off > worst) {
        worst = off;
        at = bits[i];
      }
    }
  }
  return { worst, at, count };
}

async function main() {
  const { values } = parseArgs({ options: { every: { type: 'string' }, threads: { type: 'string' } } });
  const every = Number(values.every ?? 1);
  const threads = Number(values.threads ?? availableParallelism());
  await buildKernels();
  const tasks = functions.flatMap((_, f) => Array.from({ length: 64 }, (_, part) => ({ f, part, every })));
  const results = functions.map(() => ({ worst: 0, at: 0, count: 0 }));
  const started = performance.now();
  await Promise.all(
    Array.from({ length: threads }, () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: 'exhaustive' });
      return new Promise((resolve, reject) => {
        const next = () => {
          const task = tasks.shift();
          if (task) worker.postMessage(task);
          else worker.terminate().then(resolve);
        };
        worker.on('error', reject);
        worker.on('message', ({ f, worst, at, count }) => {
          results[f].count += count;
          if (worst > results[f].worst) Object.assign(results[f], { worst, at });
          next();
        });
        next();
      });
    }),
  );
  let failed = false;
  functions.forEach(({ name, bound }, f) => {
    const { worst, at, count } = results[f];
    roundedBits[0] = at;
    failed ||= !(worst <= bound);
    const verdict = worst <= bound ? 'ok' : 'FAILED';
    console.log(
      `${name.padEnd(8)}${count} inputs, worst ${worst.toFixed(6)} ulp at ${rounded[0]} (0x${at.toString(16)}), ` +
        `allowed ${bound}: ${verdict}`,
    );
  });
  console.log(`${((performance.now() - started) / 1000).toFixed(1)} s on ${threads} threads`);
  process.exitCode = failed ? 1 : 0;
}

if (!isMainThread && workerData === 'exhaustive') {
  const loaded = loadKernels(256);
  parentPort.on('message', ({ f, part, every }) => {
    const [from, end] = [part * 2 ** 26, (part + 1) * 2 ** 26];
    const first = Math.ceil(from / every) * every;
    parentPort.postMessage({ f, ...scan(loaded, functions[f], first, end, every) });
  });
} else {
  await main();
}
