import { NeuroForgeError } from '../core/errors.ts';
import { checkName } from './names.ts';

export type Task = 'classification' | 'regression';

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const usualNames = ['label', 'class', 'target', 'y'];
const mostClasses = 1000;

/** The position of the label column: what was asked for, else the one with a usual name, else the last. NF2107. */
export function chooseLabel(
  label: string | number | undefined,
  names: readonly string[] | undefined,
  width: number,
  where: string,
): number {
  if (label === undefined) {
    const usual = (names ?? []).flatMap((name, j) => (usualNames.includes(name.toLowerCase()) ? [j] : []));
    return usual.length === 1 ? usual[0] : width - 1;
  }
  const named = (names ?? []).flatMap((name, j) => (name === label ? [j] : []));
  if (named.length === 1) return named[0];
  const position = typeof label === 'number' ? label : /^-?\d+$/.test(label) ? Number(label) : Number.NaN;
  if (named.length === 0 && Number.isInteger(position) && position >= -width && position < width) {
    return position < 0 ? position + width : position;
  }
  throw new NeuroForgeError(
    'NF2107',
    named.length > 1 ? `${named.length} columns are named "${label}"` : 'there is no such label column',
    {
      where,
      expected: `${names === undefined ? '' : `one of ${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}, or `}a position from 0 to ${width - 1}`,
      got: JSON.stringify(label),
      hint: names === undefined ? 'the file was read without a header: --header yes if it has one' : undefined,
    },
  );
}

/** Values to predict: finite decimals. `at(row)` names the place of a row. NF2106. */
export function numericLabels(labels: readonly string[], at: (row: number) => string): Float64Array {
  return Float64Array.from(labels, (text, row) => {
    const value = decimal.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value)) return value;
    throw new NeuroForgeError(
      'NF2106',
      text === '' ? 'the label is blank' : 'the value to predict is not a finite decimal',
      {
        where: at(row),
        got: JSON.stringify(text.slice(0, 40)),
        hint: 'for named classes: --task classification',
      },
    );
  });
}

/**
 * Class indices and names. Labels that are all whole numbers are sorted as numbers, others by code unit. With
 * `known`, every label must be one of those. NF2106: blank, fractional, unknown, or too many to be classes.
 */
export function classLabels(
  labels: readonly string[],
  at: (row: number) => string,
  known?: readonly string[],
): { y: Int32Array; classNames: readonly string[] } {
  const first = new Map<string, number>();
  let numbers = 0;
  const canonical = labels.map((text, row) => {
    if (text === '') throw new NeuroForgeError('NF2106', 'the label is blank', { where: at(row) });
    const value = decimal.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value)) numbers++;
    const name = Number.isInteger(value) ? String(value + 0) : text;
    if (!first.has(name)) first.set(name, row);
    return name;
  });
  const allNumbers = numbers === labels.length;
  if (known === undefined) refuseUnlikely(first, labels, allNumbers, at);
  const classNames = known ?? [...first.keys()].sort(allNumbers ? (a, b) => Number(a) - Number(b) : undefined);
  const index = new Map(classNames.map((name, k) => [name, k]));
  const y = Int32Array.from(canonical, (name, row) => {
    const k = index.get(name);
    if (k !== undefined) return k;
    throw new NeuroForgeError('NF2106', 'this label is not among the classes', {
      where: at(row),
      expected: classNames.slice(0, 12).join(', ') + (classNames.length > 12 ? ' …' : ''),
      got: JSON.stringify(labels[row].slice(0, 40)),
    });
  });
  return { y, classNames };
}

function refuseUnlikely(
  first: ReadonlyMap<string, number>,
  labels: readonly string[],
  allNumbers: boolean,
  at: (row: number) => string,
): void {
  for (const [name, row] of first) {
    if (allNumbers && !Number.isInteger(Number(name))) {
      throw new NeuroForgeError('NF2106', 'a class label cannot be fractional', {
        where: at(row),
        got: labels[row],
        hint: 'to predict a value: --task regression; or is another column the label? --label NAME',
      });
    }
    checkName(name, 'class', at(row));
  }
  const tooMany = first.size > mostClasses || (first.size > 50 && first.size > labels.length / 2);
  if (!tooMany) return;
  throw new NeuroForgeError(
    'NF2106',
    `${first.size.toLocaleString('en-US')} different labels are too many for classes`,
    {
      where: at(0),
      expected: `at most ${mostClasses.toLocaleString('en-US')}, each with rows of its own`,
      hint: 'to predict a value: --task regression; or is another column the label? --label NAME',
    },
  );
}
