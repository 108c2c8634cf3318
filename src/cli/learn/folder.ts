import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NeuroForgeError } from '../../core/errors.ts';
import { cannotRead, cannotWrite, isMissing } from '../../platform/causes.ts';
import { type Exercise, type ExerciseId, exercises, methods } from '../../verify/exercises.ts';
import { host, usualPort } from '../lab-server.ts';

/** Bytes: more than anybody writes by hand. */
const mostBytes = 100_000;

/** What a learner wrote for one exercise. */
export interface Solution {
  readonly id: ExerciseId;
  /** The path, as it is shown. */
  readonly file: string;
  readonly code: string;
}

/** `2-linear-dW.js` */
export function fileOf({ id }: Exercise): string {
  return `${numberOf(id)}-${id}.js`;
}

export function numberOf(id: ExerciseId): number {
  return exercises.findIndex((e) => e.id === id) + 1;
}

/** Makes the folder and the files that it lacks, and answers their names. What is there is left as it is. */
export async function prepareFolder(folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(folder, error, process.platform, 'made');
  }
  const made: string[] = [];
  for (const exercise of exercises) {
    const name = fileOf(exercise);
    try {
      await writeFile(join(folder, name), prefilled(exercise), { flag: 'wx' });
      made.push(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw cannotWrite(join(folder, name), error, process.platform);
    }
  }
  return made;
}

/** A new file's text: where to read on, what a tensor can do, and the empty function. */
export function prefilled({ id, title, starter, chapter }: Exercise): string {
  const n = numberOf(id);
  return `// ${n} of ${exercises.length}: ${title}.
// Derivation, while neuroforge lab runs: http://${host}:${usualPort}/${placeInLab(chapter)}
${methods.map((line) => `// ${line.replaceAll('`', '')}\n`).join('')}// Check: neuroforge learn ${n}   A hint: neuroforge learn ${n} --hint 1

${starter}`;
}

/** `course/02-mlp.md#through-the-relu` is `#course/02-mlp/through-the-relu` in the lab. */
function placeInLab(chapter: string): string {
  return `#${chapter.replace('.md#', '/')}`;
}

/** Reads what a learner wrote; null if the file is not there (at this moment: editors replace files). */
export async function readSolution(folder: string, exercise: Exercise): Promise<Solution | null> {
  const file = join(folder, fileOf(exercise));
  try {
    const { size } = await stat(file);
    if (size > mostBytes) {
      throw new NeuroForgeError('NF4155', 'this is no solution of an exercise', {
        where: file,
        expected: `at most ${mostBytes} bytes`,
        got: `${size}`,
      });
    }
    return { id: exercise.id, file, code: await readFile(file, 'utf8') };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error instanceof NeuroForgeError ? error : cannotRead(file, error);
  }
}
