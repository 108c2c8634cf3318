import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript-api';
import { afterAll, expect, test, vi } from 'vitest';

const root = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]);
const programs = blocks.filter((block) => block.includes("from 'neuroforge'"));
const folder = new URL('test/.readme/', root);
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

function fromSource(block: string): string {
  return block
    .replaceAll("'neuroforge'", "'../../src/index.ts'")
    .replaceAll("'neuroforge/platform'", "'../../src/platform/index.ts'");
}

/** Runs a block as the module that it is, and answers what it logs. */
async function run(block: string, i: number): Promise<string[]> {
  const source = fromSource(block);
  const path = fileURLToPath(new URL(`block-${i}.ts`, folder));
  writeFileSync(path, source);
  const said: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...words) => {
    said.push(words.join(' '));
  });
  try {
    await import(/* @vite-ignore */ pathToFileURL(path).href);
  } finally {
    log.mockRestore();
  }
  return said;
}

test('the README has four programs', () => expect(programs).toHaveLength(4));

test('the network by hand learns', async () => {
  const lines = programs[0].trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(34);
  const [said] = await run(programs[0], 0);
  expect(Number(said.replace('loss ', ''))).toBeLessThan(0.3);
});

test('the stacked network reaches 95 % on the test rows', async () => {
  const said = await run(programs[1], 1);
  expect(Number(said.at(-1)?.replace('test accuracy ', ''))).toBeGreaterThanOrEqual(0.95);
});

test('a layer of one’s own is checked, trained, saved and loaded', async () => {
  const [worst, same] = await run(programs[2], 2);
  expect(Number(worst.replace('worst relative error ', ''))).toBeLessThanOrEqual(1e-7);
  expect(same).toBe('true');
});

test('a backend is opened, and trains', async () => {
  const [said] = await run(programs[3], 3);
  expect(said).toMatch(/^(native|wasm): loss 0\.\d+$/);
  expect(Number(said.split(' ').at(-1))).toBeLessThan(0.6);
});

test('the programs are type-correct', () => {
  const files = programs.map((block, i) => {
    const path = fileURLToPath(new URL(`typed-${i}.ts`, folder));
    writeFileSync(path, fromSource(block));
    return path;
  });
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  });
  const wrong = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  expect(wrong.map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'))).toEqual([]);
});

test('the quoted backward pass is the one in the code', () => {
  const quoted = blocks
    .find((block) => block.startsWith('backward('))
    ?.trim()
    .split('\n')
    .map((l) => l.trim());
  const code = readFileSync(new URL('src/layers/linear.ts', root), 'utf8')
    .split('\n')
    .map((l) => l.trim());
  const from = code.findIndex((line) => line.startsWith('backward('));
  expect(code.slice(from, from + quoted!.length)).toEqual(quoted);
});

test('every local link leads somewhere', () => {
  for (const [, target] of readme.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
    expect(() => readFileSync(new URL(target, root)), target).not.toThrow(/ENOENT/);
  }
});
