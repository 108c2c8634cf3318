import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Json, kindsCsv, Workplace } from './cli.ts';

const at = new Workplace();

function idx(type: number, shape: number[], values: number): Uint8Array {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = type;
  head[3] = shape.length;
  shape.forEach((d, i) => void head.writeUInt32BE(d, 4 + 4 * i));
  return Buffer.concat([head, Buffer.alloc(values, 3)]);
}

describe('data', () => {
  it('list names every set, whose it is and where', async () => {
    const document: Json = await at.json(['data', 'list']);
    expect(document.sets.map((s: Json) => [s.name, s.where])).toEqual([
      ['digits', 'embedded'],
      ['breast-cancer', 'embedded'],
      ['iris', 'embedded'],
      ['mnist', null],
      ['fashion-mnist', null],
    ]);
    const { stdout } = await at.run(['data', 'list']);
    expect(stdout).toMatch(/not here yet: neuroforge data get mnist/);
    expect(stdout).toMatch(/CC BY 4\.0/);
  });

  it('info of an embedded set and of a file: counts, range, classes, checksums', async () => {
    at.write('kinds.csv', kindsCsv());
    at.write('line.csv', `x,y\n${Array.from({ length: 20 }, (_, i) => `${i},${i / 2}`).join('\n')}\n`);
    at.write('t10k-labels-idx1-ubyte.gz', gzipSync(idx(8, [50], 50)));
    const [iris, kinds, line, labels]: Json[] = await Promise.all([
      at.json(['data', 'info', 'iris']),
      at.json(['data', 'info', 'kinds.csv']),
      at.json(['data', 'info', 'line.csv', '--task', 'regression']),
      at.json(['data', 'info', 't10k-labels-idx1-ubyte.gz']),
    ]);
    expect(iris.set).toMatchObject({ name: 'iris', exampleShape: [4], train: { count: 120 }, test: { count: 30 } });
    expect(kinds.set.train.classes.map((c: Json) => c.name)).toEqual(['blue', 'green', 'red']);
    expect(Object.keys(kinds.set.hashes)).toEqual(['kinds.csv']);
    expect(line.set.train.target.max).toBe(9.5);
    expect(labels.file).toMatchObject({ kind: 'labels', shape: [50], min: 3, max: 3, counts: [0, 0, 0, 50] });
    expect((await at.run(['data', 'info', 'iris'])).stdout).toMatch(/^setosa +█+ +40 \+ 10$/m);
  });

  it('a file that is refused says why: exit 2', async () => {
    at.write('cut-images-idx3-ubyte', idx(8, [10, 4, 4], 100));
    at.write('floats-images-idx3-ubyte', idx(13, [1, 2, 2], 16));
    at.write('absurd-images-idx3-ubyte', idx(8, [4294967295, 65535, 65535], 4));
    at.write('ragged.csv', 'a,b,c\n1,2,x\n1,2\n');
    at.write('quote.csv', 'a,b\n"1,2\n3,4\n');
    at.write('utf16.csv', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'));
    at.write('blank.csv', 'a,b,kind\n1,,red\n2,3,blue\n');
    at.write('page.csv.gz', '<!DOCTYPE html><html>404</html>');
    at.write(
      'flipped.csv.gz',
      gzipSync('a,b\n1,2\n').map((byte, i, all) => (i === all.length - 8 ? byte ^ 1 : byte)),
    );
    await Promise.all([
      at.refused(['data', 'info', 'cut-images-idx3-ubyte'], /NF2205/, /cut/),
      at.refused(['data', 'info', 'floats-images-idx3-ubyte'], /NF2203/, /f32/),
      at.refused(['data', 'info', 'absurd-images-idx3-ubyte'], /NF2204/, /cannot be meant/),
      at.refused(['data', 'info', 'ragged.csv'], /ragged\.csv:3/, /expected 3 columns/),
      at.refused(['data', 'info', 'quote.csv'], /never closed/),
      at.refused(['data', 'info', 'utf16.csv'], /UTF-16/),
      at.refused(['data', 'info', 'blank.csv'], /blank\.csv:2/, /"b"/),
      at.refused(['data', 'info', 'page.csv.gz'], /page\.csv\.gz/, /HTML/),
      at.refused(['data', 'info', 'flipped.csv.gz'], /flipped\.csv\.gz/),
      at.refused(['data', 'info', 'nothing'], /nothing: there is no data set, file or folder/),
      at.refused(['data', 'info', 'kinds.csv', '--task', 'sorting'], /--task/, /classification or regression/),
    ]);
  });

  it('get of an embedded set has nothing to fetch', async () => {
    expect(await at.json(['data', 'get', 'digits'])).toMatchObject({ action: 'get', where: 'embedded' });
  });

  it('get refuses a mirror that is no address before it asks anybody', async () => {
    await at.refused(['data', 'get', 'mnist', '--mirror', 'file:///somewhere'], /--mirror/, /http or https/);
  });
});

describe('gradcheck', () => {
  it('all cases pass within 1e-7', async () => {
    const document: Json = await at.json(['gradcheck']);
    expect(document.cases.length).toBeGreaterThan(100);
    expect(document.worst).toBeLessThanOrEqual(1e-7);
    expect(document.worst).toBe(Math.max(...document.cases.map((c: Json) => c.relativeError)));
  });

  it('those of one layer, for people', async () => {
    const { code, stdout, stderr } = await at.run(['gradcheck', 'linear']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^PASS {2}linear outputs 4/m);
    expect(stdout).toMatch(/x \d\.\de-\d+ {2}W \d\.\de-\d+ {2}b \d\.\de-\d+/);
    expect(stdout).toMatch(/^PASS {2}\d+ tensors in \d+ cases; worst relative error \d\.\de-\d+/m);
    expect(stdout).not.toContain('softmax');
  });
});

describe('explain', () => {
  it('the code, the derivation with readable formulas, and the check', async () => {
    const { code, stdout } = await at.run(['explain', 'linear']);
    expect(code).toBe(0);
    expect(stdout).toContain('backward(ctx, dY, { x }) {');
    expect(stdout).toContain('dX = dY Wᵀ');
    expect(stdout).toMatch(/neuroforge gradcheck linear {2}\(\d+ cases\)/);
    expect(stdout).not.toMatch(/^import .* from '\.\.?\//m);
    expect(stdout).not.toMatch(/\$\$|\\frac|\\sum/);
  });

  it('every layer, loss and optimizer', async () => {
    const names = [
      'relu',
      'leaky-relu',
      'sigmoid',
      'tanh',
      'softmax',
      'flatten',
      'cross-entropy',
      'mean-squared-error',
      'sgd',
    ];
    const all: Json[] = await Promise.all(names.map((name) => at.json(['explain', name])));
    all.forEach((document, i) => {
      expect(document.name).toBe(names[i]);
      expect(document.source).toContain('export function');
      expect(document.text.length).toBeGreaterThan(200);
    });
  });
});
