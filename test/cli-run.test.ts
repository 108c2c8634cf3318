import { existsSync, readdirSync } from 'node:fs';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { conforms, type Json, kindsCsv, Workplace } from './cli.ts';

const at = new Workplace();

/** A thick three, dark on light. */
function three(width = 120, height = 150): Uint8Array {
  const data = new Uint8Array(width * height).fill(235);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [cy, a, b] of [
        [50, -2.6, 1.6],
        [97, -1.6, 2.6],
      ]) {
        for (let t = a; t <= b; t += 0.05) {
          if (Math.hypot(x - 60 - 20 * Math.cos(t), y - cy - 23 * Math.sin(t)) < 8) data[y * width + x] = 20;
        }
      }
    }
  }
  return encode({ width, height, data, channels: 1, depth: 8 });
}

const runs: Record<'digits' | 'tumors' | 'kinds' | 'line', Json> = {} as never;

beforeAll(async () => {
  at.write('kinds.csv', kindsCsv());
  at.write('line.csv', `x,y\n${Array.from({ length: 80 }, (_, i) => `${i / 10},${100 + (3 * i) / 10}`).join('\n')}\n`);
  at.write('three.png', three());
  const train = (args: string[]): Promise<Json> => at.json(['train', '--quiet', ...args]);
  [runs.tumors, runs.kinds, runs.line] = await Promise.all([
    train(['--data', 'breast-cancer', '--epochs', '15', '--run-dir', 'tumors']),
    train(['--data', 'kinds.csv', '--epochs', '20', '--run-dir', 'kinds']),
    train(['--data', 'line.csv', '--task', 'regression', '--epochs', '20', '--run-dir', 'line']),
  ]);
  runs.digits = await train(['--epochs', '12']);
}, 60_000);

describe('train', () => {
  it('says what it is, and the run folder holds what it promises', () => {
    expect(runs.digits).toMatchObject({ status: 'done', task: 'classification', epochs: 12, threads: 1 });
    expect(runs.tumors.task).toBe('binary');
    expect(runs.line.task).toBe('regression');
    expect(Object.keys(runs.line.test).sort()).toEqual(['loss', 'r2', 'rmse']);
    const folder = runs.digits.run;
    for (const name of [
      'run.json',
      'config.json',
      'metrics.jsonl',
      'model.safetensors',
      'predictions.jsonl',
      'report.html',
    ]) {
      expect(existsSync(at.path(`${folder}/${name}`)), name).toBe(true);
    }
    expect(readdirSync(at.path(folder))).not.toContain('lock');
    expect(at.read('runs/latest').trim()).toBe(folder.split(/[\\/]/).at(-1));
    expect(JSON.parse(at.read(`${folder}/run.json`))).toMatchObject({ status: 'done', exitCode: 0 });
    conforms(JSON.parse(at.read(`${folder}/config.json`)));
    const lines = at
      .read(`${folder}/metrics.jsonl`)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ epoch: 0, split: 'val' });
    expect(lines.filter((line) => line.split === 'train')).toHaveLength(12);
  });

  it('the configuration that is recorded trains the same weights again', async () => {
    const again = await at.json([
      'train',
      '--quiet',
      '--config',
      `${runs.digits.run}/config.json`,
      '--run-dir',
      'again',
    ]);
    expect(again.weights).toBe(runs.digits.weights);
    expect(again.weightsBest).toBe(runs.digits.weightsBest);
  });

  it('off a terminal stderr has lines without carriage returns and colors', async () => {
    const { code, stdout, stderr } = await at.run(['train', '--data', 'iris', '--epochs', '3', '--run-dir', 'plain']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\s*3 .*\d/m);
    expect(stdout).toMatch(/test accuracy/);
    expect(stdout + stderr).not.toMatch(/[\r\x1b]/);
  });

  it('a loss that is no number: exit 3, the names of such numbers as strings, no NaN in the JSON', async () => {
    const document = await at.json(
      [
        'train',
        '--data',
        'kinds.csv',
        '--scale',
        'none',
        '--lr',
        '1e30',
        '--epochs',
        '5',
        '--quiet',
        '--run-dir',
        'diverged',
      ],
      3,
    );
    expect(document.status).toBe('diverged');
    expect(JSON.parse(at.read(`${document.run}/run.json`))).toMatchObject({ status: 'diverged', exitCode: 3 });
  });

  it('the first interrupt saves and exits 130', async () => {
    let sent = false;
    const { code, stderr } = await at.run(['train', '--epochs', '100000', '--run-dir', 'stopped'], {
      onStderr(text, kill) {
        if (sent || !/^\s*2 /m.test(text)) return;
        sent = true;
        kill(0, 'SIGINT');
      },
    });
    expect({ code, stderr }).toMatchObject({ code: 130 });
    const name = at.read('stopped/latest').trim();
    expect(JSON.parse(at.read(`stopped/${name}/run.json`))).toMatchObject({ status: 'interrupted' });
    expect(existsSync(at.path(`stopped/${name}/model.safetensors`))).toBe(true);
  });
});

describe('eval', () => {
  it('gives the test figures of the training, with a matrix that adds up', async () => {
    const document: Json = await at.json(['eval', 'latest']);
    expect(document).toMatchObject({ run: runs.digits.run, set: 'test', weights: runs.digits.weightsBest });
    expect(document.test).toEqual(runs.digits.test);
    expect(document.metrics).toEqual(document.test);
    const { counts, labels } = document.confusion;
    expect(labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(counts.flat().reduce((a: number, b: number) => a + b)).toBe(document.count);
    const right = labels.reduce((sum: number, _: string, k: number) => sum + counts[k][k], 0);
    expect(document.count - right).toBe(document.metrics.errors);
    expect(document.interval.low).toBeLessThan(document.metrics.accuracy);
    expect(document.interval.high).toBeGreaterThan(document.metrics.accuracy);
  });

  it('a folder, a name in ./runs, a model file and a checkpoint are runs too', async () => {
    const name = runs.digits.run.split(/[\\/]/).at(-1);
    const ways = [
      `./${runs.digits.run}/`,
      name,
      `${runs.digits.run}/model.safetensors`,
      `${runs.digits.run}/checkpoints/best.safetensors`,
    ];
    const all: Json[] = await Promise.all(ways.map((way) => at.json(['eval', way])));
    for (const document of all) expect(document.test).toEqual(runs.digits.test);
  });

  it('binary and regression runs', async () => {
    const [tumors, line]: Json[] = await Promise.all([
      at.json(['eval', runs.tumors.run]),
      at.json(['eval', runs.line.run]),
    ]);
    expect(tumors.test).toEqual(runs.tumors.test);
    expect(tumors.confusion.labels).toEqual(['benign', 'malignant']);
    expect(line.test).toEqual(runs.line.test);
    expect(line.confusion).toBeNull();
  });

  it('--data evaluates other rows, with the labels and the scaling of the model', async () => {
    const [red, blue] = ['0,0,red', '6,-2,blue'];
    at.write('few.csv', `a,b,kind\n${blue}\n${red}\n${red}\n`);
    at.write('wrong.csv', `a,b,kind\n${blue}\n0,0,blue\n`);
    const [few, wrong]: Json[] = await Promise.all(
      ['few.csv', 'wrong.csv'].map((name) => at.json(['eval', runs.kinds.run, '--data', name])),
    );
    expect(few).toMatchObject({ set: 'data', count: 3, metrics: { errors: 0 }, train: null, test: null });
    expect(few.confusion.labels).toEqual(['blue', 'green', 'red']);
    expect(few.confusion.counts).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 2],
    ]);
    expect(wrong.metrics.errors).toBe(1);
    const { stderr } = await at.run(['eval', runs.kinds.run, '--data', 'kinds.csv']);
    expect(stderr).toMatch(/NF3213.*trained on rows of this file/);
  });

  it('people get a table and a matrix; color only where it is asked for', async () => {
    const [plain, colored, refused] = await Promise.all([
      at.run(['eval', 'latest']),
      at.run(['eval', 'latest'], { env: { FORCE_COLOR: '1' } }),
      at.run(['eval', 'latest'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }),
    ]);
    expect(plain.stdout).toMatch(/^test +359 /m);
    expect(plain.stdout).toContain('95 % interval');
    expect(plain.stdout).toMatch(/^3( +[\d·]+){10} +\d+\.\d %$/m);
    expect(plain.stdout).not.toContain('\x1b');
    expect(colored.stdout).toContain('\x1b[');
    expect(refused.stdout).toBe(plain.stdout);
  });

  it('runs and data that cannot be meant are refused', async () => {
    at.write('many.csv', 'a,b,c,d\n1,2,3,red\n4,5,6,blue\n');
    at.write('strange.csv', 'a,b,kind\n1,2,violet\n');
    at.write('garbage.safetensors', 'not a model at all');
    at.write('other.csv', kindsCsv());
    await Promise.all([
      at.refused(['eval', 'nowhere'], /nowhere: there is no such run/),
      at.refused(['eval', 'runs'], /no model\.safetensors/, /say latest/),
      at.refused(['eval', '../latest'], /no such run/),
      at.refused(['eval', 'garbage.safetensors'], /garbage\.safetensors/),
      at.refused(['eval', runs.kinds.run, '--data', 'many.csv'], /many\.csv/, /2 features/),
      at.refused(['eval', runs.kinds.run, '--data', 'strange.csv'], /violet/, /blue, green, red/),
      at.refused(['eval', runs.kinds.run, '--data', 'digits'], /do not fit the model/, /trained on kinds/),
      at.refused(['eval', runs.tumors.run, '--data', 'iris'], /do not fit the model/, /malignant/),
    ]);
  });

  it('a model file that stands alone needs --data', async () => {
    const { copyFileSync } = await import('node:fs');
    copyFileSync(at.path(`${runs.kinds.run}/model.safetensors`), at.path('alone.safetensors'));
    await at.refused(['eval', 'alone.safetensors'], /does not say how its data were split/, /--data/);
    expect(await at.json(['eval', 'alone.safetensors', '--data', 'kinds.csv'])).toMatchObject({
      count: 90,
      set: 'data',
    });
  });

  it('data that have changed since the training are named', async () => {
    at.write('moving.csv', kindsCsv());
    const run = await at.json(['train', '--data', 'moving.csv', '--epochs', '1', '--quiet', '--run-dir', 'moving']);
    at.write('moving.csv', kindsCsv(93));
    expect((await at.run(['eval', String(run.run)])).stderr).toMatch(/NF3212.*moving\.csv has changed/);
  });
});

describe('predict', () => {
  it('CSV rows with and without labels', async () => {
    at.write('new.csv', 'a,b\n0,0\n6,-2\n');
    at.write('labeled.csv', 'a,b,kind\n0,0,red\n0.2,0,blue\n');
    const document: Json = await at.json(['predict', runs.kinds.run, 'new.csv', 'labeled.csv']);
    expect(document.predictions.map((p: Json) => [p.input, p.row, p.prediction, p.label, p.correct])).toEqual([
      ['new.csv', 0, 'red', undefined, undefined],
      ['new.csv', 1, 'blue', undefined, undefined],
      ['labeled.csv', 0, 'red', 'red', true],
      ['labeled.csv', 1, 'red', 'blue', false],
    ]);
    expect(document).toMatchObject({ labeled: 2, errors: 1 });
    for (const p of document.predictions) {
      const sum = Object.values<number>(p.probabilities).reduce((a, b) => a + b);
      expect(sum).toBeCloseTo(1, 5);
      expect(p.probability).toBe(p.probabilities[p.prediction]);
    }
    const { stdout } = await at.run(['predict', runs.kinds.run, 'labeled.csv']);
    expect(stdout).toMatch(/red +\d+\.\d % +blue +wrong/);
    expect(stdout).toContain('1 of 2 wrong');
  });

  it('values of a regression are in the units of the file', async () => {
    const document: Json = await at.json(['predict', runs.line.run, 'line.csv', '--limit', '40']);
    for (const { prediction, label } of document.predictions) expect(Math.abs(prediction - label)).toBeLessThan(4);
    expect(document.inputs).toEqual([{ input: 'line.csv', kind: 'csv', rows: 80, predicted: 40 }]);
  });

  it('a picture, cropped and centered, is recognized and shown as it was fed', async () => {
    const document: Json = await at.json(['predict', 'latest', 'three.png']);
    expect(document.predictions[0]).toMatchObject({ input: 'three.png', row: 0, prediction: '3' });
    const { stdout } = await at.run(['predict', 'latest', 'three.png']);
    expect(stdout).toMatch(/█.* {3}3/);
    expect(stdout).toMatch(/^.*3 █+.* \d+\.\d\s%$/mu);
  });

  it('--raw feeds a picture of the right size as it is, and refuses others', async () => {
    const data = new Uint8Array(64).map((_, i) => (i % 8 === 3 || i % 8 === 4 ? 255 : 0));
    at.write('bar.png', encode({ width: 8, height: 8, data, channels: 1, depth: 8 }));
    const document: Json = await at.json(['predict', 'latest', 'bar.png', '--raw']);
    expect(document.predictions).toHaveLength(1);
    await at.refused(['predict', 'latest', 'three.png', '--raw'], /three\.png/, /8 x 8 pixels/, /150 x 120/);
  });

  it('IDX images, with the labels beside them', async () => {
    const idx = (shape: number[], values: number[]): Uint8Array => {
      const head = Buffer.alloc(4 + 4 * shape.length);
      head[2] = 8;
      head[3] = shape.length;
      shape.forEach((d, i) => void head.writeUInt32BE(d, 4 + 4 * i));
      return Buffer.concat([head, Uint8Array.from(values)]);
    };
    const pixels = Array.from({ length: 2 * 64 }, (_, i) => (i % 8 === 3 || i % 8 === 4 ? 16 : 0));
    at.write('some-images-idx3-ubyte', idx([2, 8, 8], pixels));
    at.write('some-labels-idx1-ubyte', idx([2], [1, 0]));
    at.write('big-images-idx3-ubyte', idx([1, 4, 4], new Array(16).fill(0)));
    const document: Json = await at.json(['predict', 'latest', 'some-images-idx3-ubyte']);
    expect(document.predictions.map((p: Json) => p.label)).toEqual(['1', '0']);
    expect(document.errors).toBe(document.predictions.filter((p: Json) => !p.correct).length);
    await at.refused(['predict', 'latest', 'big-images-idx3-ubyte'], /8 x 8/, /4 x 4/);
    await at.refused(['predict', 'latest', 'some-labels-idx1-ubyte'], /label file/);
  });

  it('inputs that cannot be meant are refused', async () => {
    at.write('three-columns.csv', '1,2,3,4\n');
    at.write('blank.csv', 'a,b\n1,\n');
    at.write('photo.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
    at.write('cut.png', three().subarray(0, 200));
    at.write('empty.png', '');
    at.write('white.png', encode({ width: 9, height: 9, data: new Uint8Array(81).fill(255), channels: 1, depth: 8 }));
    await Promise.all([
      at.refused(['predict', runs.kinds.run, 'nothing.csv'], /nothing\.csv: no such file/),
      at.refused(
        ['predict', runs.kinds.run, 'three-columns.csv'],
        /2 features, or 3 columns with the label/,
        /4 columns/,
      ),
      at.refused(['predict', runs.kinds.run, 'blank.csv'], /blank\.csv:2/, /is blank/),
      at.refused(['predict', runs.kinds.run, 'three.png'], /not trained on pictures/),
      at.refused(['predict', 'latest', 'photo.jpg'], /JPEG/, /convert it to PNG/),
      at.refused(['predict', 'latest', 'cut.png'], /cut\.png: the PNG is cut or damaged/),
      at.refused(['predict', 'latest', 'empty.png'], /empty\.png/),
      at.refused(['predict', 'latest', 'white.png'], /nothing is drawn/),
      at.refused(['predict', 'latest', 'runs'], /this is a folder/),
      at.refused(['predict', 'latest', 'three.png', '--limit', '0'], /--limit/, /at least 1/),
    ]);
  });
});
