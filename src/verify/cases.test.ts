import { describe, expect, it } from 'vitest';
import { gradcheckCases, runGradcheckCase, runGradcheckCases } from './cases.ts';

describe('gradient checks', () => {
  for (const c of gradcheckCases) {
    it(c.name, () => {
      const { cases } = runGradcheckCase(c);
      expect(cases.length).toBeGreaterThan(0);
      expect(cases.filter((e) => e.status !== 'pass' || !(e.relativeError <= 1e-7))).toEqual([]);
    });
  }

  it('no two cases share a name', () => {
    expect(new Set(gradcheckCases.map((c) => c.name)).size).toBe(gradcheckCases.length);
  });

  it('the worst of all is the report’s worst', () => {
    const report = runGradcheckCases();
    expect(report.worst).toBe(Math.max(...report.cases.map((c) => c.relativeError)));
    expect(report.worst).toBeLessThanOrEqual(1e-7);
  });
});
