import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conforms, type Json, Workplace } from './cli.ts';
import { type Answer, guarded, posix, type Running, raw, start as startIn } from './support/lab-process.ts';

// `neuroforge lab RUN`: which run it serves, what of it, and to whom.

const at = new Workplace();
const start = (...args: string[]): Promise<Running> => startIn(at.folder, ...args, '--port', '0');
let trained: Json;
let folder: string;
const run = (name: string): string => join(folder, name);

beforeAll(async () => {
  trained = await at.json(['train', '--quiet', '--backend', 'wasm', '--epochs', '2', '--seed', '5']);
  folder = at.path(trained.run);
}, 60_000);

/** A copy of the run in which something is not as it was. */
function copied(name: string, change: (folder: string) => void): string {
  const to = at.path(name);
  cpSync(folder, to, { recursive: true });
  change(to);
  return name;
}

const edited = (file: string, change: (text: string) => string) => (folder: string) =>
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));

describe('which run', () => {
  test.each([
    ['its folder', () => trained.run],
    ['its folder, with a slash', () => `${trained.run}/`],
    ['its name', () => trained.run.split(/[\\/]/).at(-1)],
    ['latest', () => 'latest'],
    ['its model', () => join(trained.run, 'model.safetensors')],
    ['one of its checkpoints', () => join(trained.run, 'checkpoints', 'last.safetensors')],
  ])('by %s', async (_, name) => {
    const lab = await start(name());
    conforms(lab.document);
    const { url, port, run: said } = lab.document;
    expect(url).toBe(`http://127.0.0.1:${port}/#train/run`);
    expect(said).toEqual({ name: trained.run.split(/[\\/]/).at(-1), path: folder });
    await lab.end();
  });

  const refused = (name: string, ...expected: (RegExp | string)[]): Promise<string> =>
    at.refused(['lab', name, '--port', '0'], ...expected);

  test('one that is not there, and what is no run', async () => {
    await refused('runs/nothing', /NF4130/, /there is no such run/);
    mkdirSync(at.path('empty/runs'), { recursive: true });
    await refused('empty', /NF4193/, /no run folder/, /a folder without run\.json and config\.json/);
    await refused('runs', /NF4193/, /this holds runs: name one of them, or say latest/);
    cpSync(run('model.safetensors'), at.path('alone.safetensors'));
    await refused('alone.safetensors', /NF4193/, /this is a file, not a run/);
  });

  test.each<[string, (folder: string) => void, RegExp[]]>([
    ['without config.json', (to) => rmSync(join(to, 'config.json')), [/NF4193/, /a folder without config\.json/]],
    ['config.json is no JSON', edited('config.json', (text) => text.slice(9)), [/NF4112/, /config\.json/]],
    [
      'a setting of another version',
      edited('config.json', (t) => t.replace('"lr"', '"momentum"')),
      [/NF4111/, /momentum/],
    ],
    ['run.json is a list', edited('run.json', () => '[1]'), [/NF4125/, /run\.json/]],
    ['without metrics', (to) => rmSync(join(to, 'metrics.jsonl')), [/NF4194/, /the run has no metrics/]],
    ['empty metrics', edited('metrics.jsonl', () => ''), [/NF4194/, /metrics\.jsonl/]],
    [
      'metrics of something else',
      edited('metrics.jsonl', () => '{"loss":1}\nnothing\n'),
      [/NF4194/, /no line of this/],
    ],
    ['a damaged model', edited('model.safetensors', (t) => `x${t.slice(0, 300)}`), [/NF222\d/, /model\.safetensors/]],
  ])('refused: %s', async (name, change, expected) => {
    await refused(copied(name.replaceAll(' ', '-'), change), ...expected);
  });

  test('for people: the address with the run in it, and its name', async () => {
    const { spawn } = await import('node:child_process');
    const { main } = await import('./cli.ts');
    const child = spawn(process.execPath, [main, 'lab', 'latest', '--port', '0'], { cwd: at.folder });
    let text = '';
    await new Promise<void>((done) => {
      child.stdout.setEncoding('utf8').on('data', (part) => {
        text += part;
        if (text.includes('Ctrl-C')) done();
      });
    });
    expect(text).toMatch(
      /^NeuroForge lab {2}http:\/\/127\.0\.0\.1:\d+\/#train\/run\nrun {13}\d{8}-\d{4}-mlp-\w{4}\nCtrl-C/,
    );
    child.kill('SIGINT');
    expect(await new Promise((done) => child.on('close', done))).toBe(posix ? 0 : null);
  });
});

describe('what of it', () => {
  let lab: Running;
  let port: number;
  let host: string;
  beforeAll(async () => {
    lab = await start(trained.run);
    ({ port } = lab.document);
    host = `Host: 127.0.0.1:${port}`;
  });
  afterAll(() => lab?.end());

  const get = (path: string, ...headers: string[]): Promise<Answer> =>
    raw(port, `GET ${path} HTTP/1.1`, ...(headers.length > 0 ? headers : [host]), 'Connection: close');
  const own = ['/run/run.json', '/run/model.safetensors'];

  test('its document is what the run recorded, number by number', async () => {
    const answer = await get('/run/run.json');
    guarded(answer);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const document: Json = JSON.parse(answer.body);
    conforms(document);
    const lines: Json[] = readFileSync(run('metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(document.epochs.map(({ epoch, step, val }: Json) => ({ epoch, step, ...val }))).toEqual(
      lines
        .filter(({ split }) => split === 'val')
        .map(({ epoch, step, loss, accuracy, errors }) => ({ epoch, step, loss, accuracy, errors })),
    );
    expect(document.epochs.map(({ trainLoss }: Json) => trainLoss)).toEqual([
      'NaN',
      ...lines.filter(({ split }) => split === 'train').map(({ loss }) => loss),
    ]);
    expect(document).toMatchObject({
      name: trained.run.split(/[\\/]/).at(-1),
      status: 'done',
      backend: 'wasm',
      batch: 32,
      data: { name: 'digits', embedded: true },
      config: { model: 'mlp:128,64', seed: 5, epochs: 2, lr: 0.1 },
      model: { input: [64], task: 'classification', classNames: [...'0123456789'] },
      best: { epoch: trained.val.best.epoch, val: { loss: trained.val.best.loss } },
      test: trained.test,
      weights: trained.weights,
    });
    expect(answer.body).not.toContain(at.folder); // no path of this machine
  });

  test('its model, byte by byte; both are new at each request', async () => {
    const answer = await get('/run/model.safetensors?now');
    guarded(answer);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.headers.etag).toBeUndefined();
    expect(Buffer.from(answer.body, 'latin1').equals(readFileSync(run('model.safetensors')))).toBe(true);
    for (const path of own) {
      const head = await raw(port, `HEAD ${path} HTTP/1.1`, host, 'Connection: close');
      expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: '' });
      expect(Number(head.headers['content-length'])).toBeGreaterThan(500);
      const again = await get(path, host, 'If-None-Match: *', 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT');
      expect(again.status).toBe(200);
    }
  });

  test('nothing else of the folder, or of the disk', async () => {
    const names = readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
    expect(names.length).toBeGreaterThan(7);
    for (const name of names.filter((name) => !own.includes(`/run/${name}`))) {
      const answer = await get(`/run/${name}`);
      guarded(answer);
      expect(answer, name).toMatchObject({ status: 404, body: '404: there is no such file in the lab\n' });
    }
    for (const path of [
      '/run',
      '/run/',
      '/RUN/run.json',
      '/run.json',
      '/run//run.json',
      '/run/run.json/',
      '/run/%72un.json',
    ]) {
      expect((await get(path)).status, path).toBe(404);
    }
    for (const path of [
      '/run/../run/run.json',
      '/run/./run.json',
      '/run/%2e%2e/run/run.json',
      '/run/..%2f..%2fetc/passwd',
      '/run/%252e%252e/config.json',
      '/run\\run.json',
      '//run/run.json',
      'http://evil.example/run/run.json',
      'run/run.json',
    ]) {
      const answer = await get(path);
      expect(answer.status, path).toBe(400);
    }
  });

  test.each(own)('%s: by other names, from other origins, by other methods: refused', async (path) => {
    for (const [status, ...headers] of [
      [421, `Host: evil.example:${port}`],
      [421, `Host: 127.0.0.1:${port}.evil.example`],
      [421, 'Host: 127.0.0.1'],
      [421, `Host: [::1]:${port}`],
      [421, 'Host:'],
      [421, host, 'Host: evil.example'],
      [403, host, 'Origin: http://evil.example'],
      [403, host, 'Origin: null'],
      [403, host, `Origin: https://127.0.0.1:${port}`],
      [403, host, `Origin: http://127.0.0.1:${port}.evil`],
    ] as const) {
      const answer = await get(path, ...headers);
      guarded(answer);
      expect(answer.status, headers.join()).toBe(status);
      expect(answer.body).toMatch(/^4\d\d: \w/);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await raw(port, `${method} ${path} HTTP/1.1`, host, 'Content-Length: 0', 'Connection: close');
      expect(answer.status, method).toBe(405);
    }
    expect((await get(path, host, `Origin: http://localhost:${port}`)).status).toBe(200);
  });

  test('without a run there are no such paths', async () => {
    const bare = await start();
    for (const path of own) {
      const bareHost = `Host: 127.0.0.1:${bare.document.port}`;
      const answer = await raw(bare.document.port, `GET ${path} HTTP/1.1`, bareHost, 'Connection: close');
      guarded(answer);
      expect(answer).toMatchObject({ status: 404, body: '404: there is no such file in the lab\n' });
    }
    expect(bare.document.run).toBeUndefined();
    await bare.end();
  });
});

describe('a run that is not as it was', () => {
  const of = async (lab: Running, path: string): Promise<Answer> =>
    raw(lab.document.port, `GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${lab.document.port}`, 'Connection: close');

  test('in progress it is served as it stands, a line that is not whole left out', async () => {
    const lines = readFileSync(run('metrics.jsonl'), 'utf8');
    const name = copied('going', (to) => {
      edited('run.json', (text) =>
        text.replace('"status": "done"', '"status": "running"').replace(/,\s*"result": \{[\s\S]*/, '\n}'),
      )(to);
      rmSync(join(to, 'metrics.jsonl'));
      rmSync(join(to, 'model.safetensors'));
    });
    const lab = await start(name);
    const seen = async (): Promise<Json> => {
      const document = JSON.parse((await of(lab, '/run/run.json')).body);
      conforms(document);
      return document;
    };
    expect(await seen()).toMatchObject({
      status: 'running',
      epochs: [],
      best: null,
      test: null,
      weights: null,
      model: null,
    });
    expect((await of(lab, '/run/model.safetensors')).status).toBe(404);
    writeFileSync(at.path('going/metrics.jsonl'), `${lines.split('\n').slice(0, 3).join('\n')}\n{"step":82,"ep`);
    cpSync(run('model.safetensors'), at.path('going/model.safetensors'));
    expect(await seen()).toMatchObject({
      epochs: [{ epoch: 0 }, { epoch: 1 }],
      best: { epoch: 1 },
      model: { input: [64] },
    });
    expect((await of(lab, '/run/model.safetensors')).status).toBe(200);
    await lab.end();
  });

  test('what cannot be read any more is told, and the lab goes on', async () => {
    const lab = await start(copied('going-bad', () => {}));
    edited('config.json', () => '{')(at.path('going-bad'));
    writeFileSync(at.path('going-bad/model.safetensors'), 'this is nobody’s model');
    for (const [path, code] of [
      ['/run/run.json', 'NF4112'],
      ['/run/model.safetensors', 'NF222'],
    ]) {
      const answer = await of(lab, path);
      guarded(answer);
      expect(answer).toMatchObject({ status: 503, headers: { 'cache-control': 'no-store' } });
      const document = JSON.parse(answer.body);
      conforms(document);
      expect(document.error.code).toMatch(new RegExp(`^${code}`));
    }
    expect((await of(lab, '/')).status).toBe(200);
    await lab.end();
  });

  test('a folder that is gone is told, and the lab goes on', async () => {
    const lab = await start(copied('going-away', () => {}));
    rmSync(at.path('going-away'), { recursive: true });
    expect(await of(lab, '/run/run.json')).toMatchObject({ status: 503, body: expect.stringContaining('NF2901') });
    expect((await of(lab, '/run/model.safetensors')).status).toBe(404);
    expect((await of(lab, '/')).status).toBe(200);
    await lab.end();
  });

  test.skipIf(!posix)('a model that points elsewhere hands out nothing that is no model', async () => {
    const lab = await start(copied('pointing', () => {}));
    at.write('secret.txt', 'a secret that is long enough to be a header');
    rmSync(at.path('pointing/model.safetensors'));
    symlinkSync(at.path('secret.txt'), at.path('pointing/model.safetensors'));
    const answer = await of(lab, '/run/model.safetensors');
    expect(answer.status).toBe(503);
    expect(answer.body).not.toContain('a secret');
    await lab.end();
  });
});
