const names = ['NaN', 'Infinity', '-Infinity'];

/** JSON has no NaN or Infinity: they are the strings of their names. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v), indent);
}

/** The value that {@link toJson} wrote: those strings are numbers again. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, v) => (names.includes(v) ? Number(v) : v));
}
