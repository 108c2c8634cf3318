import { barLine } from '../charts/terminal/index.ts';
import { textWidth } from '../charts/terminal/style.ts';
import { safeText } from '../charts/text.ts';
import type { ArraysInfo } from '../data/array-info.ts';
import type { DataInfo, IdxFileInfo, PartInfo } from '../data/info.ts';
import type { ListedData } from '../data/list.ts';
import { type Output, people } from './output.ts';

const schema = 'neuroforge/data@1';

/** The document `neuroforge/data@1` of `data list|get|info --json`. */
export type DataDocument =
  | { readonly schema: typeof schema; readonly action: 'list'; readonly sets: readonly ListedData[] }
  | GetDocument
  | { readonly schema: typeof schema; readonly action: 'info'; readonly set: DataInfo }
  | { readonly schema: typeof schema; readonly action: 'info'; readonly file: IdxFileInfo }
  | { readonly schema: typeof schema; readonly action: 'info'; readonly arrays: ArraysInfo };

interface GetDocument {
  readonly schema: typeof schema;
  readonly action: 'get';
  readonly name: string;
  /** `embedded`, or the folder. */
  readonly where: string;
  readonly files: readonly { readonly name: string; readonly bytes?: number; readonly sha256: string }[];
}

export function showList({ sets }: { readonly sets: readonly ListedData[] }, { paint }: Output): string[] {
  const width = Math.max(...sets.map((s) => s.name.length));
  const lines: string[] = [];
  for (const { name, title, credit, where } of sets) {
    const place =
      where === 'embedded'
        ? 'in the package'
        : where !== null
          ? safeText(where)
          : paint.yellow(`not here yet: neuroforge data get ${name}`);
    lines.push(`${paint.bold(name.padEnd(width))}  ${title}; ${place}`, `${' '.repeat(width)}  ${paint.dim(credit)}`);
  }
  return lines;
}

/** What was fetched, or what is in a set or file. */
export function showInfo(document: Exclude<DataDocument, { action: 'list' }>, output: Output): string[] {
  if (document.action === 'get') {
    const { name, where, files } = document;
    const place =
      where === 'embedded' ? 'is in the package: nothing to fetch' : `is in ${safeText(where)}, as it was published`;
    return [`${name} ${place}`, ...files.map((f) => `  ${f.name}  sha256 ${f.sha256}`)];
  }
  if ('arrays' in document) return arrayLines(document.arrays);
  return 'set' in document ? setLines(document.set, output) : fileLines(document.file, output);
}

function setLines(set: DataInfo, output: Output): string[] {
  const { paint } = output;
  const shape = set.exampleShape.join(' x ');
  const kind = set.exampleShape.length > 1 ? `images of ${shape}` : shape === '1' ? '1 feature' : `${shape} features`;
  const lines = [`${paint.bold(safeText(set.name))}  ${kind}; ${safeText(set.source)}`];
  if (set.featureNames !== undefined) {
    const names = set.featureNames.slice(0, 8).map((n) => safeText(n, 40));
    lines.push(`features   ${names.join(', ')}${set.featureNames.length > 8 ? ` … (${set.featureNames.length})` : ''}`);
  }
  lines.push('', ...partLines('training', set.train), ...partLines('test', set.test));
  if (!set.ownTest)
    lines.push(paint.dim('the test rows are the fifth that is fixed for ever; validation is drawn from training'));
  if (set.duplicatesAcross > 0) {
    lines.push(paint.yellow(`test rows that equal a training row: ${people(set.duplicatesAcross)}`));
  }
  if (set.train.classes.length > 0) lines.push('', ...classLines(set, output));
  lines.push('', ...Object.entries(set.hashes).map(([name, hash]) => `sha256 ${hash}  ${safeText(name)}`));
  return lines;
}

function partLines(name: string, part: PartInfo): string[] {
  const target = part.target ? `; to predict ${figure(part.target.min)} to ${figure(part.target.max)}` : '';
  const twice = part.duplicates > 0 ? `; ${people(part.duplicates)} equal to an earlier row` : '';
  return [
    `${name.padEnd(10)} ${people(part.count)} rows; values ${figure(part.min)} to ${figure(part.max)}, ` +
      `mean ${figure(part.mean)}, sd ${figure(part.sd)}${target}${twice}`,
  ];
}

/** A bar a class: rows in training, and in test. */
function classLines({ train, test }: DataInfo, output: Output): string[] {
  const most = Math.max(...train.classes.map((c) => c.count));
  const nameWidth = Math.min(24, Math.max(...train.classes.map((c) => textWidth(safeText(c.name, 60)))));
  const shown = train.classes.slice(0, 30);
  const lines = shown.map(({ name, count }, k) => {
    const text = `${people(count)} + ${people(test.classes[k]?.count ?? 0)}`;
    return barLine(name, count / most, { ...output, width: Math.min(output.width, 72) }, { nameWidth, text });
  });
  const left = train.classes.length - shown.length;
  return ['rows of each class, training + test', ...lines, ...(left > 0 ? [`and ${left} more classes`] : [])];
}

function fileLines(file: IdxFileInfo, output: Output): string[] {
  const what = { images: 'images', labels: 'labels', other: 'values' }[file.kind];
  const counts = file.counts ?? [];
  const most = Math.max(...counts);
  return [
    `IDX file of ${what}, ${file.shape.map((d) => people(d)).join(' x ')}; values ${file.min} to ${file.max}, ` +
      `mean ${figure(file.mean)}, sd ${figure(file.sd)}`,
    ...counts.map((n, label) =>
      barLine(
        String(label),
        n / most,
        { ...output, width: Math.min(output.width, 72) },
        { nameWidth: 3, text: people(n) },
      ),
    ),
  ];
}

/** A line an array, the first hundred; then the metadata of safetensors, each cut to a line. */
function arrayLines({ format, arrays, metadata = {} }: ArraysInfo): string[] {
  const shown = arrays.slice(0, 100);
  const names = shown.map(({ name }) => (name === '' ? 'array' : safeText(name, 60)));
  const width = Math.max(5, ...names.map((name) => name.length));
  const bytes = arrays.reduce((n, a) => n + a.bytes, 0);
  const count = arrays.length === 1 ? '1 array' : `${people(arrays.length)} arrays`;
  return [
    `${format} file of ${count}, ${people(bytes)} bytes`,
    ...shown.map(({ dtype, shape, min, max }, i) => {
      const range = min === undefined || max === undefined ? '' : `  ${figure(min)} to ${figure(max)}`;
      return `${names[i].padEnd(width)}  ${dtype.padEnd(4)} ${shape.length === 0 ? 'scalar' : shape.map((d) => people(d)).join(' x ')}${range}`;
    }),
    ...(arrays.length > shown.length ? [`and ${people(arrays.length - shown.length)} more`] : []),
    ...Object.entries(metadata).map(([key, value]) => `${safeText(key, 60)}: ${safeText(value, 100)}`),
  ];
}

/** Up to four significant digits, large whole numbers as they are. */
function figure(value: number): string {
  return Number.isInteger(value) ? people(value) : String(Number(value.toPrecision(4)));
}
