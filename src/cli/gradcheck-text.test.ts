import { afterEach, describe, expect, it, vi } from 'vitest';
import { gradcheckReport } from '../verify/report.ts';
import { caseLines, conclude } from './commands/gradcheck.ts';
import { Output } from './output.ts';

afterEach(() => vi.restoreAllMocks());

const good = { name: 'a', tensor: 'x', relativeError: 2e-11, status: 'pass' } as const;
const bad = { name: 'a', tensor: 'W', relativeError: 0.3, status: 'fail' } as const;
const broken = {
  name: 'a',
  tensor: 'contract',
  relativeError: 1,
  status: 'fail',
  message: 'backward writes into x',
} as const;

describe('gradcheck for people', () => {
  it('a case that fails says FAIL, where, by how much, and which rule', () => {
    const output = new Output({ color: false });
    expect(caseLines('a', [good], output)).toEqual(['PASS  a', '      x 2.0e-11']);
    expect(caseLines('a', [good, bad, broken], output)).toEqual([
      'FAIL  a',
      '      x 2.0e-11  W 3.0e-1',
      '      backward writes into x',
    ]);
  });

  it('exit 1 when a tensor failed, and when nothing was checked', () => {
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const output = new Output({ color: false });
    expect(conclude(gradcheckReport([good]), 1, output)).toBe(0);
    expect(conclude(gradcheckReport([good, bad]), 1, output)).toBe(1);
    expect(conclude(gradcheckReport([]), 0, output)).toBe(1);
    expect(lines.join('')).toMatch(/FAIL {2}2 tensors in 1 cases, 1 failed; worst relative error 3\.0e-1/);
  });
});
