import { safeText } from '../../charts/text.ts';
import { exerciseOf, untouched } from '../../verify/exercises.ts';
import type { Check, Grade, GradedTensor } from '../../verify/grade.ts';
import type { Output } from '../output.ts';
import { numberOf, type Solution } from './folder.ts';

/** An exercise as it stands. */
export interface Standing {
  readonly solution: Solution;
  readonly grade: Grade;
}

type Style = Pick<Output, 'paint' | 'unicode'>;

/** The verdict on one exercise: the three checks, the worst element, fingerprints, and where the error lies. */
export function verdictLines({ solution, grade }: Standing, { paint, unicode }: Style): string[] {
  const { functionName, parameters, title } = exerciseOf(grade.exercise);
  const call = `${functionName}(${parameters.map((p) => p.name).join(', ')})`;
  const correct = grade.verdict === 'correct';
  const mark = markOf(statusOf({ solution, grade }), { paint, unicode });
  const head = `${mark} ${paint.bold(`${numberOf(grade.exercise)}  ${title}`)}  ${call}  `;
  if (statusOf({ solution, grade }) === 'skip') return [`${head}${paint.dim(`not begun: ${solution.file}`)}`];
  const lines = [head + paint.dim(solution.file)];
  const say = (line: string): void => {
    lines.push(`     ${line}`);
  };
  if (grade.error) {
    const { name, message, line } = grade.error;
    say(paint.red(`${safeText(name, 80)}: ${safeText(message, 1000)}`));
    if (line !== null) say(`${safeText(solution.file, 500)}:${line}`);
  } else {
    for (const [name, check] of Object.entries({ shape: grade.shape, exact: grade.exact, rounding: grade.rounding })) {
      const remark = correct && check.status === 'fail'; // it takes nothing from the answer
      const mark = remark ? paint.dim(unicode ? '≈' : '~ ') : markOf(check.status, { paint, unicode });
      say(`${mark} ${name.padEnd(9)} ${safeText(check.text, 1000)}`);
    }
  }
  if (correct) return lines;
  for (const { text } of grade.fingerprints.slice(0, 3))
    say(paint.yellow(`${unicode ? '→' : '->'} ${safeText(text, 500)}`));
  if (grade.worst) {
    const { tensor, index, got, expected } = grade.worst;
    say(`farthest off  ${tensor}${index.map((i) => `[${i}]`).join('')}  yours ${got}  expected ${expected}`);
    const shown = grade.tensors.find((t) => t.name === tensor)!;
    for (const row of errorMap(shown, { paint, unicode })) say(row);
  }
  return lines;
}

/** What has not been begun has not failed. */
function statusOf({ solution, grade }: Standing): Check['status'] {
  if (grade.verdict === 'correct') return 'pass';
  return untouched(solution.id, solution.code) ? 'skip' : 'fail';
}

function markOf(status: Check['status'], { paint, unicode }: Style): string {
  if (status === 'pass') return paint.green(unicode ? '✓' : 'ok');
  return status === 'fail' ? paint.red(unicode ? '✗' : 'x ') : paint.dim(unicode ? '·' : '. ');
}

/** Where a matrix is too high or too low, a sign for each element; nothing where all or no element is wrong. */
export function errorMap({ name, shape, error, expected }: GradedTensor, { paint, unicode }: Style): string[] {
  if (error === null || shape.length !== 2 || shape[0] > 16 || shape[1] > 32) return [];
  const size = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-8);
  const off = Array.from(error, (e) => !(Math.abs(e) <= 1e-7 * size));
  if (off.every((o) => o) || !off.some((o) => o)) return [];
  const [high, low, right] = unicode ? ['▲', '▼', '·'] : ['+', '-', '.'];
  const sign = (i: number): string => {
    if (!off[i]) return paint.dim(right);
    return error[i] < 0 ? paint.blue(low) : paint.red(high);
  };
  const [rows, cols] = shape;
  const map = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: cols }, (_, c) => sign(r * cols + c)).join(' '),
  );
  return [`where ${name} is too high ${high} or too low ${low}:`, ...map.map((row) => `  ${row}`)];
}

/** `✓ 1  ✗ 2  · 3 …   1 of 6 correct` */
export function progressLine(standings: readonly Standing[], style: Style): string {
  const marks = standings.map(
    (standing) => `${markOf(statusOf(standing), style)} ${numberOf(standing.grade.exercise)}`,
  );
  const correct = standings.filter(({ grade }) => grade.verdict === 'correct').length;
  return `${marks.join('  ')}   ${correct} of ${standings.length} correct`;
}
