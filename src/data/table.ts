import { NeuroForgeError } from '../core/errors.ts';
import { eachCsvRow } from './csv.ts';
import { type Dataset, featuresOf, firstRows, hashKey } from './dataset.ts';
import { chooseLabel, classLabels, numericLabels, type Task } from './labels.ts';

export interface TableOptions {
  readonly name: string;
  /** The file's name, for messages. */
  readonly where: string;
  /** sha256 of the unpacked file. */
  readonly sha256: string;
  /**
   * The label column: a name of the header, a position from 0 (-1 is the last), or `null` for a file without labels.
   * Default: the one column named label, class, target or y (in any case), else the last.
   */
  readonly label?: string | number | null;
  /** Whether the first row names the columns. Default `auto`: it has text in a column that holds numbers below. */
  readonly header?: 'yes' | 'no' | 'auto';
  readonly task?: Task;
  /** Reads the file as a further part of this data set: same features, same classes. */
  readonly like?: Dataset;
}

/** Decimal notation, nothing else: no hexadecimal, no Infinity, no blanks. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const headRows = 20;

/**
 * A CSV file as a Dataset. Whole numbers of 0 to 255 in a square number of columns (64 and more) are taken for pixels
 * and kept as bytes; everything else is f64.
 *
 * Throws what reading CSV throws, NF2105 (a feature that is blank or not a finite decimal), NF2106 (a label that cannot
 * be used), NF2107 (no such label column), NF2108 (features or classes differ from those of `like`).
 */
export function tableDataset(bytes: Uint8Array, options: TableOptions): Dataset {
  const { where, like } = options;
  const reader = new TableReader(options);
  eachCsvRow(bytes, where, (cells, line) => reader.row(cells, line));
  const { x, labels, lines, featureNames, features } = reader.finish();
  const count = lines.length;
  if (count === 0) throw new NeuroForgeError('NF2101', 'the file has a header and no rows', { where });
  if (like !== undefined) requireSameFeatures(like, features, featureNames, where);
  const at = (row: number) => `${where}:${lines[row]}`;
  const task = options.task ?? 'classification';
  const target =
    labels === null
      ? { y: new Int32Array(count).fill(-1), classNames: like?.classNames }
      : task === 'regression'
        ? { y: numericLabels(labels, at), classNames: undefined }
        : classLabels(labels, at, like?.classNames);
  const pixels =
    like === undefined ? pixelRange(x, features) : like.x instanceof Uint8Array ? like.maxValue : undefined;
  if (pixels !== undefined && !(x instanceof Uint8Array)) {
    throw new NeuroForgeError('NF2108', 'the training file holds pixels of 0 to 255, this one does not', { where });
  }
  const side = Math.sqrt(features);
  return {
    name: options.name,
    x: pixels === undefined ? Float64Array.from(x) : x,
    count,
    exampleShape: like?.exampleShape ?? (pixels === undefined ? [features] : [side, side]),
    y: target.y,
    ...(target.classNames === undefined ? {} : { classNames: target.classNames }),
    ...(featureNames === undefined ? {} : { featureNames }),
    ...(pixels === undefined ? {} : { maxValue: pixels }),
    rowIds: firstRows(count),
    hashes: { [hashKey(where)]: options.sha256 },
  };
}

/** Holds the first rows back until header and label column are known, then turns each row into numbers at once. */
class TableReader {
  readonly #options: TableOptions;
  #held: { cells: string[]; line: number }[] | null = [];
  #names: string[] | undefined;
  #label: number | null = null;
  #features = 0;
  /** Bytes until a value comes that is none. */
  #x: Uint8Array | Float64Array = new Uint8Array(4096);
  #filled = 0;
  readonly #labels: string[] = [];
  readonly #lines: number[] = [];

  constructor(options: TableOptions) {
    this.#options = options;
  }

  row(cells: string[], line: number): void {
    if (this.#held === null) this.#take(cells, line);
    else if (this.#held.push({ cells, line }) > headRows) this.#begin();
  }

  finish() {
    this.#begin();
    const names = this.#names?.filter((_, j) => j !== this.#label);
    return {
      x: this.#x.slice(0, this.#filled),
      labels: this.#label === null ? null : this.#labels,
      lines: this.#lines,
      featureNames: names,
      features: this.#features,
    };
  }

  #begin(): void {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    const { where, header = 'auto', label } = this.#options;
    const rows = held.map((h) => h.cells);
    const width = rows[0].length;
    if (header === 'yes' || (header === 'auto' && looksLikeHeader(rows))) {
      const first = held.shift()?.cells ?? [];
      this.#names = first.map((cell, j) => cell.trim() || `column ${j}`);
    }
    this.#label = label === null ? null : chooseLabel(label, this.#names, width, where);
    this.#features = width - (this.#label === null ? 0 : 1);
    if (this.#features === 0) {
      throw new NeuroForgeError('NF2107', 'the label is the only column: there are no features', { where });
    }
    for (const { cells, line } of held) this.#take(cells, line);
  }

  #take(cells: string[], line: number): void {
    const needed = this.#filled + this.#features;
    if (needed > this.#x.length) {
      const length = Math.max(2 * this.#x.length, needed);
      const larger = this.#x instanceof Uint8Array ? new Uint8Array(length) : new Float64Array(length);
      larger.set(this.#x);
      this.#x = larger;
    }
    for (let j = 0; j < cells.length; j++) {
      if (j === this.#label) this.#labels.push(cells[j].trim());
      else this.#store(this.#feature(cells[j], j, line));
    }
    this.#lines.push(line);
  }

  #store(value: number): void {
    if (this.#x instanceof Uint8Array && (value & 255) !== value) this.#x = Float64Array.from(this.#x);
    this.#x[this.#filled++] = value;
  }

  #feature(cell: string, column: number, line: number): number {
    const small = smallWhole(cell);
    if (small >= 0) return small;
    const text = cell.trim();
    const value = decimal.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value)) return value;
    const name = this.#names === undefined ? `column ${column}` : `column ${column} ("${this.#names[column]}")`;
    const { where } = this.#options;
    if (text === '') {
      throw new NeuroForgeError('NF2105', `${name} is blank`, {
        where: `${where}:${line}`,
        expected: 'a finite decimal',
        got: 'nothing',
        hint: 'a blank is not a zero: fill it in or leave the row out',
      });
    }
    throw new NeuroForgeError('NF2105', `${name} is not a finite decimal`, {
      where: `${where}:${line}`,
      expected: 'a finite decimal',
      got: JSON.stringify(text.slice(0, 40)),
      hint:
        line <= 2 && this.#names === undefined
          ? 'is this the header? --header yes'
          : 'encode categories as numbers; is another column the label? --label NAME',
    });
  }
}

/**
 * Some column reads as text in the first row and as a number in a row below it; a single row is a header when all of it
 * is text. Words for "missing" are not text.
 */
function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const isText = (cell: string) =>
    !decimal.test(cell.trim()) && !/^(|[+-]?(nan|inf|infinity)|n\/?a|null|none|-|\?)$/i.test(cell.trim());
  const isNumber = (cell: string) => decimal.test(cell.trim());
  if (rows.length === 1) return rows[0].every(isText);
  return rows[0].some((cell, j) => isText(cell) && rows.slice(1).some((row) => isNumber(row[j])));
}

/** One to four digits, the cells of pixel tables, without the regular expression; -1 for anything else. */
function smallWhole(cell: string): number {
  if (cell.length === 0 || cell.length > 4) return -1;
  let value = 0;
  for (let i = 0; i < cell.length; i++) {
    const digit = cell.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** 1, 16 or 255 where the table can only be pixels, else undefined. */
function pixelRange(x: Uint8Array | Float64Array, features: number): number | undefined {
  const side = Math.floor(Math.sqrt(features) + 0.5);
  if (features < 64 || side * side !== features || !(x instanceof Uint8Array)) return undefined;
  let max = 0;
  for (const v of x) if (v > max) max = v;
  return max <= 1 ? 1 : max <= 16 ? 16 : 255;
}

function requireSameFeatures(
  like: Dataset,
  features: number,
  names: readonly string[] | undefined,
  where: string,
): void {
  const wanted = featuresOf(like);
  if (features !== wanted) {
    throw new NeuroForgeError('NF2108', 'this file has other features than the training file', {
      where,
      expected: `${wanted} features`,
      got: String(features),
    });
  }
  const other = names?.findIndex((name, j) => like.featureNames !== undefined && like.featureNames[j] !== name) ?? -1;
  if (other < 0) return;
  throw new NeuroForgeError('NF2108', `feature ${other} has another name than in the training file`, {
    where,
    expected: JSON.stringify(like.featureNames?.[other]),
    got: JSON.stringify(names?.[other]),
    hint: 'the columns must stand in the same order',
  });
}
