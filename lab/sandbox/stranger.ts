/*
 * What a learner's worker sends has been cloned, so that nothing runs when it is read; but it can be of any form, an
 * object whose `toString` is no function too. So it is taken as what it should be, or as nothing.
 */

/** Of bounded length; empty where it is no text. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 2000) : '';
}

/** NaN where it is no number. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** Its first elements; none where it is no array. */
export function list(value: unknown, most: number): unknown[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}

/** Without any field where it is no object. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
