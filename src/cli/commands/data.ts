import { NeuroForgeError } from '../../core/errors.ts';
import { type ArraysInfo, inspectArrays } from '../../data/array-info.ts';
import { embeddedNames, idxSets } from '../../data/catalog.ts';
import { fetchVerified } from '../../data/download.ts';
import { inspectData } from '../../data/info.ts';
import { listData } from '../../data/list.ts';
import { openData } from '../../data/open.ts';
import { readHeaderOfFile } from '../../io/read-model-file.ts';
import { files } from '../../platform/index.ts';
import { type DataDocument, showInfo, showList } from '../data-text.ts';
import { nearest } from '../nearest.ts';
import { exitCodes, type Output, people } from '../output.ts';

const actions = ['list', 'get', 'info'];

/** `neuroforge data list|get NAME|info NAME|FILE`. */
export async function dataCommand(
  [action, name, ...more]: string[],
  options: Record<string, unknown>,
  output: Output,
): Promise<number> {
  if (!actions.includes(action)) {
    throw usage(`there is no "data ${action}"`, {
      expected: 'data list, data get NAME or data info NAME|FILE',
      hint: nearest(action, actions, (k) => `did you mean data ${k}?`),
    });
  }
  if ((action === 'list') !== (name === undefined) || more.length > 0) {
    throw usage(action === 'list' ? 'data list takes no name' : `data ${action} takes one name`, {
      expected: action === 'list' ? 'data list' : `data ${action} ${action === 'get' ? 'mnist' : 'mnist|FILE'}`,
      got: name === undefined ? 'none' : [name, ...more].join(' '),
    });
  }
  const document = action === 'list' ? await list() : await (action === 'get' ? get : info)(name, options, output);
  output.document(document);
  const lines = document.action === 'list' ? showList(document, output) : showInfo(document, output);
  for (const line of lines) output.print(line);
  return exitCodes.fine;
}

function usage(message: string, details: { expected: string; got?: string; hint?: string }): NeuroForgeError {
  return new NeuroForgeError('NF4121', message, { where: 'data', ...details });
}

function oneOf<T extends string>(given: unknown, where: string, allowed: readonly T[]): T | undefined {
  if (given === undefined) return undefined;
  const found = allowed.find((word) => word === given);
  if (found !== undefined) return found;
  throw new NeuroForgeError('NF4110', 'this value cannot be used', {
    where,
    expected: allowed.join(' or '),
    got: JSON.stringify(given),
  });
}

async function list(): Promise<DataDocument> {
  return { schema: 'neuroforge/data@1', action: 'list', sets: await listData(files) };
}

/** Makes sure that the set is here and as published; downloads into the cache what is not. */
async function get(name: string, options: Record<string, unknown>, output: Output): Promise<DataDocument> {
  const head = { schema: 'neuroforge/data@1', action: 'get', name } as const;
  if ((embeddedNames as readonly string[]).includes(name)) {
    const { train } = await openData(name, { files });
    return {
      ...head,
      where: 'embedded',
      files: Object.entries(train.hashes).map(([n, sha256]) => ({ name: n, sha256 })),
    };
  }
  const set = idxSets.find((s) => s.name === name);
  if (set === undefined) {
    const known = [...embeddedNames, ...idxSets.map((s) => s.name)];
    throw new NeuroForgeError('NF4122', `there is no data set "${name}" to get`, {
      where: 'data get',
      expected: known.join(', '),
      hint: nearest(name, known, (k) => `did you mean ${k}?`) ?? 'a file of your own is given to --data as it is',
    });
  }
  const folder = files.join(files.cacheFolder(), name);
  const progress = downloadProgress(output);
  const log = (message: string): void => progress.say(message);
  const got: { name: string; bytes: number; sha256: string }[] = [];
  for (const file of set.files) {
    await fetchVerified(set, file, folder, {
      files,
      mirror: options.mirror as string | undefined,
      log,
      progress: progress.received,
    });
    progress.clear();
    got.push({ name: file.name, bytes: file.bytes, sha256: file.sha256 });
  }
  return { ...head, where: folder, files: got };
}

async function info(source: string, options: Record<string, unknown>, output: Output): Promise<DataDocument> {
  const arrays = await arraysOf(source);
  if (arrays !== null) return { schema: 'neuroforge/data@1', action: 'info', arrays };
  const progress = downloadProgress(output);
  const described = await inspectData(source, {
    files,
    mirror: options.mirror as string | undefined,
    label: options.label as string | undefined,
    header: oneOf(options.header, '--header', ['yes', 'no']),
    task: oneOf(options.task, '--task', ['classification', 'regression']),
    log: (message) => progress.say(message),
    progress: progress.received,
  });
  progress.clear();
  return {
    schema: 'neuroforge/data@1',
    action: 'info',
    ...('train' in described ? { set: described } : { file: described }),
  };
}

/** What is in a safetensors, npy or npz file; null for a name, a folder, or another kind of file. */
async function arraysOf(source: string): Promise<ArraysInfo | null> {
  if (!(await files.exists(source)) || (await files.stat(source)).kind !== 'file') return null;
  if (!/\.safetensors$/i.test(source)) return inspectArrays(files, source);
  const { tensors, metadata } = await readHeaderOfFile(files, source);
  return {
    format: 'safetensors',
    arrays: tensors.map(({ name, dtype, shape, begin, end }) => ({ name, dtype, shape, bytes: end - begin })),
    metadata: Object.fromEntries(metadata),
  };
}

/** Bytes received, on a line that redraws on a terminal; nothing off one. */
function downloadProgress(output: Output) {
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\x1b[K');
    shown = false;
  };
  return {
    clear,
    say(message: string): void {
      clear();
      output.say(message);
    },
    received(file: string, received: number, total: number | undefined): void {
      if (!output.live || output.quiet) return;
      const of = total === undefined ? '' : ` of ${people(total / 1e6, 1)}`;
      process.stderr.write(`\r\x1b[K${file}  ${people(received / 1e6, 1)}${of} MB`);
      shown = true;
    },
  };
}
