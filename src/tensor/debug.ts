/** Checks that cost time and are off by default; tests and `--debug` turn them on. */
export const debug: {
  /** Fill an arena with NaN at its reset, so that a stale read cannot look right. */
  poison: boolean;
  /** Throw NF1204 when a view (`T`, `reshape`, `rowRange`) is read after its base was written. */
  versions: boolean;
  /** Run fused functions operation by operation, as they are written; the bits are the same. */
  definitions: boolean;
} = { poison: false, versions: false, definitions: false };
