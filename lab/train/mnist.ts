import { computed, signal } from '@preact/signals';
import { NeuroForgeError } from '../../src/core/errors.ts';
import { idxNames, idxSets } from '../../src/data/catalog.ts';
import { fetchVerified } from '../../src/data/download.ts';
import { digitsTrainRows, idxValidationRows, settings } from '../work/settings.ts';
import { type CheckedFile, checkFile, checkPairs, type IdxName, largestFile } from './idx-check.ts';
import { machineFile, machineFiles } from './mnist-machine.ts';
import { forgetFiles, keepFiles, keptFiles, type MnistFiles } from './mnist-store.ts';
import { scratchFiles } from './scratch-files.ts';

type Checked = Readonly<Partial<Record<IdxName, CheckedFile>>>;

/** Those of the four files that are here and were read to their end. */
export const checkedFiles = signal<Checked>({});
export const progress = signal<string | null>(null);
export const mnistErrors = signal<readonly unknown[]>([]);
/** Whether the browser took the four files for the next visit; null until that is known. */
export const keptHere = signal<boolean | null>(null);

/** Their bytes by usual name, `.gz` where they are packed. */
export const mnistFiles = computed<MnistFiles>(() =>
  Object.fromEntries(
    Object.values(checkedFiles.value).map(({ name, packed, bytes }) => [packed ? `${name}.gz` : name, bytes]),
  ),
);

export const mnist = idxSets.find(({ name }) => name === 'mnist')!;

/** Rows that a run with the chosen data trains on: no batch is larger. */
export const trainRows = computed(() => {
  if (settings.value.data === 'digits') return digitsTrainRows;
  return (checkedFiles.value[idxNames[0]]?.shape[0] ?? 60_000) - idxValidationRows;
});

/** What the four files are: a published set in full, or one's own. */
export function setOf(files: Checked): string | null {
  const sets = new Set(idxNames.map((name) => files[name]?.set ?? null));
  return sets.size === 1 ? [...sets][0] : null;
}

/** What is still missing, by its usual name. */
export function missing(files: MnistFiles): string[] {
  return idxNames.filter((name) => !files[name] && !files[`${name}.gz`]);
}

/** `train-images.idx3-ubyte.gz`, in any case or with a copy's number -> `train-images-idx3-ubyte.gz`; else null. */
export function usualName(fileName: string): string | null {
  const match = /(train|t10k)-(images|labels)[-.]idx([13])-ubyte(?: ?\(\d+\))?(\.gz)?$/i.exec(fileName);
  return match ? `${match[1]}-${match[2]}-idx${match[3]}-ubyte${match[4] ?? ''}`.toLowerCase() : null;
}

/** Takes files that were dropped or chosen, once each was read and verified, and says what is wrong with the others. */
export function take(files: readonly File[]): Promise<void> {
  return inTurn(async () => {
    const before = checkedFiles.value;
    const errors: unknown[] = [];
    const taken: Partial<Record<IdxName, CheckedFile>> = {};
    for (const file of files) {
      try {
        const name = namedAsUsual(file.name);
        await say(`${file.name}: reading and verifying …`);
        const checked = await checkFile(name, file.name, await bytesOf(file));
        taken[checked.name] = checked;
      } catch (error) {
        errors.push(error);
      }
    }
    try {
      checkPairs({ ...before, ...taken });
      checkedFiles.value = { ...before, ...taken };
    } catch (error) {
      errors.push(error);
    }
    mnistErrors.value = errors;
    await keep();
  });
}

/** Downloads what is missing, each file verified by its published sha256. */
export function download(): Promise<void> {
  return inTurn(async () => {
    const { files, contents } = scratchFiles();
    try {
      for (const file of mnist.files.filter(({ name }) => missing(mnistFiles.value).includes(name))) {
        await fetchVerified(mnist, file, 'mnist', {
          files,
          progress: (name, received, total) => {
            const share = total ? ` of ${megabytes(total)}` : '';
            progress.value = `${name}: ${megabytes(received)}${share}`;
          },
        });
        const bytes = contents.get(`mnist/${file.name}.gz`)!;
        const checked = await checkFile(file.name as IdxName, file.name, bytes);
        const next = { ...checkedFiles.value, [checked.name]: checked };
        checkPairs(next);
        checkedFiles.value = next;
      }
      await keep();
    } catch (error) {
      mnistErrors.value = [inPage(error)];
    }
  });
}

/** Takes the files that lie on the machine of the server, verified as all others are. They are not kept: they are there. */
export function takeFromMachine(): Promise<void> {
  return inTurn(async () => {
    const found: Partial<Record<IdxName, CheckedFile>> = {};
    for (const path of machineFiles.value) {
      const name = namedAsUsual(path);
      await say(`${name}: reading and verifying …`);
      const checked = await checkFile(name, path, await machineFile(path));
      found[checked.name] = checked;
    }
    checkPairs(found);
    checkedFiles.value = found;
  });
}

/** What was brought on an earlier visit, verified again: a store may break. */
export function recall(): Promise<void> {
  if (missing(mnistFiles.value).length === 0) return Promise.resolve();
  return inTurn(async () => {
    const kept = await keptFiles();
    if (kept === null || missing(mnistFiles.value).length === 0) return;
    await say('Reading and verifying what this browser has kept …');
    try {
      const found: Partial<Record<IdxName, CheckedFile>> = {};
      for (const [name, bytes] of Object.entries(kept)) {
        const checked = await checkFile(namedAsUsual(name), name, bytes);
        found[checked.name] = checked;
      }
      checkPairs(found);
      checkedFiles.value = found;
      keptHere.value = true;
    } catch (cause) {
      await forgetFiles();
      const why = cause instanceof NeuroForgeError ? `${cause.where}: ${cause.message}` : String(cause);
      mnistErrors.value = [
        new NeuroForgeError('NF4178', 'what this browser has kept is damaged, and was removed', {
          where: 'the files of an earlier visit',
          got: why,
          hint: 'bring the files again',
          cause,
        }),
      ];
    }
  });
}

/** Makes room for other files. */
export function putAway(): Promise<void> {
  return inTurn(async () => {
    checkedFiles.value = {};
    keptHere.value = null;
    await forgetFiles();
  });
}

/** One after the other: a drop while files are read waits for them. */
let last: Promise<void> = Promise.resolve();
function inTurn(work: () => Promise<void>): Promise<void> {
  last = last.then(async () => {
    mnistErrors.value = [];
    await work().catch((error: unknown) => {
      mnistErrors.value = [error];
    });
    progress.value = null;
  });
  return last;
}

/** Says what is done, and lets the page show it. */
async function say(text: string): Promise<void> {
  progress.value = text;
  await new Promise((resume) => setTimeout(resume));
}

function namedAsUsual(fileName: string): IdxName {
  const name = usualName(fileName)?.replace(/\.gz$/, '');
  const known = idxNames.find((usual) => usual === name);
  if (known) return known;
  throw new NeuroForgeError('NF4175', 'this is no file of MNIST', {
    where: fileName,
    expected: `${idxNames.join(', ')}, as they are or with .gz`,
    hint: 'choose the four files that MNIST is published as',
  });
}

async function bytesOf(file: File): Promise<Uint8Array> {
  if (file.size > largestFile) {
    throw new NeuroForgeError('NF4176', 'the file is too large', {
      where: file.name,
      expected: `at most ${megabytes(largestFile)}`,
      got: megabytes(file.size),
    });
  }
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new NeuroForgeError('NF4176', 'the file cannot be read', {
      where: file.name,
      got: cause instanceof Error ? cause.message : String(cause),
      hint: 'a folder, or a file that was moved since? choose the four files themselves',
      cause,
    });
  }
}

async function keep(): Promise<void> {
  if (missing(mnistFiles.value).length > 0) return;
  keptHere.value = await keepFiles(mnistFiles.value);
}

/** The same error with what can be done in a page. */
function inPage(error: unknown): unknown {
  if (!(error instanceof NeuroForgeError)) return error;
  const { code, message, where, expected, got } = error;
  return new NeuroForgeError(code, message, {
    ...(where ? { where } : {}),
    ...(expected ? { expected } : {}),
    ...(got ? { got } : {}),
    hint:
      'a mirror may not let pages read it: save the four files from a mirror above and drop them here, ' +
      'or run `neuroforge data get mnist` and choose them from its folder',
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
