import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conforms, type Json, kindsCsv, Workplace } from './cli.ts';

const at = new Workplace();
const run = (folder: string): Json => JSON.parse(at.read(`${folder}/run.json`));

/** Two features of thousands, and what they add up to. */
function largeCsv(rows = 300): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const [a, b] = [(i * 7919) % 9001, (i * 104729) % 8999];
    return `${a},${b},${a + 2 * b}`;
  });
  return `a,b,y\n${lines.join('\n')}\n`;
}
at.write('large.csv', largeCsv());
at.write('kinds.csv', kindsCsv());

describe('a run that diverges', () => {
  const diverging = ['train', '--data', 'large.csv', '--task', 'regression', '--scale', 'none'];

  it('says what, when, where and which rows, and what to try; exit 3', async () => {
    const { code, stderr, stdout } = await at.run([...diverging, '--run-dir', 'told']);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^warn {2}NF3105 {2}loss became (NaN|Infinity|-Infinity) at step \d+, first at \w+ in .*\(operands up to \S+, result (NaN|Infinity)\), rows \d+(, \d+)*; lr 0\.01$/m,
    );
    expect(stderr).toMatch(/^ {14}the inputs are not scaled: try --scale standard.* {5}saved autopsy\.json$/m);
    expect(stdout).toContain('the run diverged; the best parameters before that were kept');
  });

  it('leaves autopsy.json, a section of the report, and the last good checkpoint', async () => {
    const document = await at.json([...diverging, '--quiet', '--run-dir', 'kept'], 3);
    expect(run(document.run)).toMatchObject({ status: 'diverged', exitCode: 3 });
    const autopsy: Json = JSON.parse(at.read(`${document.run}/autopsy.json`));
    conforms(autopsy);
    expect(autopsy).toMatchObject({ reproduced: true, causes: [{ id: 'unscaled-input' }, { id: 'learning-rate' }] });
    expect(autopsy.chain.at(-1)).toMatchObject({ step: autopsy.step, loss: autopsy.loss });
    const report = at.read(`${document.run}/report.html`);
    expect(report).toContain('<h2>Why it diverged</h2>');
    expect(report).toContain('the inputs are not scaled');
    expect(report).toContain('The chain of magnitudes');
    const last = await at.json(['eval', `${document.run}/checkpoints/last.safetensors`, '--data', 'large.csv']);
    expect(JSON.stringify(last)).toMatch(/"loss":\d/);
    expect(JSON.stringify(last)).not.toMatch(/NaN|Infinity/);
  });

  it('one that does not has none', async () => {
    const document = await at.json(['train', '--data', 'kinds.csv', '--epochs', '3', '--quiet', '--run-dir', 'fine']);
    expect(existsSync(at.path(`${document.run}/autopsy.json`))).toBe(false);
    expect(at.read(`${document.run}/report.html`)).not.toContain('Why it diverged');
  });
});

describe('before it trains', () => {
  it('shows the layers and what a step takes, on stderr and not with --quiet', async () => {
    const shown = await at.run(['train', '--data', 'kinds.csv', '--epochs', '1', '--run-dir', 'table']);
    expect(shown.stderr).toMatch(/^ {2}layer 0 linear +\(64\) +192$/m);
    expect(shown.stderr).toMatch(
      /^ {2}387 parameters, 1\.55 kB · gradients folded into the update · .* a step of 32 rows$/m,
    );
    expect(shown.stdout).not.toMatch(/layer 0/);
    const name = at.read('table/latest').trim();
    const { model, warnings } = run(`table/${name}`);
    expect(model).toMatchObject({ parameters: 387, batch: 32, flops: 2 * 32 * (2 * 2 * 64 + 3 * 64 * 3) });
    expect(model.layers.map((l: Json) => l.output)).toEqual([[64], [64], [3]]);
    expect(warnings).toEqual([]);
    expect(at.read(`table/${name}/report.html`)).toContain('<h2>Network</h2>');
    const quiet = await at.run(['train', '--data', 'kinds.csv', '--epochs', '1', '--run-dir', 'table', '--quiet']);
    expect(quiet.stderr).toBe('');
  });

  it('warns of what matters, and trains all the same', async () => {
    const lines = Array.from({ length: 120 }, (_, i) => `${i * 100},7,${i % 60 === 0 ? 'rare' : 'usual'}`);
    at.write('odd.csv', `a,same,kind\n${lines.join('\n')}\n`);
    const { code, stderr } = await at.run([
      'train',
      '--data',
      'odd.csv',
      '--scale',
      'none',
      '--lr',
      '1e-9',
      '--epochs',
      '1',
      '--run-dir',
      'odd',
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warn {2}NF3202 {2}the inputs are not scaled: root mean square \d+, largest 11\d00$/m);
    expect(stderr).toMatch(/^warn {2}NF3204 {2}a feature has one value in all \d+ training rows: same$/m);
    expect(stderr).toMatch(/^warn {2}NF3208 {2}9\S+ % of the training rows are of class usual/m);
    const name = at.read('odd/latest').trim();
    expect(run(`odd/${name}`).warnings.map((w: Json) => w.code)).toEqual(
      expect.arrayContaining(['NF3202', 'NF3204', 'NF3208']),
    );
    expect(at.read(`odd/${name}/report.html`)).toContain('NF3204 a feature has one value');
  });
});
