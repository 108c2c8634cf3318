import { NeuroForgeError } from '../../core/errors.ts';
import { type Exercise, exerciseOf, exercises } from '../../verify/exercises.ts';
import { type Duel, duel } from '../learn/duel.ts';
import { fileOf, numberOf, prepareFolder, readSolution, type Solution } from '../learn/folder.ts';
import { hintLines } from '../learn/hint-text.ts';
import { serveInside } from '../learn/inside.ts';
import { Outside } from '../learn/outside.ts';
import { progressLine, type Standing, verdictLines } from '../learn/verdict-text.ts';
import { watchFolder } from '../learn/watch.ts';
import { nearest } from '../nearest.ts';
import { exitCodes, type Output } from '../output.ts';
import { shellWord } from '../shell-word.ts';

interface LearnOptions {
  readonly dir: string;
  readonly watch?: boolean;
  readonly hint?: string;
  readonly train?: boolean;
  /** This is the process of the learner's code. */
  readonly inside?: boolean;
}

/** Of `--dir`. */
const usualFolder = 'learn';

/** `neuroforge learn [exercise]`: the six exercises in the user's own editor, graded, watched and trained with. */
export async function learnCommand([which]: string[], options: unknown, output: Output): Promise<number> {
  const { dir, watch, hint, train, inside } = options as LearnOptions;
  if (inside) return serveInside();
  if (train && (which !== undefined || watch || hint !== undefined)) {
    throw new NeuroForgeError('NF4100', 'learn --train trains with all six functions, once', {
      expected: 'neither an exercise nor --watch nor --hint beside it',
    });
  }
  const asked = which === undefined ? exercises : [named(which)];
  const step = stepOf(hint);
  const made = await prepareFolder(dir);
  if (made.length > 0)
    output.note(`made ${made.length === 6 ? `${dir} with six files, one an exercise` : made.join(', ')}`);

  const outside = new Outside();
  try {
    const standings: Standing[] = [];
    for (const exercise of asked) standings.push(await standing(dir, exercise, outside));
    for (const s of standings) for (const line of verdictLines(s, output)) output.print(line);
    const pending = standings.find((s) => s.grade.verdict !== 'correct');
    const hinted = step > 0 ? (pending ?? standings[0]) : null;
    if (hinted) for (const line of hintLines(hinted.solution, step, output)) output.print(line);
    const training = train ? await duel(solutionsOf(standings), outside, output) : null;
    if (!hinted) conclude(dir, standings, output, train === true);
    output.document(documentOf(dir, made, standings, hinted && { id: hinted.solution.id, step }, training));
    const watching = watch ?? (process.stdout.isTTY === true && step === 0 && !train);
    if (watching && !output.json && pending) await watched(dir, standings, outside, output);
    const negative = standings.some((s) => s.grade.verdict !== 'correct') || training?.error;
    return negative ? exitCodes.negative : exitCodes.fine;
  } finally {
    outside.close();
  }
}

/** An exercise by its number, its id or the name of its function. */
function named(which: string): Exercise {
  const found = exercises.find((e) => [String(numberOf(e.id)), e.id, e.functionName, fileOf(e)].includes(which));
  if (found) return found;
  const known = exercises.flatMap((e) => [e.id, e.functionName]);
  throw new NeuroForgeError('NF4154', `there is no exercise "${which}"`, {
    where: 'learn',
    expected: `1 to ${exercises.length}, or ${exercises.map((e) => e.id).join(', ')}`,
    hint: nearest(which, known, (k) => `did you mean ${k}?`),
  });
}

function stepOf(hint: string | undefined): number {
  if (hint === undefined) return 0;
  if (/^[1-4]$/.test(hint)) return Number(hint);
  throw new NeuroForgeError('NF4100', 'there are four hints', { where: '--hint', expected: '1 to 4', got: hint });
}

async function standing(dir: string, exercise: Exercise, outside: Outside): Promise<Standing> {
  const solution = await readSolution(dir, exercise);
  if (solution === null) throw new NeuroForgeError('NF2901', 'no such file', { where: fileOf(exercise) });
  return { solution, grade: await outside.grade(solution) };
}

function solutionsOf(standings: readonly Standing[]): Solution[] {
  return standings.map((s) => s.solution);
}

/** Progress, and what to do next. */
function conclude(dir: string, standings: readonly Standing[], output: Output, trained: boolean): void {
  const { paint } = output;
  output.print();
  if (standings.length > 1) output.print(progressLine(standings, output));
  const there = dir === usualFolder ? '' : ` --dir ${shellWord(dir)}`;
  const pending = standings.find((s) => s.grade.verdict !== 'correct');
  if (pending) {
    const { file, id } = pending.solution;
    output.print(`next: ${file}   ${paint.dim(`a hint: neuroforge learn ${numberOf(id)} --hint 1${there}`)}`);
  } else if (standings.length === exercises.length && !trained) {
    output.print(`now train the digits with them: neuroforge learn --train${there}`);
  }
}

/**
 * Grades each solution anew when its text changes, until all are correct. A text that changed while it was graded is not
 * judged: the next look has the new one. A file that is gone counts as not begun.
 */
async function watched(dir: string, standings: Standing[], outside: Outside, output: Output): Promise<void> {
  const look = async (): Promise<boolean> => {
    let changed = false;
    for (const [i, { solution }] of standings.entries()) {
      const exercise = exerciseOf(solution.id);
      const read = await readSolution(dir, exercise);
      const now = read ?? { ...solution, code: exercise.starter };
      if (now.code === solution.code) continue;
      const grade = await outside.grade(now);
      if ((await readSolution(dir, exercise))?.code !== read?.code) continue;
      standings[i] = { solution: now, grade };
      changed = true;
      output.print();
      if (read === null) output.print(`${solution.file} is gone: save it again, or learn makes an empty one`);
      for (const line of verdictLines(standings[i], output)) output.print(line);
    }
    if (changed) conclude(dir, standings, output, false);
    return standings.every((s) => s.grade.verdict === 'correct');
  };
  await watchFolder(dir, look, () => output.note(`watching ${dir}: save a file, and it is graded (Ctrl-C ends)`));
}

function documentOf(
  folder: string,
  made: readonly string[],
  standings: readonly Standing[],
  hint: { id: Exercise['id']; step: number } | null,
  training: Duel | null,
): unknown {
  return {
    schema: 'neuroforge/learn@1',
    folder,
    made,
    exercises: standings.map(({ solution, grade }) => {
      const { title, functionName } = exerciseOf(solution.id);
      const { tensors: _, ...rest } = grade;
      return { number: numberOf(solution.id), title, function: functionName, file: solution.file, ...rest };
    }),
    correct: standings.filter((s) => s.grade.verdict === 'correct').length,
    hints: hint ? exerciseOf(hint.id).hints.slice(0, hint.step) : [],
    training,
  };
}
