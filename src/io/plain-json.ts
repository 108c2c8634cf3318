import { NeuroForgeError } from '../core/errors.ts';
import { JsonReader } from './json-reader.ts';

/** JSON of plain data. Throws NF2237 for what would not come back as it is: functions, NaN, typed arrays, dates. */
export function stringifyPlain(value: unknown, what: string): string {
  checkPlain(value, what, 0);
  return JSON.stringify(value);
}

function checkPlain(value: unknown, what: string, depth: number): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return;
  if (depth < 100 && Array.isArray(value)) {
    value.forEach((item, i) => {
      checkPlain(item, `${what}[${i}]`, depth + 1);
    });
    return;
  }
  if (depth < 100 && typeof value === 'object' && isPlain(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) checkPlain(item, `${what}.${key}`, depth + 1);
    }
    return;
  }
  throw new NeuroForgeError('NF2237', `${what} cannot be saved`, {
    where: 'saving a model',
    expected: 'plain JSON: finite numbers, text, booleans, arrays, objects',
    got: typeof value === 'object' ? Object.prototype.toString.call(value) : String(value),
  });
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !Object.hasOwn(value, '__proto__');
}

/**
 * The value of JSON that comes from a file: at most 127 levels deep, without duplicate keys, and without `__proto__`,
 * which would reach into every object where it is copied carelessly. Throws NF2223, NF2227, NF2234.
 */
export function parsePlain(text: string, where: string): unknown {
  const reader = new JsonReader(new TextEncoder().encode(text), where);
  reader.skip();
  reader.end();
  return JSON.parse(text, (key, value) => {
    if (key !== '__proto__') return value;
    throw new NeuroForgeError('NF2234', 'the key "__proto__" is refused', { where });
  });
}
