export { toJson } from '../core/unseen.ts';

const names = ['NaN', 'Infinity', '-Infinity'];

/** The value that `toJson` wrote: the names of numbers that are not finite are numbers again. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, v) => (names.includes(v) ? Number(v) : v));
}
