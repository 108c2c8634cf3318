/** One tensor of one case. */
export interface GradcheckEntry {
  readonly name: string;
  /** `x`, a parameter's path, or `contract` for a rule of the layer's contract that was broken. */
  readonly tensor: string;
  /** max|a - n| / max(1e-8, max|a|, max|n|) of the analytic gradient a and the numerical one n. */
  readonly relativeError: number;
  readonly status: 'pass' | 'fail';
  /** What was broken, for people. */
  readonly message?: string;
}

/** The document of `neuroforge gradcheck --json`. */
export interface GradcheckReport {
  readonly schema: 'neuroforge/gradcheck@1';
  readonly worst: number;
  readonly cases: readonly GradcheckEntry[];
}

export function gradcheckReport(cases: readonly GradcheckEntry[]): GradcheckReport {
  const worst = cases.reduce((most, c) => Math.max(most, c.relativeError), 0);
  return { schema: 'neuroforge/gradcheck@1', worst, cases };
}

/** True if every tensor of every case passed; false for a report without cases. */
export function passed(report: GradcheckReport): boolean {
  return report.cases.length > 0 && report.cases.every((c) => c.status === 'pass');
}
