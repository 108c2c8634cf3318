import { expect, test } from 'vitest';
import { backend } from '../src/backends/default.ts';
import type { Output } from '../src/cli/output.ts';
import { Saver } from '../src/cli/saver.ts';
import type { Prepared } from '../src/cli/setup.ts';
import { Loader } from '../src/data/loader.ts';
import { loadModel } from '../src/io/model-file.ts';
import { crossEntropy } from '../src/losses/cross-entropy.ts';
import { mlp } from '../src/models/mlp.ts';
import { build } from '../src/models/model.ts';
import { sgd } from '../src/optim/sgd.ts';
import type { Files } from '../src/platform/files.ts';
import { nodeFiles } from '../src/platform/node.ts';
import { loadCheckpoint } from '../src/train/checkpoint.ts';
import { fit } from '../src/train/fit.ts';
import { RunFolder } from '../src/train/run-folder.ts';
import { CrashDisk, type CrashDiskOptions } from './support/crash-disk.ts';
import { Promises } from './support/promises.ts';

const js = backend('js');
const models = ['model.safetensors', 'checkpoints/best.safetensors', 'checkpoints/last.safetensors'];

const rows = {
  name: 'four',
  x: Float64Array.of(0, 1, 1, 0, 1, 1, 0, 0),
  count: 4,
  exampleShape: [2],
  y: Int32Array.of(0, 1, 1, 0),
  classNames: ['no', 'yes'],
  rowIds: Int32Array.of(0, 1, 2, 3),
  hashes: {},
};

/** A run on these files as the command line trains and saves one: two epochs of one step. Warnings go to `warn`. */
async function trainOn(files: Files, warn: (code: string) => void = () => {}): Promise<string> {
  const loader = new Loader(rows, { backend: js });
  const model = build(mlp({ hidden: [2], outputs: 2 }), { input: [2], loss: crossEntropy(), backend: js, seed: 1 });
  const config = { seed: 1, keepLast: 2, threshold: 0.5 };
  const prepared = { config, split: { train: rows }, scaling: loader.scaling, targetScaling: null };
  const folder = await RunFolder.create(files, '/place/runs', 'mlp', config, { seed: 1 });
  const output = { warn } as unknown as Output;
  const saver = new Saver(folder, model, prepared as unknown as Prepared, output);
  const options = { optimizer: sgd(0.5), epochs: 2, batch: 4, checkpoint: { steps: 1 }, probe: false };
  for await (const event of fit(model, { train: loader, val: loader }, options)) {
    if (event.type === 'epoch') await saver.attempt('a line', () => folder.metrics.add(event));
    if (event.type === 'checkpoint') await saver.checkpoint(event.state);
    if (event.type === 'done') await saver.end(event.result);
  }
  await folder.finish('done', {});
  return folder.path;
}

/** The run on a disk that remembers, and the bytes that `last` had, in order. */
async function recorded(options: CrashDiskOptions = {}) {
  const promises = new Promises(new CrashDisk(options));
  const versions: Uint8Array[] = [];
  const files: Files = {
    ...promises.files,
    writeFileAtomic(path, bytes) {
      if (path.endsWith('last.safetensors')) versions.push(bytes as Uint8Array);
      return promises.files.writeFileAtomic(path, bytes);
    },
  };
  return { promises, versions, folder: await trainOn(files) };
}

test('a run saves itself: after any power cut every file loads, is old or new, and the metrics go as far as the last', async () => {
  const { promises, versions, folder } = await recorded();
  expect(versions).toHaveLength(3);
  const seen = new Map<string, Uint8Array>();
  const { states, losses } = promises.judge((survivor) => {
    for (const name of models) {
      const found = survivor.read(`${folder}/${name}`);
      if (found instanceof Uint8Array) seen.set(Buffer.from(found).toString('latin1'), found);
    }
    const last = survivor.read(`${folder}/checkpoints/last.safetensors`);
    if (!(last instanceof Uint8Array)) return null;
    const step = versions.findIndex((bytes) => Buffer.compare(bytes, last) === 0);
    const metrics = survivor.read(`${folder}/metrics.jsonl`);
    const text = metrics instanceof Uint8Array ? new TextDecoder().decode(metrics) : '';
    const epochs = text.split('\n').filter((line) => line.includes('"split":"val"'));
    return step >= 0 && epochs.length > step ? null : `step ${step} with ${epochs.length} epochs of metrics`;
  });
  expect(losses).toEqual([]);
  expect(states).toBeGreaterThan(800);
  for (const bytes of seen.values()) {
    const { model } = await loadModel(bytes, { backend: js });
    const isLast = versions.some((version) => Buffer.compare(version, bytes) === 0);
    if (isLast) expect((await loadCheckpoint(bytes, model)).step).toBeLessThan(3);
  }
});

test('without any one of the syncs of a run something is lost', async () => {
  const { syncs } = (await recorded()).promises.disk;
  expect(syncs).toBeGreaterThan(30);
  const harmless: number[] = [];
  for (let ignoredSync = 0; ignoredSync < syncs; ignoredSync++) {
    const { losses } = (await recorded({ ignoredSync })).promises.judge();
    if (losses.length === 0) harmless.push(ignoredSync);
  }
  expect(harmless).toEqual([]);
}, 120_000);

const codes = ['ENOSPC', 'EIO', 'EACCES', 'EMFILE'];
test.each(codes)(
  '%s at any call of a run that saves itself: said, whole files, and in the end everything saved where it can be',
  async (code) => {
    const calls = (await recorded()).promises.disk.calls.length;
    let said = 0;
    for (let n = 0; n < calls; n++) {
      for (const once of [true, false]) {
        let failing = true;
        const fault: CrashDiskOptions['fault'] = ({ number }) =>
          failing && (number === n || (number > n && !once)) ? code : undefined;
        const disk = new CrashDisk({ fault });
        const files = nodeFiles(disk);
        const warned: string[] = [];
        const error = await trainOn(files, (code) => warned.push(code)).then(
          () => null,
          (caught) => caught,
        );
        failing = false;
        if (error !== null) {
          expect(error.code, `${n}`).toMatch(/^NF290[24]$/);
          expect(error.hint, `${n}`).toBeTruthy();
        }
        // What cleans up, or looks whether something is there, may fail without a word.
        if (error !== null || warned.length > 0) said++;
        const folder = disk.calls.find(({ path }) => /runs\/\d/.test(path))?.path;
        const steps: number[] = [];
        for (const name of models) {
          const path = `${folder}/${name}`;
          if (folder === undefined || !(await files.exists(path))) continue;
          steps.push((await loadModel(await files.readFile(path), { backend: js })).training.step);
        }
        if (error === null) expect(steps, `${n}, ${warned}`).toEqual([2, 2, 2]); // in the end all is saved
        const [model = 0, best = 0, last = 0] = steps;
        expect(model >= best && best >= last, `${n}: ${steps}`).toBe(true); // written in this order
      }
    }
    expect(said).toBeGreaterThan(1.8 * calls);
  },
  60_000,
);
