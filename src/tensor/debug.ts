/** What costs time and is off by default; tests, `--debug` and `--definitions` turn it on. */
export const debug: {
  /** Fill an arena with NaN at its reset, so that a stale read cannot look right. */
  poison: boolean;
  /** Throw NF1204 when a view (`T`, `reshape`, `rowRange`) is read after its base was written. */
  versions: boolean;
  /** Run fused functions operation by operation, as they are written; the bits are the same. */
  definitions: boolean;
} = { poison: false, versions: false, definitions: false };
