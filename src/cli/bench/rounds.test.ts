import { describe, expect, test } from 'vitest';
import { barsOfRun, type Figures, judge, parseBar, ratioBar } from './bars.ts';
import { benchCase } from './cases.ts';
import type { Line } from './measure.ts';
import type { Participant } from './participants.ts';
import type { Outcome } from './process.ts';
import { comparisonsOf, disagreementsOf, missingOf, resultsOf } from './results.ts';
import { interleave, type Row } from './rounds.ts';

const mission = benchCase('mission');

function participant(who: string, more: Partial<Participant> = {}): Participant {
  const command = { file: who, args: [] };
  return { who, key: who, kind: 'peer', variant: 'default', floor: null, command, absent: null, get: null, ...more };
}

function line(ms: number, loss: number | null = 2.5): Outcome {
  const msPerStep = { median: ms, min: ms, max: ms };
  const said: Line = {
    version: '1',
    backend: 'b',
    threads: 1,
    steps: 9,
    warmup: 20,
    msPerStep,
    loss: { checkedStep: 20, checked: loss },
  };
  return { line: said };
}

/** Runs `participants`, who answer what `says` gives them one after another, and the order in which they ran. */
async function run(
  says: Record<string, Outcome[]>,
  participants = Object.keys(says).map((who) => participant(who)),
  rounds = 3,
): Promise<{ rows: Row[]; order: string }> {
  const order: string[] = [];
  const left = structuredClone(says);
  const rows = await interleave(participants, rounds, async ({ file }) => {
    order.push(file);
    return left[file].length > 1 ? left[file].shift()! : left[file][0];
  });
  return { rows, order: order.join(' ') };
}

describe('interleave', () => {
  test('runs everybody once a round, backwards in every other one', async () => {
    const { order } = await run({ a: [line(1)], b: [line(2)], c: [line(3)] });
    expect(order).toBe('a b c c b a a b c');
  });

  test('tries what is absent or broken once, and never what has no command', async () => {
    const absent = { absent: 'no such program' };
    const says = { a: [line(1)], gone: [absent], broken: [line(2), { failed: 'out of cheese' }], none: [line(9)] };
    const people = ['a', 'gone', 'broken'].map((who) => participant(who));
    const none = participant('none', { command: null, absent: 'not in this package', get: 'a checkout' });
    const { rows, order } = await run(says, [...people, none]);
    expect(order).toBe('a gone broken broken a a');
    expect(missingOf(mission, rows)).toEqual([
      { case: 'mission', who: 'gone', state: 'absent', reason: 'no such program', get: null },
      { case: 'mission', who: 'broken', state: 'failed', reason: 'out of cheese', get: null },
      { case: 'mission', who: 'none', state: 'absent', reason: 'not in this package', get: 'a checkout' },
    ]);
    expect(resultsOf(mission, rows).map((r) => [r.who, r.runs])).toEqual([
      ['a', [1, 1, 1]],
      ['broken', [2]],
    ]);
  });
});

describe('results', () => {
  const people = [
    participant('native-floor', { kind: 'floor' }),
    participant('native', { kind: 'ours', floor: 'native-floor' }),
    participant('pytorch 2', { key: 'pytorch' }),
    participant('pytorch 1', { key: 'pytorch' }),
  ];
  const says = {
    'native-floor': [line(1), line(8), line(1)],
    native: [line(2), line(10), line(2)],
    'pytorch 2': [line(4), line(20), line(5)],
    'pytorch 1': [line(8), line(40), line(10)],
  };

  test('GFLOP/s, the share of the floor and the ratios of the rounds', async () => {
    const { rows } = await run(says, people);
    const native = resultsOf(mission, rows).find((r) => r.who === 'native')!;
    // 32 rows x (6 (784 512 + 512 128 + 128 10) - 2 784 512) operations in 2 ms
    expect(native.gflops).toBeCloseTo(32.1, 1);
    expect(native.share).toBe(0.5);
    expect(native.msPerStep).toEqual({ median: 2, min: 2, max: 10 });
    expect(comparisonsOf(mission, rows).map((r) => [r.of, r.to, r.median])).toEqual([
      ['native', 'native-floor', 2],
      ['native', 'pytorch 2', 0.5],
      ['native', 'pytorch 1', 0.25],
    ]);
  });

  test('a bar holds for every build, is missed by one, skipped when nobody is there, missed then if it was asked for', async () => {
    const { rows } = await run(says, people);
    const figures: Figures = { rows: new Map([['mission', rows]]), results: [], until97: [] };
    const verdict = (bar: number) => judge(ratioBar('native', 'pytorch', 'mission', bar), figures);
    expect(verdict(0.5)).toMatchObject({ measured: 0.5, verdict: 'pass' });
    expect(verdict(0.49)).toMatchObject({ measured: 0.5, verdict: 'fail' });
    expect(judge(ratioBar('native', 'jax', 'mission', 1), figures)).toMatchObject({ measured: null, verdict: 'skip' });
    expect(judge(parseBar('native/jax=1', ['mission'])[0], figures).verdict).toBe('fail');
    expect(judge(ratioBar('native', 'pytorch', 'wide', 1), figures).verdict).toBe('skip');
  });

  test('the bars of the project are those of the cases that run', () => {
    expect(barsOfRun([], false)).toEqual([]);
    expect(barsOfRun(['tiny'], false).map((b) => b.case)).toEqual(['tiny']);
    expect(barsOfRun([], true).every((b) => b.case === null)).toBe(true);
    expect(barsOfRun(['mission', 'mission-128', 'big', 'wide', 'logistic', 'tiny'], true).length).toBe(16);
  });

  test('who computes another loss is found out', async () => {
    const wrong = async (...losses: (number | null)[]) => {
      const says = Object.fromEntries(losses.map((loss, i) => ['abc'[i], [line(1, loss)]]));
      return disagreementsOf(mission, (await run(says, undefined, 1)).rows).map((d) => d.who);
    };
    expect(await wrong(2.5, 2.50001, 2.5)).toEqual([]);
    expect(await wrong(2.5, 2.51, 2.5)).toEqual(['b']);
    expect(await wrong(2.5, null, 2.5)).toEqual(['b']);
  });
});
