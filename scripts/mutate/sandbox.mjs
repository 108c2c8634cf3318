/** Runs the gradient checks and the comparisons with reference values on a copy of the sources, one file replaced. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { parentPort } from 'node:worker_threads';
import ts from 'typescript-api';

export const root = fileURLToPath(new URL('../../', import.meta.url));

const outside = createRequire(import.meta.url);
const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, isolatedModules: true };
const scripts = new Map();

/** Everything here is float64 in plain loops: the wasm backend, which has to be built first, is not needed. */
const absent = {
  'src/backends/wasm/wasm-backend.ts':
    'export function createWasmBackend() { throw new Error("not in the mutation run"); }',
};

function compile(file, source) {
  const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: file });
  return new vm.Script(`(function (exports, require) {${outputText}\n})`, { filename: file });
}

function scriptOf(file) {
  let found = scripts.get(file);
  if (!found) {
    found = compile(file, absent[file] ?? readFileSync(path.join(root, file), 'utf8'));
    scripts.set(file, found);
  }
  return found;
}

/** A fresh copy of every module; `file` has the given source. */
function loader(file, source) {
  const modules = new Map();
  const load = (name) => {
    const known = modules.get(name);
    if (known) return known;
    const exports = {};
    modules.set(name, exports);
    const script = name === file ? compile(name, source) : scriptOf(name);
    script.runInThisContext()(exports, (wanted) =>
      wanted.startsWith('.') ? load(path.posix.join(path.posix.dirname(name), wanted)) : outside(wanted),
    );
    return exports;
  };
  return load;
}

const documents = new Map();
function read(name) {
  const file = path.join(root, 'test/reference', `${name}.json`);
  if (!documents.has(name)) documents.set(name, JSON.parse(readFileSync(file, 'utf8')));
  return documents.get(name);
}

/** What notices the mutant: the name of the first check that fails, or null if all pass. */
export function noticedBy(file, source) {
  try {
    const load = loader(file, source);
    const { gradcheckCases, runGradcheckCase } = load('src/verify/cases.ts');
    const { referenceChecks } = load('test/reference/checks.ts');
    const { misses } = load('test/reference/document.ts');
    const { backend } = load('src/backends/default.ts');
    const about = path.basename(file, '.ts');
    const nearFirst = (a, b) => Number(b.of === about) - Number(a.of === about);
    for (const check of referenceChecks(read).sort(nearFirst)) {
      if (misses(attempt(check.name, () => check.run(backend('js64')))).length > 0) return check.name;
    }
    for (const c of [...gradcheckCases].sort(nearFirst)) {
      const { cases } = attempt(c.name, () => runGradcheckCase(c));
      if (cases.length === 0 || cases.some((e) => e.status !== 'pass')) return `gradcheck: ${c.name}`;
    }
    return null;
  } catch (error) {
    return error instanceof Refused ? `${error.message}` : `${error}`.split('\n')[0];
  }
}

class Refused extends Error {}

function attempt(name, run) {
  try {
    return run();
  } catch (error) {
    throw new Refused(`${name}: throws ${error.code ?? error.name}`);
  }
}

parentPort?.on('message', ({ id, file, source }) => parentPort.postMessage({ id, by: noticedBy(file, source) }));
if (!existsSync(path.join(root, 'src'))) throw new Error('run from a checkout');
