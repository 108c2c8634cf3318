// Writes src/backends/wasm/worker.generated.ts: the script of the pool's threads (worker.ts) as text, so that neither
// Node nor a bundler nor a page has to find a file, and no minifier touches it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-api';

const folder = fileURLToPath(new URL('../src/backends/wasm/', import.meta.url));

/** The text of a function (data, ready) => … */
function workerSource() {
  const { outputText } = ts.transpileModule(readFileSync(path.join(folder, 'worker.ts'), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  const body = outputText.replaceAll(/^export (?=const|function)/gm, '');
  if (/^\s*(import|export)\b/m.test(body)) throw new Error('worker.ts must import nothing and export by declaration');
  return `(data, ready) => {\n${body}serve(data, ready);\n}`;
}

export function buildWorker() {
  const text =
    '/** The script of a thread, written from worker.ts by scripts/build-worker.mjs. */\n' +
    `export const workerSource: string =\n  ${JSON.stringify(workerSource())};\n`;
  writeFileSync(path.join(folder, 'worker.generated.ts'), text);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) buildWorker();
