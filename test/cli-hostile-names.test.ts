import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { spellUnseen } from '../src/core/unseen.ts';
import { conforms, type Ended, Workplace } from './cli.ts';
import { hostileNames } from './support/hostile.ts';

// Names of files, folders, classes and features as people with bad intentions give them, through every command: what
// reaches a terminal holds no control character but newlines and our own colors, and no line more than with good names.

const at = new Workplace();
const sgr = /\u001b\[[\d;]*m/g;

/** No file of Linux or macOS may have these. */
const inFile = hostileNames.map((name) => name.replace(/[/\0\ud800-\udfff]/g, '_').slice(0, 60));

/** Every character shows and none acts, but for newlines, and colors where they are on. */
function expectHarmless({ stdout, stderr }: Ended, colors: boolean, what: string): void {
  for (const text of [stdout, stderr]) {
    const bare = (colors ? text.replace(sgr, '') : text).replaceAll('\n', '');
    expect(bare, what).toBe(spellUnseen(bare));
    if (colors) expect(text, what).not.toContain('\u001b[8m'); // hidden text is none of our colors
  }
}

const lines = (ended: Ended): number => (ended.stdout + ended.stderr).split('\n').length;

/** A table of these classes in turn, written as CSV. */
function table(features: readonly string[], classes: readonly string[]): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: 120 }, (_, i) => [i % 7, (i * i) % 11, quoted(classes[i % classes.length])].join());
  return [[...features, 'label'].map(quoted).join(), ...rows, ''].join('\n');
}

/** What the reader of tables lets in as a name. */
const classes = hostileNames.filter(
  (name) =>
    !/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|^\s|\.\.\/|^C:/.test(name) && name.length <= 200,
);

// Windows has no files of such names, and passes no such arguments.
describe.skipIf(process.platform === 'win32')('names of files and folders', () => {
  const commands = (name: string): string[][] => [
    ['eval', name],
    ['predict', name, name],
    ['data', 'info', name],
    ['data', 'get', name],
    ['explain', name],
    ['gradcheck', name],
    ['train', '--data', name],
    ['train', '--config', name],
    ['train', '--model', name],
    ['train', '--epochs', name],
    ['bench', name],
    [name],
  ];

  it('that are not there are refused in harmless words, in as many lines as good names', async () => {
    for (const color of ['0', '1']) {
      const env = { FORCE_COLOR: color };
      const good = await Promise.all(commands('good').map((args) => at.run(args, { env })));
      for (const name of [10, 13].map((i) => inFile[i])) {
        const ended = await Promise.all(commands(name).map((args) => at.run(args, { env })));
        ended.forEach((end, i) => {
          expect(end.code, commands(name)[i].join(' ')).toBe(2);
          expectHarmless(end, color === '1', JSON.stringify(commands(name)[i]));
          expect(Math.abs(lines(end) - lines(good[i])), end.stderr).toBeLessThanOrEqual(1); // "did you mean"
        });
      }
    }
  }, 180_000);

  it('with --json and --debug too', async () => {
    for (const name of [10, 12, 13, 14].map((i) => inFile[i])) {
      const [json, debug] = await Promise.all([
        at.run(['eval', name, '--json']),
        at.run(['eval', name, '--debug'], { env: { FORCE_COLOR: '1' } }),
      ]);
      expectHarmless(json, false, name);
      expectHarmless(debug, true, name);
      const document = JSON.parse(json.stdout);
      conforms(document);
      expect(document.error.where).toBe(name);
    }
  }, 60_000);

  it('that are there: a run from a file, in a folder, into a folder', async () => {
    for (const name of [0, 10, 13].map((i) => inFile[i])) {
      const file = `${name}.csv`;
      mkdirSync(at.path(name), { recursive: true });
      writeFileSync(at.path(`${name}/${file}`), table(['a', 'b'], ['yes', 'no']));
      const env = { FORCE_COLOR: '1' };
      const trained = await at.run(
        ['train', '--data', `${name}/${file}`, '--epochs', '2', '--run-dir', `${name}/runs`],
        { env },
      );
      expect(trained, name).toMatchObject({ code: 0 });
      const run = `${name}/runs/${readFileSync(at.path(`${name}/runs/latest`), 'utf8').trim()}`;
      const rest = await Promise.all([
        at.run(['eval', run], { env }),
        at.run(['eval', run, '--json'], { env }),
        at.run(['predict', run, `${name}/${file}`], { env }),
        at.run(['predict', run, `${name}/${file}`, '--json'], { env }),
        at.run(['data', 'info', `${name}/${file}`], { env }),
        at.run(['data', 'info', `${name}/${file}`, '--json'], { env }),
      ]);
      expectHarmless(trained, true, `train ${name}`);
      rest.forEach((ended, i) => {
        expect(ended, `${i} ${name}`).toMatchObject({ code: 0 });
        expectHarmless(ended, true, `${i} ${name}`);
      });
      expect(JSON.parse(rest[1].stdout).data.name).toBe(name);
      const report = readFileSync(at.path(`${run}/report.html`), 'utf8');
      expect(report).not.toMatch(/<script|<svg onload|onerror="/);
      expect(spellUnseen(report.replaceAll('\n', ''))).toBe(report.replaceAll('\n', ''));
    }
  }, 180_000);
});

describe('names of classes and features', () => {
  it('are text in every file and on every line, and stay what they are', async () => {
    expect(classes.length).toBeGreaterThan(12);
    for (let i = 0; i + 6 <= classes.length; i += 6) {
      const six = classes.slice(i, i + 6);
      writeFileSync(at.path('names.csv'), table([`${six[0]} 1`, `${six[1]} 2`], six));
      const env = { FORCE_COLOR: '1' };
      const trained = await at.run(['train', '--data', 'names.csv', '--epochs', '2', '--batch', '8'], { env });
      expect(trained, six.join()).toMatchObject({ code: 0 });
      const run = `runs/${at.read('runs/latest').trim()}`;
      const rest = await Promise.all([
        at.run(['eval', 'latest'], { env }),
        at.run(['eval', 'latest', '--json'], { env }),
        at.run(['predict', 'latest', 'names.csv'], { env }),
        at.run(['predict', 'latest', 'names.csv', '--json'], { env }),
        at.run(['data', 'info', 'names.csv'], { env }),
      ]);
      for (const ended of [trained, ...rest]) {
        expect(ended).toMatchObject({ code: 0 });
        expectHarmless(ended, true, six.join());
      }
      expect(JSON.parse(rest[1].stdout).confusion.labels.toSorted()).toEqual(six.toSorted());
      const predictions = at.read(`${run}/predictions.jsonl`).trimEnd().split('\n');
      expect(six).toEqual(expect.arrayContaining(predictions.map((line) => JSON.parse(line).label)));
      for (const file of ['predictions.jsonl', 'run.json', 'metrics.jsonl', 'config.json']) {
        const text = at.read(`${run}/${file}`).replaceAll('\n', '');
        expect(text, file).toBe(spellUnseen(text));
      }
    }
  }, 180_000);
});
