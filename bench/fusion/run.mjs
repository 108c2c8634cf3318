/**
 * The fusion decision in figures: kernels emitted from the definitions against kernels written by hand
 * (kernels/*.ts), and against the definitions run operation by operation. Contestants alternate; each figure is the best
 * of many short rounds. Compiling is timed in fresh processes, the best of --cold. `npm run build`, then `node bench/fusion/run.mjs [--rounds 60] [--cold 5] [--only 'layer norm']`.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createWasmBackend } from '../../dist/backends/wasm/wasm-backend.js';
import { Arena, debug, fused, tensor } from '../../dist/index.js';
import { cases, programs } from './programs.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    cold: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

async function handWritten(memory) {
  const asc = await import('assemblyscript/asc');
  const flags = ['--runtime', 'stub', '--enable', 'simd', '--optimizeLevel', '3', '--noAssert', '--importMemory'];
  let bytes;
  const { error, stderr } = await asc.main(
    ['bench/fusion/kernels/index.ts', ...flags, '--baseDir', root, '-o', 'hand.wasm'],
    {
      readFile: (name, base) => {
        try {
          return readFileSync(path.resolve(base, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (name, data) => {
        if (name.endsWith('.wasm')) bytes = data;
      },
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const module = new WebAssembly.Module(bytes);
  return new WebAssembly.Instance(module, { env: { memory } }).exports;
}

/** Catches the memory, which the backend keeps to itself, at its making. */
function backendWithMemory() {
  const { Memory } = WebAssembly;
  let memory;
  WebAssembly.Memory = class extends Memory {
    constructor(limits) {
      super(limits);
      memory = this;
    }
  };
  const backend = createWasmBackend();
  WebAssembly.Memory = Memory;
  return { backend, memory };
}

/** Microseconds a call, the best of rounds in turn; each round lasts some 1 ms. */
function race(contestants, rounds) {
  const calls = contestants.map((run) => {
    for (let n = 1; ; n *= 2) {
      const start = performance.now();
      for (let i = 0; i < n; i++) run();
      if (performance.now() - start > 1) return n;
    }
  });
  const best = contestants.map(() => Infinity);
  for (let r = 0; r < rounds; r++) {
    contestants.forEach((run, c) => {
      const start = performance.now();
      for (let i = 0; i < calls[c]; i++) run();
      best[c] = Math.min(best[c], ((performance.now() - start) / calls[c]) * 1000);
    });
  }
  return best;
}

const { backend, memory } = backendWithMemory();
const kernels = await handWritten(memory);
let made;
backend.compile = (program) => {
  made = Object.getPrototypeOf(backend).compile.call(backend, program);
  return made;
};

/** The best of so many fresh processes, each of which makes one kernel. */
function coldCompile(name, shape) {
  const script = path.join(root, 'bench/fusion/cold.mjs');
  const once = () => Number(execFileSync(process.execPath, [script, name, ...shape.map(String)], { encoding: 'utf8' }));
  return Math.min(...Array.from({ length: Number(options.cold) }, once));
}

const bits = (t) => Buffer.from(t.dataSync().buffer).toString('hex');
const listed = (result) => (result.dataSync ? [result] : Object.values(result));

const emitterFiles = readdirSync(path.join(root, 'src/backends/wasm/emit')).filter((f) => !f.includes('.test.'));
const lines = emitterFiles.map(
  (f) => readFileSync(path.join(root, 'src/backends/wasm/emit', f), 'utf8').split('\n').length - 1,
);
console.log(`emitter: ${lines.reduce((a, b) => a + b)} lines in ${lines.length} files`);
console.log(
  '| program | shape | by hand, us | emitted, us | ratio | fused(), us | as written, us | bits | compile, ms |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
let [worst, slowest] = [0, 0];
for (const [name, shape] of cases.filter(([p]) => p.includes(options.only))) {
  const { fn, args, byHand } = programs[name];
  const arena = new Arena(backend, 'fusion');
  const fresh = () =>
    args(...shape).map((s, i) => {
      if (typeof s === 'number') return s;
      const n = s.reduce((a, b) => a * b, 1);
      return tensor(
        Float32Array.from(
          { length: n },
          (_, j) => Math.sin(j * 12.9898 + i) * (s[1] === 1 ? 0.2 : 1) + (s[1] === 1 ? 1 : 0),
        ),
        s,
        { arena },
      );
    });
  const place = (t) => (typeof t === 'number' ? t : t.address(arena));
  const f = fused(name, fn);
  made = null;
  for (let i = 0; i < 2; i++) f(...fresh());
  const first = fresh();
  const fusedResult = listed(f(...first));
  if (!made) throw new Error(`${name}: not compiled`);
  debug.definitions = true;
  const second = fresh();
  const written = listed(f(...second));
  debug.definitions = false;
  const third = fresh();
  const inPlace = first.includes(fusedResult[0]);
  const handResults = inPlace ? [] : written.map((t) => t.zerosLike());
  const bytes = (t) => (typeof t === 'number' ? t : 4 * place(t));
  const hand = byHand(kernels, third.map(bytes), handResults.map(bytes), ...shape);
  hand();
  const same =
    written.every((t, i) => bits(t) === bits(fusedResult[i])) &&
    (inPlace
      ? first.filter((t) => t.dataSync).every((t, i) => bits(t) === bits(third[i]) && bits(t) === bits(second[i]))
      : handResults.every((t, i) => bits(t) === bits(written[i])));
  const compiled = made;
  const list = [...first.map(place), ...(inPlace ? [] : handResults.map(place))];
  const emitted = () => compiled.run(list);
  const inner = arena.child('inner');
  const again = () => first.map((t) => (typeof t === 'number' ? t : t.within(inner)));
  let current = again();
  const reset = () => {
    inner.reset();
    current = again();
  };
  let turn = 0;
  const viaFused = () => {
    if (++turn % 16 === 0) reset();
    f(...current);
  };
  const composed = () => {
    if (++turn % 4 === 0) reset();
    debug.definitions = true;
    f(...current);
    debug.definitions = false;
  };
  const [h, e, u, c] = race([hand, emitted, viaFused, composed], Number(options.rounds));
  const cold = coldCompile(name, shape);
  [worst, slowest] = [Math.max(worst, e / h), Math.max(slowest, cold)];
  const us = (x) => (x < 10 ? x.toFixed(2) : x.toFixed(1));
  console.log(
    `| ${name} | (${shape}) | ${us(h)} | ${us(e)} | ${(e / h).toFixed(2)} | ${us(u)} | ${us(c)} | ${same ? 'equal' : 'DIFFER'} | ${cold.toFixed(2)} |`,
  );
  arena.dispose();
}
console.log(`worst ratio ${worst.toFixed(2)}, slowest compile ${slowest.toFixed(2)} ms`);
