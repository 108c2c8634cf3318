import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
/** Since TypeScript 5.7 these take a type argument; 5.4 refuses it. */
const generic = /\b(?:(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array|DataView|Buffer)</;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'neuroforge-declarations-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Declarations are written even where types are wrong; `npm run types` tells of that. */
async function declare(...options: string[]): Promise<string> {
  try {
    await promisify(execFile)(process.execPath, [compiler, '--emitDeclarationOnly', ...options], { cwd: root });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function offending(at: string): { files: number; lines: string[] } {
  const files = readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'));
  const lines = files.flatMap((name) =>
    readFileSync(join(at, name), 'utf8')
      .split('\n')
      .filter((line) => generic.test(line) && !/^\s*(?:\*|\/\/|\/\*)/.test(line))
      .map((line) => `${relative(at, join(at, name))}: ${line.trim()}`),
  );
  return { files: files.length, lines };
}

test('public declarations say bare Float32Array, as TypeScript 5.4 knows it', async () => {
  const out = join(folder, 'dist');
  await declare('-p', 'tsconfig.build.json', '--outDir', out);
  const found = offending(out);
  expect(found.files).toBeGreaterThan(60);
  expect(found.lines).toEqual([]);
});

test('the check can fail: an inferred type is told', async () => {
  const out = join(folder, 'planted');
  const source = join(folder, 'planted.ts');
  writeFileSync(
    source,
    `/** Float32Array<ArrayBuffer> in prose is none. */
    export const inferred = new Float32Array(1);
    export function view() { return new DataView(new ArrayBuffer(1)); }
    export const annotated: Float32Array = new Float32Array(1);
    export const wide: BigUint64Array | Uint8ClampedArray | Array<Float64Array> = [];`,
  );
  await declare('--declaration', '--ignoreConfig', '--target', 'es2022', '--lib', 'es2023', '--outDir', out, source);
  expect(offending(out).lines).toEqual([
    'planted.d.ts: export declare const inferred: Float32Array<ArrayBuffer>;',
    'planted.d.ts: export declare function view(): DataView<ArrayBuffer>;',
  ]);
});
