import { expect, test } from 'vitest';
import { backend } from '../src/backends/default.ts';
import { loadModel, saveModel } from '../src/io/model-file.ts';
import { crossEntropy } from '../src/losses/cross-entropy.ts';
import { mlp } from '../src/models/mlp.ts';
import { build } from '../src/models/model.ts';
import type { Files } from '../src/platform/files.ts';
import { nodeFiles } from '../src/platform/node.ts';
import { RunFolder } from '../src/train/run-folder.ts';
import { CrashDisk, type CrashDiskOptions } from './support/crash-disk.ts';
import { begins, Promises } from './support/promises.ts';

const js = backend('js');
const model = (seed: number) =>
  build(mlp({ hidden: [2], outputs: 2 }), { input: [2], loss: crossEntropy(), backend: js, seed });
/** The bytes of a checkpoint, one for each step. */
const saved = await Promise.all(
  [0, 1, 2].map((step) => saveModel(model(step), { training: { seed: step, step, epoch: step } })),
);
const line = (step: number): string => `${JSON.stringify({ step, epoch: step, split: 'val', loss: 1 / (step + 1) })}\n`;

const models = ['model.safetensors', 'checkpoints/best.safetensors', 'checkpoints/last.safetensors'];

/** A run as it saves itself: its folder, then with every checkpoint the metrics, the best, the last, the account. */
async function saveRun(options: CrashDiskOptions = {}): Promise<{ promises: Promises; folder: string }> {
  const promises = new Promises(new CrashDisk(options));
  return { promises, folder: await saveTo(promises.files) };
}

async function saveTo(files: Files): Promise<string> {
  const run = await RunFolder.create(files, '/work/runs', 'mlp', { seed: 1 }, { seed: 1 });
  const metrics = files.join(run.path, 'metrics.jsonl');
  for (const [step, bytes] of saved.entries()) {
    await files.appendFile(metrics, line(step));
    await files.sync(metrics);
    for (const name of models) await run.write(name, bytes);
    await run.write('run.json', `{"step":${step}}\n`);
  }
  return run.path;
}

test('a run saves itself: after any power cut every file loads, is old or new, and the metrics go as far as the last', async () => {
  const { promises, folder } = await saveRun();
  const seen = new Map<string, Uint8Array>();
  const { states, losses } = promises.judge((survivor) => {
    for (const name of models) {
      const found = survivor.read(`${folder}/${name}`);
      if (found instanceof Uint8Array) seen.set(Buffer.from(found).toString('latin1'), found);
    }
    const last = survivor.read(`${folder}/checkpoints/last.safetensors`);
    const step = saved.findIndex((bytes) => last instanceof Uint8Array && Buffer.compare(bytes, last) === 0);
    const lines = saved.slice(0, step + 1).map((_, i) => line(i));
    if (step < 0) return null;
    return begins(lines.join(''))(survivor.read(`${folder}/metrics.jsonl`)) ? null : `step ${step} without its metrics`;
  });
  expect(losses).toEqual([]);
  expect(states).toBeGreaterThan(800);
  const loaded = [...seen.values()].map(async (bytes) => (await loadModel(bytes, { backend: js })).training.step);
  expect((await Promise.all(loaded)).sort()).toEqual([0, 1, 2]);
});

test('without any one of the syncs of a run something is lost', async () => {
  const { syncs } = (await saveRun()).promises.disk;
  expect(syncs).toBeGreaterThan(30);
  const harmless: number[] = [];
  for (let ignoredSync = 0; ignoredSync < syncs; ignoredSync++) {
    const { losses } = (await saveRun({ ignoredSync })).promises.judge();
    if (losses.length === 0) harmless.push(ignoredSync);
  }
  expect(harmless).toEqual([]);
}, 120_000);

const codes = ['ENOSPC', 'EIO', 'EACCES', 'EMFILE'];
test.each(codes)('%s at any call of a run that saves itself: a loud end, and whole files', async (code) => {
  const calls = (await saveRun()).promises.disk.calls.length;
  let ends = 0;
  for (let n = 0; n < calls; n++) {
    for (const once of [true, false]) {
      let failing = true;
      const fault: CrashDiskOptions['fault'] = ({ number }) =>
        failing && (number === n || (number > n && !once)) ? code : undefined;
      const disk = new CrashDisk({ fault });
      const files = nodeFiles(disk);
      const error = await saveTo(files).then(
        () => null,
        (caught) => caught,
      );
      failing = false;
      // What cleans up, or looks whether something is there, may fail without a word.
      if (error !== null) {
        ends++;
        expect(error.code, `${n}`).toMatch(/^NF290[24]$/);
        expect(error.hint, `${n}`).toBeTruthy();
      }
      const folder = disk.calls.find(({ path }) => /runs\/\d/.test(path))?.path;
      const steps = [];
      for (const name of models) {
        const path = `${folder}/${name}`;
        if (folder === undefined || !(await files.exists(path))) continue;
        const bytes = await files.readFile(path);
        steps.push(saved.findIndex((whole) => Buffer.compare(whole, bytes) === 0));
      }
      expect(steps, `${n}`).toEqual(steps.slice().sort((a, b) => b - a)); // model, best, last: in this order
      expect(steps, `${n}`).not.toContain(-1);
    }
  }
  expect(ends).toBeGreaterThan(1.8 * calls);
});
