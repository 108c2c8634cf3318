import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ranks, type Violation, violations, within } from './architecture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function sources(folder: string): [string, string][] {
  const at = join(root, folder);
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.d\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`))
    .map((path) => [relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')]);
}

const files = new Map(['src', 'bench', 'experiments', 'course', 'lab'].flatMap(sources));
const lines = (found: readonly Violation[]): string[] =>
  found.map(({ file, line, rule, text }) => `${file}:${line} ${rule}: ${text}`);

test('every folder imports lower ranks only, without cycles, packages or inexact Math', () => {
  expect(files.size).toBeGreaterThan(80);
  expect(lines(violations(files))).toEqual([]);
});

test('what was read is the source: imports were found in most files', () => {
  const planted = new Map(
    [...files].map(([file, text]) => [file, text.replaceAll(/from '(\.[^']*)'/g, "from '../cli/main.ts'")]),
  );
  const caught = new Set(violations(planted).map(({ file }) => file));
  expect(caught.size).toBeGreaterThan(60);
});

describe('each rule can fail', () => {
  const rulesOf = (planted: Record<string, string>): string[] =>
    violations(new Map(Object.entries(planted))).map(({ file, rule }) => `${file} ${rule}`);

  test.each([
    ["import { fit } from '../train/fit.ts';"],
    ["import type { Fit } from '../train/fit.ts';"],
    ["import { type Fit } from '../train/fit.ts';"],
    ["export { fit } from '../train/fit.ts';"],
    ["export * from '../train/fit.ts';"],
    ["import '../train/fit.ts';"],
    ["const f = await import('../train/fit.ts');"],
    ['const f = await import(`../train/fit.ts`);'],
    ["let f: import('../train/fit.ts').Fit;"],
    ["let f: typeof import('../train/fit.ts');"],
    ["import fit = require('../train/fit.ts');"],
    ["const fit = require('../train/fit.ts');"],
    ["import {\n  fit,\n} from '../../src/train/fit.ts';"],
  ])('against the direction: %s', (text) => {
    expect(rulesOf({ 'src/layers/a.ts': text })).toEqual(['src/layers/a.ts rank']);
    expect(rulesOf({ 'src/cli/a.ts': text, 'src/layers/a.test.ts': text })).toEqual([]);
  });

  test.each(
    Object.entries(ranks)
      .flatMap(([a, rankA]) => Object.entries(ranks).map(([b, rankB]) => [a, b, rankA, rankB] as const))
      .filter(([a, b]) => a !== b),
  )('%s imports %s', (a, b, rankA, rankB) => {
    const up = a.startsWith('src/') ? '../..' : '..';
    const allowed = rankB < rankA || within[a]?.includes(b);
    const expected = allowed ? [] : [`${a}/x.ts rank`];
    expect(rulesOf({ [`${a}/x.ts`]: `import '${up}/${b}/y.ts';`, [`${b}/y.ts`]: '' })).toEqual(expected);
  });

  test('strings and comments are no imports', () => {
    expect(
      rulesOf({ 'src/layers/a.ts': "// import '../train/fit.ts';\nconst s = \"import '../train/fit.ts'\";" }),
    ).toEqual([]);
  });

  test('cycles, within a folder too, of types too', () => {
    expect(
      rulesOf({
        'src/core/a.ts': "import './b.ts';",
        'src/core/b.ts': "import './c.ts';",
        'src/core/c.ts': "import type { A } from './a.ts';",
      }),
    ).toEqual(['src/core/c.ts cycle']);
    expect(rulesOf({ 'src/core/a.ts': "import './a.ts';" })).toEqual(['src/core/a.ts cycle']);
    expect(
      rulesOf({
        'src/core/a.ts': "import './b.ts'; import './c.ts';",
        'src/core/b.ts': "import './c.ts';",
        'src/core/c.ts': '',
      }),
    ).toEqual([]);
  });

  test('node: and packages', () => {
    const fs = "import { readFileSync } from 'node:fs';";
    expect(
      rulesOf({ 'src/platform/a.ts': fs, 'src/cli/a.ts': fs, 'src/charts/a.tsx': "import { h } from 'preact';" }),
    ).toEqual([]);
    expect(rulesOf({ 'src/train/a.ts': fs, 'src/core/a.ts': fs })).toEqual([
      'src/train/a.ts node',
      'src/core/a.ts node',
    ]);
    expect(rulesOf({ 'src/data/a.ts': "import { parse } from 'csv-parse/sync';" })).toEqual([]);
    expect(
      rulesOf({
        'src/data/a.ts': "import 'csv-parser';",
        'src/io/a.ts': "import { parse } from 'csv-parse';",
        'src/train/a.ts': "import 'fs';",
        'src/layers/a.ts': "import '@scope/name';",
      }),
    ).toEqual(['src/data/a.ts package', 'src/io/a.ts package', 'src/train/a.ts package', 'src/layers/a.ts package']);
  });

  test('a file or folder without a rank', () => {
    expect(rulesOf({ 'src/a.ts': '', 'src/helpers/a.ts': '', 'src/index.ts': "import './cli/main.ts';" })).toEqual([
      'src/a.ts folder',
      'src/helpers/a.ts folder',
    ]);
    expect(rulesOf({ 'src/core/a.ts': "import '../index.ts';", 'src/io/a.ts': "import '../core/a.test.ts';" })).toEqual(
      ['src/core/a.ts rank', 'src/io/a.ts rank'],
    );
  });

  test.each([
    ['Math.exp(1)'],
    ['Math.random()'],
    ["Math['exp'](1)"],
    ['const { log } = Math'],
    ['const M = Math'],
    ['globalThis.Math.pow(2, 3)'],
    ['x ** 2'],
    ['x **= 2'],
    ['2 ** x'],
    ['2 ** 0.5'],
    ['[1].map(Math.cos)'],
  ])('inexact: %s', (text) => {
    expect(rulesOf({ 'src/optim/a.ts': text })).toEqual(['src/optim/a.ts math']);
    expect(rulesOf({ 'src/charts/a.ts': text, 'src/cli/a.ts': text, 'src/core/a.test.ts': text })).toEqual([]);
  });

  test('exact: the functions and constants that IEEE 754 or the language defines to the last bit', () => {
    const text = `
      const x = Math.sqrt(2) + Math.fround(.1) + Math.imul(2, 3) + Math.clz32(1) + Math.floor(1.5) + Math.min(1, 2) +
        Math.max(1, 2) * Math.PI + 2 ** 32 - 2 ** -149 + Number(2n ** 64n);
      const own = { Math: 1 }; own.Math; type T = { Date: number };`;
    expect(rulesOf({ 'src/core/a.ts': text })).toEqual([]);
  });

  test('clocks and chance below rank 8', () => {
    const text = 'Date.now(); performance.now(); new Date(); crypto.getRandomValues(x);';
    expect(rulesOf({ 'src/verify/a.ts': text })).toEqual(new Array(4).fill('src/verify/a.ts clock'));
    expect(rulesOf({ 'src/train/a.ts': text })).toEqual([]);
  });
});
