import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { conforms, main, Workplace } from './cli.ts';

const place = new Workplace();
const here = ['bench', 'tiny', '--rounds', '1', '--seconds', '0.01'];
const alone = [...here, '--backend', 'none', '--peers', 'none'];

/** A participant that answers with what it is told. */
place.write(
  'fake.mjs',
  `const [median, loss] = process.argv.slice(2);
if (median === 'absent') await import('a-package-that-nobody-has-installed');
if (median === 'broken') throw new Error('out of cheese');
console.log('a line before the one that counts');
const msPerStep = { median: Number(median), min: 1, max: 9 };
console.log(JSON.stringify({ version: '1', backend: 'b', threads: 1, steps: 9, warmup: 20, msPerStep,
  loss: { checkedStep: 20, checked: Number(loss) } }));
`,
);
const peer = (name: string, median: number | string, loss = 2.5): string[] => [
  '--peer',
  `${name}=${process.execPath} fake.mjs ${median} ${loss}`,
];

describe('neuroforge bench', () => {
  test('ours and floors take part from the package alone; peers are shown as absent, with how to get them', async () => {
    const document = await place.json([...here, '--backend', 'wasm,js', '--threads', '1']);
    const who = document.results.map((r: { who: string }) => r.who);
    expect(who).toEqual(['wasm-floor', 'wasm', 'wasm-floor-kept', 'wasm-kept', 'wasm-definitions', 'js']);
    const [floor, wasm, , kept, definitions] = document.results;
    expect(floor).toMatchObject({ kind: 'floor', loss: null, share: null });
    expect(floor.shareOfTile).toBeGreaterThan(0);
    expect(wasm).toMatchObject({ kind: 'ours', backend: 'wasm', threads: 1, shareOfTile: null });
    expect([wasm, kept, definitions].every((r) => r.share > 0 && r.gflops > 0 && r.loss.step === 20)).toBe(true);
    expect(document.disagreements).toEqual([]);
    expect(document.ratios.map((r: { of: string; to: string }) => `${r.of}/${r.to}`)).toContain('wasm/js');
    const absent = document.missing.map((m: { who: string; state: string }) => `${m.who} ${m.state}`);
    expect(absent).toEqual(
      ['pytorch', 'jax', 'jax-js', 'tfjs-transposed', 'tfjs', 'tfjs-cpu'].map((p) => `${p} absent`),
    );
    expect(document.missing.every((m: { get: string }) => m.get.includes('npm run bench'))).toBe(true);
  });

  test('a participant that answers takes part, one that is not installed is absent, one that breaks has failed', async () => {
    const asked = [...alone, ...peer('a', 2), ...peer('gone', 'absent'), '--peer', 'none=no-such-program'];
    const fine = await place.json(asked);
    expect(fine.results.map((r: { who: string }) => r.who)).toEqual(['a']);
    expect(fine.missing.map((m: { who: string; state: string }) => [m.who, m.state])).toEqual([
      ['gone', 'absent'],
      ['none', 'absent'],
    ]);
    const broken = await place.json([...alone, ...peer('a', 2), ...peer('b', 'broken')], 1);
    expect(broken.missing).toMatchObject([{ who: 'b', state: 'failed' }]);
  });

  test('an older checkout takes part by its own command', async () => {
    const before = `before=${process.execPath} ${main} bench --participant js`;
    const document = await place.json([...here, '--backend', 'js', '--peers', 'none', '--peer', before]);
    expect(document.results.map((r: { who: string }) => r.who)).toEqual(['js', 'before']);
    expect(document.results[0].loss).toEqual(document.results[1].loss);
  });

  test('bars decide the exit code', async () => {
    const both = [...alone, ...peer('a', 2), ...peer('b', 8)];
    expect((await place.json([...both, '--bar', 'a/b=0.25'])).bars[0]).toMatchObject({
      measured: 0.25,
      verdict: 'pass',
    });
    expect((await place.json([...both, '--bar', 'tiny:a/b=0.24'], 1)).bars[0]).toMatchObject({ verdict: 'fail' });
    expect((await place.json([...both, '--bar', 'a/nobody=1'], 1)).bars[0]).toMatchObject({ measured: null });
  });

  test('losses that differ are told, and end in 1', async () => {
    const document = await place.json([...alone, ...peer('a', 2), ...peer('b', 8), ...peer('c', 8, 2.51)], 1);
    expect(document.disagreements).toEqual([{ case: 'tiny', who: 'c', step: 20, loss: 2.51, median: 2.5 }]);
  });

  test('--out writes the document, its tables and a chart', async () => {
    const { code, stdout } = await place.run([
      ...alone,
      ...peer('a', 2),
      ...peer('gone', 'absent'),
      '--out',
      'results',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/tiny: 64-32-10, batch 16\nwho +version/);
    const document = JSON.parse(place.read('results/results.json'));
    conforms(document);
    expect(document.results[0]).toMatchObject({ who: 'a', msPerStep: { median: 2, min: 2, max: 2 } });
    const text = place.read('results/results.md');
    expect(text).toContain('## tiny: 64-32-10, batch 16');
    expect(text).toMatch(/\| a \| 1 \| 1 \| 2\.00 \|/);
    expect(text).toMatch(/- gone absent: Cannot find package/);
    const svg = place.read('results/results.svg');
    expect(svg).toMatch(/^<\?xml.*<svg .*2\.00 ms.*<\/svg>\n$/s);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('no case and nothing to race leaves an empty document', async () => {
    const empty = ['bench', 'none', '--backend', 'none', '--peers', 'none', '--out', 'empty'];
    expect(await place.json(empty)).toMatchObject({ cases: [], results: [], until97: null });
    expect(existsSync(place.path('empty/results.svg'))).toBe(true);
  });

  test('bad usage is refused with what is wanted', async () => {
    await place.refused(['bench', 'minsion'], 'NF4140', 'did you mean mission?');
    await place.refused(['bench', '--rounds', '0'], 'NF4110', '--rounds', 'positive whole number');
    await place.refused(['bench', '--seconds', 'x'], 'NF4110', '--seconds');
    await place.refused(['bench', '--threads', '1,b'], 'NF4110', '--threads');
    await place.refused(['bench', '--backend', 'cuda'], 'NF4110', 'native, wasm, js');
    await place.refused(['bench', '--peers', 'tensorflow'], 'NF4143', 'jax-js');
    await place.refused(['bench', '--peers-dir', 'nowhere'], 'NF4144', 'nowhere');
    await place.refused([...alone, '--peer', 'a'], 'NF4145', 'NAME=COMMAND');
    await place.refused([...alone, '--bar', 'wide:a/b=1'], 'NF4146', 'tiny');
    const child = ['bench', '--participant', 'cuda', '--batch', '16', '--net'];
    await place.refused([...child, '64-32-10'], 'NF4142');
    await place.refused([...child, '64-x'], 'NF4140', '784-512-128-10');
  });
});
