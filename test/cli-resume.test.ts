import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { conforms, type Json, kindsCsv, Workplace } from './cli.ts';

const at = new Workplace();
const settings = ['--epochs', '40', '--checkpoint-every', '7', '--backend', 'wasm'];

let whole: Json;
beforeAll(async () => {
  at.write('kinds.csv', kindsCsv());
  whole = await at.json(['train', '--quiet', ...settings, '--run-dir', 'whole']);
}, 60_000);

interface Line {
  readonly step: number;
  readonly epoch: number;
  readonly split: string;
}

function metricsOf(run: string): Line[] {
  const lines = at.read(`${run}/metrics.jsonl`).trim().split('\n');
  return lines.map((line) => ({ ...JSON.parse(line), seconds: 0 }));
}

/** Starts a run in a folder of its own and sends it signals once `when` holds; answers how it ended, and its folder. */
async function interrupted(name: string, args: readonly string[], signals: NodeJS.Signals[], when = /^ +2 /m) {
  let sent = false;
  const ended = await at.run(['train', ...args, '--run-dir', name], {
    onStderr(text, kill) {
      if (sent || !when.test(text)) return;
      sent = true;
      for (const signal of signals) kill(0, signal);
    },
  });
  return { ...ended, folder: `${name}/${at.read(`${name}/latest`).trim()}` };
}

/** A copy of the whole run, as if it had been killed, with the checkpoint of its end. */
function copy(name: string, change: (run: Json) => void = () => {}): string {
  cpSync(at.path(whole.run), at.path(name), { recursive: true });
  const run = JSON.parse(at.read(`${name}/run.json`));
  run.status = 'running';
  change(run);
  at.write(`${name}/run.json`, JSON.stringify(run));
  return name;
}

function same(again: Json): void {
  const { run: _, seconds: _1, msPerStep: _2, msPerStepMedian: _3, ...rest } = whole;
  expect(again).toMatchObject(rest);
}

describe('a run that was killed', () => {
  it('goes on to the bits, figures and lines of one that was not', async () => {
    const { code, folder } = await interrupted('killed', settings, ['SIGKILL']);
    expect(code).toBeNull();
    expect(existsSync(at.path(`${folder}/lock`))).toBe(true);
    const again = await at.json(['train', '--resume', folder, '--quiet']);
    same(again);
    expect(again.resumed.step).toBeGreaterThan(0);
    expect(metricsOf(folder)).toEqual(metricsOf(whole.run));
    expect(existsSync(at.path(`${folder}/lock`))).toBe(false);
    const run = JSON.parse(at.read(`${folder}/run.json`));
    expect(run).toMatchObject({ status: 'done', exitCode: 0, resumed: [{ step: again.resumed.step }] });
    expect(at.read(`${folder}/report.html`)).toContain('>40<');
    for (const file of ['model', 'checkpoints/best', 'checkpoints/last']) {
      const [a, b] = [folder, whole.run].map((run) => readFileSync(at.path(`${run}/${file}.safetensors`)));
      if (file !== 'checkpoints/last') expect(a.equals(b), file).toBe(true);
    }
  });

  it('says that a lock is stale, and what it goes on from', async () => {
    const { folder } = await interrupted('stale', settings, ['SIGKILL']);
    const { code, stderr } = await at.run(['train', '--resume', folder]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/lock/);
    expect(stderr).toMatch(/going on from step [\d,]+, epoch \d+/);
  });

  it('killed again and again', async () => {
    let { folder } = await interrupted('often', settings, ['SIGKILL']);
    for (let i = 0; i < 3; i++) {
      const { code } = await at.run(['train', '--resume', folder], {
        onStderr: (text, kill) => /going on from step/.test(text) && kill(0, 'SIGKILL'),
      });
      expect(code).toBeNull();
    }
    same(await at.json(['train', '--resume', folder, '--quiet']));
    folder = `../${folder}`;
  });
});

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('the first %s finishes the step, saves, says how to go on, and exits %d', async (signal, code) => {
    const ended = await interrupted(signal, settings, [signal]);
    expect(ended).toMatchObject({ code });
    expect(ended.stderr).toMatch(/once more to stop at once/);
    expect(ended.stdout).toContain(`neuroforge train --resume ${ended.folder}`);
    expect(JSON.parse(at.read(`${ended.folder}/run.json`))).toMatchObject({ status: 'interrupted', exitCode: code });
    same(await at.json(['train', '--resume', ended.folder, '--quiet']));
    expect(metricsOf(ended.folder)).toEqual(metricsOf(whole.run));
  });

  it('the echo of a signal is no second one', async () => {
    const ended = await interrupted('echo', settings, ['SIGTERM', 'SIGTERM']);
    expect(ended.code).toBe(143);
    expect(JSON.parse(at.read(`${ended.folder}/run.json`))).toMatchObject({ status: 'interrupted', exitCode: 143 });
  });
});

describe('resume', () => {
  it('of a run that is done: refused, until more is asked for', async () => {
    await at.refused(['train', '--resume', whole.run], /NF4127.*the run is done/, /--epochs/);
    cpSync(at.path(whole.run), at.path('more'), { recursive: true });
    const more = await at.json(['train', '--resume', 'more', '--epochs', '42', '--quiet']);
    const at42 = await at.json(['train', ...settings.slice(2), '--epochs', '42', '--quiet', '--run-dir', 'at42']);
    expect(more).toMatchObject({ epochs: 42, weights: at42.weights, val: at42.val, test: at42.test });
    expect(JSON.parse(at.read('more/config.json')).epochs).toBe(42);
  });

  it('from one of the checkpoints that were kept', async () => {
    const kept = await at.json(['train', '--quiet', ...settings, '--keep-last', '3', '--run-dir', 'kept']);
    const names = readdirSync(at.path(`${kept.run}/checkpoints`)).sort();
    expect(names).toHaveLength(5);
    expect(names.slice(2)).toEqual([...names.slice(2)].sort());
    const again = await at.json(['train', '--resume', `${kept.run}/checkpoints/${names[2]}`, '--quiet']);
    same(again);
    expect(again.resumed.step).toBe(Number(names[2].slice(5, 15)));
  });

  it('from an earlier checkpoint: what came later is gone, and a second resume goes on from there', async () => {
    const args = ['train', '--quiet', ...settings, '--keep-last', '4', '--run-dir', 'back'];
    const { run, steps } = await at.json(args);
    const names = readdirSync(at.path(`${run}/checkpoints`)).filter((name) => name.startsWith('step-'));
    const early = names.sort()[0];
    let killed = false;
    const { code } = await at.run(['train', '--resume', `${run}/checkpoints/${early}`], {
      onStderr(text, kill) {
        if (killed || !/going on from step/.test(text)) return;
        killed = true;
        kill(0, 'SIGKILL');
      },
    });
    expect(code).toBeNull();
    const left = readdirSync(at.path(`${run}/checkpoints`)).filter((name) => name.startsWith('step-'));
    expect(left[0]).toBe(early);
    const again = await at.json(['train', '--resume', run, '--quiet']);
    same(again);
    expect(again.resumed.step).toBeLessThan(steps);
    expect(metricsOf(run)).toEqual(metricsOf(whole.run));
  });

  it('with values that cannot be: refused as without --resume', async () => {
    const run = copy('values');
    await at.refused(['train', '--resume', run, '--lr', 'abc'], /NF4110.*--lr/);
    await at.refused(['train', '--resume', run, '--inexact', '--backend', 'foo'], /NF4110.*--backend/);
    at.write('odd.json', '{"constructor": 1}');
    await at.refused(['train', '--resume', run, '--config', 'odd.json'], /NF4111/);
    await at.refused(['train', '--resume', run, '--epochs', '3'], /NF4127.*past the end/);
    for (const change of [
      { versions: { neuroforge: { toString: 1 } } },
      { data: { hashes: { a: 5 } } },
      { data: { hashes: null } },
    ]) {
      const odd = copy(`odd-${JSON.stringify(change).length}`, (run) => Object.assign(run, change));
      await at.refused(['train', '--resume', odd], /NF4124/);
    }
  });

  it('of a file that lies elsewhere now: its hash tells', async () => {
    at.write('moved.csv', kindsCsv());
    const { run } = await at.json(['train', '--data', 'moved.csv', '--epochs', '2', '--quiet', '--run-dir', 'moved']);
    mkdirSync(at.path('there'));
    renameSync(at.path('moved.csv'), at.path('there/moved.csv'));
    await at.refused(['train', '--resume', run, '--epochs', '3'], /NF2001/, /--data PATH/);
    const again = await at.json(['train', '--resume', run, '--epochs', '3', '--data', 'there/moved.csv', '--quiet']);
    expect(again.epochs).toBe(3);
  });

  it('named from within its folder', async () => {
    const run = copy('within');
    const inside = { cwd: at.path(`${run}/checkpoints`) };
    expect(await at.run(['train', '--resume', 'last.safetensors', '--quiet'], inside)).toMatchObject({ code: 0 });
  });

  it('with other settings: refused with each of them', async () => {
    const text = await at.refused(
      ['train', '--resume', copy('other'), '--lr', '0.2', '--batch', 'full', '--data', 'iris', '--backend', 'js'],
      /NF4124/,
    );
    expect(text).toMatch(/expected .*--data digits, .*--lr 0.1.*--batch 32, .*backend wasm/);
    expect(text).toMatch(/got .*--data iris, .*--lr 0.2.*--batch full, .*backend js/);
    expect(existsSync(at.path('other/lock'))).toBe(false);
    const again = await at.json(['train', '--resume', 'other', '--lr', '0.1', '--threads', '2', '--quiet']);
    same({ ...again, threads: 1 });
    expect(again.threads).toBe(2);
  });

  it('with another version of the library: refused', async () => {
    const run = copy('version', (run) => {
      run.versions.neuroforge = '0.0.9';
    });
    await at.refused(['train', '--resume', run], /NF4124/, /expected neuroforge 0\.0\.9, got neuroforge \d/);
  });

  it('with other data: refused with the file', async () => {
    const run = await at.json(['train', '--data', 'kinds.csv', '--epochs', '2', '--quiet', '--run-dir', 'data']);
    writeFileSync(at.path('kinds.csv'), kindsCsv().replace('red', 'blue'));
    await at.refused(['train', '--resume', run.run, '--epochs', '3'], /NF4124/, /data kinds\.csv [0-9a-f]{12}/);
    writeFileSync(at.path('kinds.csv'), kindsCsv());
  });

  it('on another backend or BLAS: refused', async () => {
    const native = copy('native', (run) => {
      Object.assign(run, { backend: 'native', blas: { library: 'MKL', version: '9', threads: 1 } });
    });
    await at.refused(['train', '--resume', native], /NF4124/, /expected backend native \(MKL\)/, /--inexact/);
  });

  it('--inexact lets another backend pass, says it and records it; never other settings', async () => {
    const run = copy('inexact', (run) => {
      Object.assign(run, { backend: 'native', blas: { library: 'MKL', version: '9', threads: 1 } });
    });
    const inexact = ['train', '--resume', run, '--inexact', '--backend', 'js'];
    await at.refused([...inexact, '--lr', '0.5'], /NF4124/, /settings and data/);
    const { code, stderr } = await at.run(inexact);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/NF3214.*\n.*native -> js/) });
    const { resumed } = JSON.parse(at.read(`${run}/run.json`));
    expect(resumed.at(-1).differences).toEqual([{ what: 'backend', before: 'native', now: 'js' }]);
    // From then on it is a run of that backend, and never again one of the bits that it would have had.
    const later = await at.run(['train', '--resume', run, '--epochs', '41', '--json', '--quiet']);
    expect(JSON.parse(later.stdout).backend).toBe('js');
    expect(later.stderr).toMatch(/NF3214.*an earlier resume/);
  });

  it('of nothing that can be: refused with what was looked for', async () => {
    await at.refused(['train', '--resume', 'nowhere'], /NF4130/);
    await at.refused(['train', '--resume', 'whole'], /NF4126/, /checkpoints.last\.safetensors/);
    await at.refused(['train', '--resume', whole.run, '--run-dir', 'x'], /NF4128/);
    await at.refused(['train', '--resume', whole.run, '--verify-resume'], /NF4128/);
    await at.refused(['train', '--inexact'], /NF4128/);
    const bent = copy('bent');
    writeFileSync(at.path('bent/run.json'), '[]');
    await at.refused(['train', '--resume', bent], /NF4125.*run\.json/);
    const noState = copy('no-state');
    copyFileSync(at.path(`${noState}/model.safetensors`), at.path(`${noState}/checkpoints/last.safetensors`));
    await at.refused(['train', '--resume', noState], /NF4122/);
    const damaged = copy('damaged');
    const bytes = readFileSync(at.path('damaged/checkpoints/last.safetensors'));
    bytes[bytes.length - 9] ^= 1;
    writeFileSync(at.path('damaged/checkpoints/last.safetensors'), bytes);
    await at.refused(['train', '--resume', damaged], /NF2231/, /earlier checkpoint/);
  });

  it('of a run that diverged: refused, since it would again', async () => {
    const run = await at.json(['train', '--data', 'kinds.csv', '--lr', '1e30', '--quiet', '--run-dir', 'bad'], 3);
    await at.refused(['train', '--resume', run.run], /NF4127.*diverged/);
  });
});

describe('--verify-resume', () => {
  it.each(['wasm', 'native', 'js'])('passes on %s, for people and as a document', async (backend) => {
    const args = ['train', '--verify-resume', '--backend', backend];
    const document = await at.json(args);
    conforms(document);
    expect(document).toMatchObject({ verdict: 'pass', backend, steps: 62, resumedFrom: 31, different: [] });
    if (backend !== 'wasm') return;
    expect((await at.run(args)).stdout).toMatch(/^pass: 62 steps, and 31 then the rest, end with the same bits/);
  });

  it('says what was refused, and a run that diverges', async () => {
    await at.refused(['train', '--verify-resume', '--data', 'nowhere.csv'], /NF2001/);
    await at.refused(['train', '--verify-resume', '--data', 'kinds.csv', '--lr', '1e30'], /NF4129.*diverged/);
  });
});
