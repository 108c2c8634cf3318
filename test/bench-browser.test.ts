import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';

const runner = fileURLToPath(new URL('../bench/browser/run.mjs', import.meta.url));
const small = ['--net', '20-8-4', '--batch', '5', '--warmup', '20', '--steps', '30', '--rounds', '2'];

function run(...args: string[]) {
  const child = spawnSync(process.execPath, [runner, ...args], { encoding: 'utf8' });
  return { code: child.status, stdout: child.stdout, stderr: child.stderr };
}

describe.skipIf(!chromiumExpected)(`bench/browser/run.mjs${unlessChromium}`, { timeout: 120_000 }, () => {
  test('ours in both kinds of page and in Node: the same losses, a ratio a round, the verdict of a bar', () => {
    const only = ['--only', 'ours', '--only', 'ours, main thread'];
    const { code, stdout, stderr } = run(...small, ...only, '--bar', '1000', '--json');
    const document = JSON.parse(stdout);
    expect(document.failed, stderr).toEqual([]);
    expect(document.disagree).toEqual([]);
    const places = document.results.map((r: { who: string; page: string }) => `${r.who} / ${r.page}`);
    const expected = ['Node', 'ours', 'ours, main thread'].flatMap((who) => [`${who} / isolated`, `${who} / plain`]);
    expect(places.toSorted()).toEqual(expected);
    expect(new Set(document.results.map((r: { loss: number }) => r.loss)).size).toBe(1);
    const [node, ours] = document.results;
    const [first] = document.ratios;
    expect(first).toMatchObject({ speedOf: 'ours', page: 'plain', to: 'Node', bar: 1000, verdict: 'fail' });
    expect(first.rounds).toEqual([0, 1].map((i) => node.runs[i] / ours.runs[i]));
    expect(code).toBe(1);
  });

  test('bad usage is refused with what is wanted', () => {
    expect(run('--rounds', '0')).toMatchObject({ code: 2, stdout: '' });
    expect(run('--only', 'netscape').stderr).toContain('known are ours;');
    expect(run('--bar', 'fast').stderr).toContain('least speed');
  });
});
