import { dirname } from 'node:path';
import { NeuroForgeError } from '../core/errors.ts';
import { files } from '../platform/index.ts';

/** The model file of a run, and its folder: null for a file that stands alone. Throws NF4130, NF4131. */
export async function findModel(name: string): Promise<{ folder: string | null; file: string }> {
  const path = await findRun(name);
  if ((await files.stat(path)).kind !== 'folder') {
    const inCheckpoints = files.basename(dirname(path)) === 'checkpoints';
    const folder = inCheckpoints ? dirname(dirname(path)) : dirname(path);
    return { folder: (await files.exists(files.join(folder, 'run.json'))) ? folder : null, file: path };
  }
  const file = files.join(path, 'model.safetensors');
  if (await files.exists(file)) return { folder: path, file };
  throw new NeuroForgeError('NF4131', 'the folder has no model.safetensors', {
    where: path,
    expected: 'the folder of one run, e.g. runs/20261123-2010-mlp-7f3a',
    hint: (await files.exists(files.join(path, 'latest')))
      ? `this holds runs: name one of them, or say latest`
      : 'neuroforge train makes such folders',
  });
}

/** A run folder, `latest`, the name of a run in ./runs, or a file in one. Throws NF4130 when there is none. */
export async function findRun(name: string): Promise<string> {
  return (name === 'latest' ? await latest() : await findPath(name)).replace(/(?<=.)[\\/]+$/, '');
}

async function findPath(name: string): Promise<string> {
  if (await files.exists(name)) return name;
  const inRuns = files.join('runs', name);
  if (/^[\w.-]+$/.test(name) && (await files.exists(inRuns))) return inRuns;
  throw new NeuroForgeError('NF4130', 'there is no such run', {
    where: name,
    expected: 'a run folder, latest, or a model.safetensors file',
    hint: `looked at ${files.resolve(name)}${/^[\w.-]+$/.test(name) ? ` and ${inRuns}` : ''}`,
  });
}

/** The run that runs/latest names: a name, never a path. */
async function latest(): Promise<string> {
  const pointer = files.join('runs', 'latest');
  const text = (await files.exists(pointer))
    ? new TextDecoder().decode(await files.readPart(pointer, 0, 256)).trim()
    : '';
  const path = files.join('runs', text);
  if (/^[\w-][\w.-]{0,199}$/.test(text) && (await files.exists(path))) return path;
  throw new NeuroForgeError('NF4130', 'there is no latest run', {
    where: pointer,
    got: text === '' ? undefined : JSON.stringify(text.slice(0, 60)),
    hint: 'neuroforge train makes one; runs made with --run-dir are named by their folder',
  });
}
