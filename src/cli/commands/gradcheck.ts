import { NeuroForgeError } from '../../core/errors.ts';
import { gradcheckCases, runGradcheckCase } from '../../verify/cases.ts';
import { type GradcheckEntry, type GradcheckReport, gradcheckReport, passed } from '../../verify/report.ts';
import { nearest } from '../nearest.ts';
import { exitCodes, type Output } from '../output.ts';

/** `neuroforge gradcheck [layer]`: every case, or those about one file, in float64. */
export async function gradcheckCommand(
  [of]: string[],
  _options: Record<string, unknown>,
  output: Output,
): Promise<number> {
  const known = [...new Set(gradcheckCases.map((c) => c.of))];
  if (of !== undefined && !known.includes(of)) {
    throw new NeuroForgeError('NF4120', `there is no gradient check of "${of}"`, {
      where: 'gradcheck',
      expected: known.join(', '),
      hint: nearest(of, known, (k) => `did you mean ${k}?`),
    });
  }
  const chosen = gradcheckCases.filter((c) => of === undefined || c.of === of);
  const entries: GradcheckEntry[] = [];
  for (const c of chosen) {
    const { cases } = runGradcheckCase(c);
    for (const line of caseLines(c.name, cases, output)) output.print(line);
    entries.push(...cases);
  }
  return conclude(gradcheckReport(entries), chosen.length, output);
}

/** PASS or FAIL, the case, and the worst relative error of each tensor; broken rules of the contract below it. */
export function caseLines(name: string, entries: readonly GradcheckEntry[], { paint }: Output): string[] {
  const failed = entries.some((e) => e.status === 'fail');
  const verdict = failed ? paint.red('FAIL') : paint.green('PASS');
  const figures = entries
    .filter((e) => e.tensor !== 'contract')
    .map((e) => {
      const text = `${e.tensor} ${e.relativeError.toExponential(1)}`;
      return e.status === 'fail' ? paint.red(text) : paint.dim(text);
    });
  const broken = entries.filter((e) => e.message !== undefined).map((e) => `      ${paint.red(e.message!)}`);
  return [`${verdict}  ${name}`, `      ${figures.join('  ')}`, ...broken];
}

/** The document or the last line, and the exit code: 1 when a tensor failed. */
export function conclude(report: GradcheckReport, cases: number, output: Output): number {
  const ok = passed(report);
  const failed = report.cases.filter((c) => c.status === 'fail').length;
  output.document(report);
  output.print();
  output.print(
    `${ok ? output.paint.green('PASS') : output.paint.red('FAIL')}  ${report.cases.length} tensors in ${cases} cases` +
      `${ok ? '' : `, ${failed} failed`}; worst relative error ${report.worst.toExponential(1)} (at most 1e-7)`,
  );
  return ok ? exitCodes.fine : exitCodes.negative;
}
