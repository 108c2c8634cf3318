import { exerciseOf } from '../../verify/exercises.ts';
import { markdownToLines } from '../markdown-text.ts';
import type { Output } from '../output.ts';
import { numberOf, type Solution } from './folder.ts';

/** The first `step` hints of an exercise; with the fourth, the learner's code, an answer and the library's lines. */
export function hintLines({ id, code, file }: Solution, step: number, output: Output): string[] {
  const { title, hints, answer, source } = exerciseOf(id);
  const { paint } = output;
  const lines = ['', paint.bold(`Hints for ${numberOf(id)}  ${title}`)];
  hints.slice(0, step).forEach((hint, i) => {
    lines.push('', ...markdownToLines(`${i + 1}. ${hint.replace(/\n/g, ' ')}`, output));
  });
  if (step < hints.length) return [...lines, '', paint.dim(`the next one: --hint ${step + 1}`)];
  const block = (head: string, text: string): void => {
    lines.push(
      '',
      paint.dim(head),
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => paint.cyan(`    ${line}`)),
    );
  };
  block(`yours, ${file}`, code.replace(/^\/\/.*\n/gm, '').trim());
  block('an answer', answer);
  block(`the library, ${source.file}`, source.lines);
  return lines;
}
