import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
// @ts-expect-error: a script of the build, without types
import { bundledPackages } from '../scripts/third-party.mjs';

const notices = readFileSync('dist/THIRD-PARTY-NOTICES', 'utf8');
const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Packages that the sources of a folder import, `@scope/name` or `name`. */
function imported(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$/.test(name))
    .flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^'.][^']*)'/gm),
    ])
    .map(([, specifier]) => specifier)
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]);
}

test('every package that the sources import is named with its version and its text', () => {
  const inCli = [...new Set(imported('src'))].filter((name) => !(name in optionalDependencies));
  expect(inCli).toEqual(expect.arrayContaining(['commander', 'zod', 'preact', 'cli-progress', 'csv-parse']));
  for (const name of [...inCli, 'rolldown']) {
    const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    expect(notices).toContain(`\n${name} ${version} (${license})\n`);
    const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/i.test(entry));
    const text = readFileSync(`node_modules/${name}/${file}`, 'utf8').replace(/\r\n/g, '\n').trim();
    expect(notices, name).toContain(text);
  }
});

test('the lab is put on hosts alone: what it holds goes along, with the license of its fonts', () => {
  const lab = readFileSync('dist/lab/NOTICES.txt', 'utf8');
  expect(imported('lab')).toEqual(expect.arrayContaining(['preact', '@codemirror/view', 'katex', 'uplot']));
  for (const name of new Set(imported('lab').filter((name) => !name.startsWith('virtual:')))) {
    expect(lab).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
  }
  for (const font of readdirSync('dist/lab/assets').filter((name) => name.endsWith('.woff2'))) {
    expect(lab).toMatch(new RegExp(`Reserved Font Names[^.]*${/^KaTeX_[A-Za-z]+\d?/.exec(font)![0]}`));
  }
  expect(lab).toContain('SIL OPEN FONT LICENSE');
  expect(lab).toContain(readFileSync('LICENSE', 'utf8'));
});

test('the bundles hold no package that the notices lack', () => {
  const { plugin, packages } = bundledPackages();
  const chunk = (id: string) => ({ a: { type: 'chunk', modules: { [id]: { renderedLength: 1 } } } });
  plugin.generateBundle({}, chunk(join(process.cwd(), 'node_modules/d3-array/src/max.js?v=1')));
  plugin.generateBundle({}, chunk('\0rolldown/runtime.js'));
  plugin.generateBundle({}, chunk(join(process.cwd(), 'src/index.ts')));
  expect([...packages.values()].map((p: { name: string }) => p.name)).toEqual(['d3-array', 'rolldown']);
  expect(() => plugin.generateBundle({}, chunk('\0some-plugin/helper.js'))).toThrow('whose code is');
  expect(() => plugin.generateBundle({}, chunk('/elsewhere/file.js'))).toThrow('whose code is');
});

test('what is bundled is no dependency, what is a dependency is not in the command line', () => {
  const names = [...notices.matchAll(/^-{80}\n(\S+) \d/gm)].map((match) => match[1]);
  expect(names).toEqual(names.toSorted());
  for (const name of names) expect(Object.keys(optionalDependencies)).not.toContain(name);
  // Both are in the browser file.
  expect(names.filter((name) => name in dependencies)).toEqual(['csv-parse', 'fflate']);
});

test('nothing of AssemblyScript’s library is in the kernels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'neuroforge-kernels-'));
  try {
    const text = join(folder, 'kernels.wat');
    const options = /const options = \[([^\]]+)\]/.exec(readFileSync('scripts/build-kernels.mjs', 'utf8'))![1];
    const given = [...options.matchAll(/'([^']+)'/g)].map((match) => match[1]);
    expect(given.slice(0, 2)).toEqual(['--runtime', 'stub']);
    // Not optimized, so that nothing is inlined out of sight.
    const shown = [...given, '--optimizeLevel', '0', '--importMemory', '--sharedMemory', '--maximumMemory', '65536'];
    const compiler = 'node_modules/assemblyscript/bin/asc.js';
    const entry = 'src/backends/wasm/kernels/index.ts';
    const rest = ['--enable', 'threads', '-o', join(folder, 'kernels.wasm'), '--textFile', text];
    execFileSync(process.execPath, [compiler, entry, ...shown, ...rest], { stdio: 'pipe' });
    const said = readFileSync(text, 'utf8');
    expect(said).toContain('(func $src/backends/wasm/kernels/');
    // A number: where a heap would begin.
    expect(new Set(said.match(/~lib\/[^\s)]*/g))).toEqual(new Set(['~lib/memory/__heap_base']));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('NOTICE credits every embedded table by author and DOI, and travels with the package and the browser file', () => {
  const notice = readFileSync('NOTICE', 'utf8');
  const list = readFileSync('src/data/list.ts', 'utf8');
  const dois = [...list.matchAll(/DOI (10\.\S+?),/g)].map((match) => match[1]);
  expect(dois).toHaveLength(3);
  const entries = notice.split(/\n- /).slice(1);
  expect(entries).toHaveLength(dois.length);
  for (const doi of dois) {
    const entry = entries.find((text) => text.replace(/\s+/g, ' ').includes(`DOI ${doi}`));
    expect(entry, doi).toMatch(/[A-Z]\. (?:[A-Z]\. )?\w+[\s\S]*\(\d{4}\)[\s\S]*Changed: \S/);
  }
  expect(notice).toContain('CC BY 4.0');
  expect(JSON.parse(readFileSync('package.json', 'utf8')).files).toContain('NOTICE');
  expect(readFileSync('dist/neuroforge.browser.js', 'utf8')).toContain(notice);
  expect(existsSync('LICENSE')).toBe(true);
});
