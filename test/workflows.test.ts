import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// Workflows run elsewhere; here it is held that they say what the repository says.

const read = (path: string): string => readFileSync(path, 'utf8');
const ci = read('.github/workflows/ci.yml');
const release = read('.github/workflows/release.yml');
const pkg = JSON.parse(read('package.json'));

test('CI runs the command that the README names, on the three systems', () => {
  expect(read('README.md')).toContain('npm ci && npm test');
  expect(ci).toContain('- run: npm ci && npm test');
  expect(ci).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
});

test('CI has the Nodes that the tarball is tried on, the least of engines among them', () => {
  const [, listed] = /node: \[([\d, ]+)\]/.exec(ci)!;
  const nodes = listed.split(', ');
  const tried = [...read('scripts/check-nodes.mjs').matchAll(/node: '(\d+)'/g)].map((match) => match[1]);
  expect(nodes).toEqual(tried);
  expect(nodes[0]).toBe(/\d+/.exec(pkg.engines.node)![0]);
});

test('every script that a workflow runs is there', () => {
  for (const [, script] of `${ci}${release}`.matchAll(/npm run ([\w:]+)/g))
    expect(pkg.scripts).toHaveProperty([script]);
});

test('no secret is asked for, and only publishing may write an identity', () => {
  for (const file of readdirSync('.github/workflows')) {
    const text = read(`.github/workflows/${file}`);
    expect(text, file).not.toMatch(/secrets\.|pull_request_target|NODE_AUTH_TOKEN/);
    expect(text, file).toMatch(/^permissions:\n {2}contents: read$/m);
    for (const [, version] of text.matchAll(/uses: actions\/[\w-]+@(\S+)/g)) expect(version).toMatch(/^v\d+$/);
  }
  expect(release.match(/id-token: write/g)).toHaveLength(1);
});
