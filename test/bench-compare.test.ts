import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const harness = fileURLToPath(new URL('../bench/compare.mjs', import.meta.url));
let folder: string;

/** A participant that answers with what it is told, and appends its name to a log. */
const FAKE = `
import { appendFileSync } from 'node:fs';
const [who, median, loss] = process.argv.slice(2);
appendFileSync(new URL('./log', import.meta.url), who + ' ');
if (who === 'absent') await import('a-package-that-nobody-has-installed');
if (who === 'broken') throw new Error('out of cheese');
console.log('a line before the one that counts');
const msPerStep = { median: Number(median), min: 1, max: 9, mean: 5 };
console.log(JSON.stringify({ who, version: '1', backend: 'b', threads: 1, steps: 60, warmup: 20, msPerStep, loss: { checkedStep: 20, checked: Number(loss) } }));
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nf-bench-'));
  writeFileSync(join(folder, 'fake.mjs'), FAKE);
});
afterAll(() => rmSync(folder, { recursive: true }));

function compare(...args: string[]) {
  writeFileSync(join(folder, 'log'), '');
  const child = spawnSync(process.execPath, [harness, '--peers', '', '--json', ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  const document = child.stdout ? JSON.parse(child.stdout) : null;
  return { code: child.status, document, stderr: child.stderr, log: readFileSync(join(folder, 'log'), 'utf8').trim() };
}
const peer = (name: string, median: number, loss = 2.5) => [
  '--peer',
  `${name}=node fake.mjs ${name} ${median} ${loss}`,
];
const ours = (median: number, loss = 2.5) => ['--ours', `fake.mjs ours ${median} ${loss}`];

describe('bench/compare.mjs', () => {
  test('alternates fresh processes and reports ratios ours/peer', () => {
    const { code, document, log } = compare('--pairs', '3', ...ours(2), ...peer('slow', 8));
    expect(code).toBe(0);
    expect(log).toBe('slow ours ours slow slow ours');
    expect(document.schema).toBe('neuroforge/bench@1');
    expect(document.ratios).toMatchObject([{ of: 'ours', to: 'slow', median: 0.25, pairs: [0.25, 0.25, 0.25] }]);
    expect(document.results.map((r: { who: string }) => r.who)).toEqual(['ours', 'slow']);
    // 32 rows x (6 (784 512 + 512 128 + 128 10) - 2 784 512) FLOPs in 2 ms
    expect(document.results[0].gflops).toBeCloseTo(32.1, 1);
  });

  test('a bar is met or missed, and an absent peer does not meet it', () => {
    const args = ['--pairs', '1', ...ours(2), ...peer('slow', 8)];
    expect(compare(...args, '--bar', 'slow=0.25').code).toBe(0);
    const missed = compare(...args, '--bar', 'slow=0.24');
    expect(missed.code).toBe(1);
    expect(missed.document.ratios[0].verdict).toBe('fail');
    expect(compare('--pairs', '1', ...ours(2), ...peer('absent', 1), '--bar', 'absent=1').code).toBe(1);
  });

  test('what is not installed is absent and costs nothing; what breaks has failed', () => {
    const absent = compare('--pairs', '2', ...ours(2), ...peer('absent', 1), ...peer('slow', 8));
    expect(absent.code).toBe(0);
    expect(absent.log).toBe('absent slow ours ours slow');
    expect(absent.document.absent).toMatchObject([{ who: 'absent', state: 'absent' }]);
    expect(
      compare('--pairs', '1', '--peer', 'python=no-such-interpreter x.py', ...ours(2)).document.absent,
    ).toMatchObject([{ who: 'python', state: 'absent' }]);
    const broken = compare('--pairs', '1', ...ours(2), ...peer('broken', 1));
    expect(broken.code).toBe(1);
    expect(broken.document.absent).toMatchObject([{ who: 'broken', state: 'failed' }]);
  });

  test('who computes another loss is found out', () => {
    expect(compare('--pairs', '1', ...ours(2, 2.50001), ...peer('a', 8), ...peer('b', 9)).code).toBe(0);
    expect(compare('--pairs', '1', ...ours(2, 2.51), ...peer('a', 8), ...peer('b', 9)).code).toBe(1);
    expect(compare('--pairs', '1', ...ours(2, Number.NaN), ...peer('a', 8), ...peer('b', 9)).code).toBe(1);
  });

  test('bad usage is refused with what is wanted', () => {
    expect(compare('--peers', 'tensorflow')).toMatchObject({ code: 2, document: null });
    expect(compare('--pairs', '0', ...ours(2)).stderr).toContain('positive integer');
    expect(compare('--ours', 'nowhere.mjs').stderr).toContain('no such file');
    expect(compare(...ours(2), '--bar', 'slow=0.5').stderr).toContain('not among the peers');
    expect(compare(...ours(2), '--net', '784-x').code).toBe(2);
  });
});
