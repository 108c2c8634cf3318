/** Milliseconds of the call of a fused function that makes its kernel, in a fresh process: `node cold.mjs NAME B C`. */
import { Arena, backend, fused, tensor } from '../../dist/index.js';
import { programs } from './programs.mjs';

const [name, ...shape] = process.argv.slice(2);
const { fn, args } = programs[name];
const arena = new Arena(backend('wasm'), 'cold');
const made = args(...shape.map(Number)).map((s) =>
  typeof s === 'number' ? s : tensor(new Float32Array(s.reduce((a, b) => a * b, 1)), s, { arena }),
);
const f = fused(name, fn);
f(...made);
f(...made);
const start = performance.now();
f(...made); // its first, slow run included
console.log(performance.now() - start);
