import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, it } from 'vitest';
import { kindsCsv, Workplace } from '../cli.ts';
import { idx } from './files.ts';

const at = new Workplace();
const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const gz = (bytes: Uint8Array | string): Uint8Array => new Uint8Array(gzipSync(bytes));
const flipped = (bytes: Uint8Array, at: number, bit = 1): Uint8Array => bytes.map((b, i) => (i === at ? b ^ bit : b));
const images = idx(8, [3, 4, 4], 48);
const labels = idx(8, [3], 3);
const packed = gz(images);

/** Folders of IDX files, and what --data FOLDER says of them. */
const idxCases: readonly (readonly [what: string, images: Uint8Array, labels: Uint8Array, says: RegExp])[] = [
  ['empty', new Uint8Array(0), labels, /NF2301 .*train-images.*empty/],
  ['cut', images.slice(0, 60), labels, /NF2205 .*train-images.*\n.*64 bytes for \(3, 4, 4\), got 60/],
  ['cut within the header', images.slice(0, 9), labels, /NF2202 .*train-images/],
  ['too long', new Uint8Array([...images, 0]), labels, /NF2206 .*train-images/],
  ['of another type', idx(13, [3, 4, 4], 192), labels, /NF2203 .*f32.*\n.*u8/],
  ['absurd dimensions', idx(8, [2 ** 31, 65535, 65535], 0), labels, /NF2204 .*cannot be meant/],
  ['an overflowing number of pixels', idx(8, [2 ** 32 - 1, 2 ** 16, 2 ** 16], 0), labels, /NF2204/],
  ['counts that differ', images, idx(8, [2], 2), /NF2207 .*train-labels.*\n.*3 labels.*got 2/],
  ['swapped', labels, images, /NF2201 .*swapped with --labels/],
  ['a page', text('<html><title>404</title>'), labels, /NF2302/],
  ['a git-lfs pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:0'), labels, /NF2303/],
  ['gzip that is cut', packed.slice(0, -9), labels, /NF2308 .*cut short/],
  ['gzip with a flipped bit', flipped(packed, packed.length - 6), labels, /NF2309 .*checksum/],
  ['gzip of more than its header says', gz(new Uint8Array([...images, ...images])), labels, /NF2306/],
  ['gzip of less than its header says', gz(images.slice(0, 60)), labels, /NF2307/],
  ['gzip that cannot hold what its header says', gz(idx(8, [60000, 280, 28], 100)), idx(8, [60000], 60000), /NF2305/],
  [
    'a gzip bomb',
    gz(new Uint8Array([...idx(8, [40_000, 40, 40], 0), ...new Uint8Array(64e6)])),
    idx(8, [40_000], 40_000),
    /NF2310 .*200 times/,
  ],
];

/** CSV files, and what --data FILE says of them. */
const csvCases: readonly (readonly [what: string, file: Uint8Array | string, says: RegExp])[] = [
  ['nothing', '', /NF2301/],
  ['empty lines alone', '\n\n\n', /NF2101/],
  ['a header alone', 'a,b,kind\n', /NF2101/],
  ['UTF-16', new Uint8Array(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le')), /NF2102 .*UTF-16.*\n.*iconv/],
  ['UTF-16 without a mark', new Uint8Array(Buffer.from('a,b\n1,2\n', 'utf16le')), /NF2102 .*UTF-16/],
  ['UTF-16, big-endian', new Uint8Array(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le').swap16()), /NF2102 .*UTF-16/],
  ['a NUL', 'a,b\n1,2\n3,\0\n', /NF2102 .*NUL.*\n.*byte 10/],
  ['Latin-1', Uint8Array.of(97, 44, 98, 10, 49, 44, 0xe9, 10), /NF2102 .*not UTF-8.*\n(.*\n)?.*latin1/],
  ['an unclosed quote', 'a,b\n1,"2\n3,4\n', /NF2104 .*csv:2: .*never closed/],
  ['a quote in a field', 'a,b\n1,2"3\n', /NF2104 .*csv:2/],
  ['a ragged row', 'a,b,kind\n1,2,x\n3,4\n5,6,y\n7,8,9,z\n', /NF2103 .*csv:3: .*3 columns, got 2(.*\n)*.*rows: 3, 5/],
  ['a blank feature', 'a,b,kind\n1,,x\n', /NF2105 .*csv:2: .*"b".* blank(.*\n)*.*not a zero/],
  ['a feature of spaces', 'a,b,kind\n1,  ,x\n', /NF2105 .*csv:2/],
  ['a feature NaN', 'a,b,kind\n1,nan,x\n2,3,y\n', /NF2105 .*csv:2/],
  ['a feature Infinity', 'a,b,kind\n1,Infinity,x\n2,3,y\n', /NF2105/],
  ['a feature beyond float64', 'a,b,kind\n1,1e999,x\n', /NF2105/],
  ['a hexadecimal feature', 'a,b,kind\n1,0x10,x\n2,3,y\n', /NF2105/],
  ['fractional labels', '1,0\n2,1.5\n', /NF2106 .*csv:2: .*fractional(.*\n)*.*--task regression/],
  ['a blank label', 'a,kind\n1,x\n2,\n', /NF2106 .*csv:3: .*blank/],
  ['a class ../x', 'a,kind\n1,x\n2,../x\n', /NF2002 .*csv:3: .*relative path/],
  ['a class that is an absolute path', 'a,kind\n1,x\n2,/etc/passwd\n', /NF2002 .*csv:3/],
  ['a class with a control character', 'a,kind\n1,x\n2,a\u001b[2J\n', /NF2002 .*csv:3.*control/],
  ['a class that turns text around', 'a,kind\n1,x\n2,\u202eabc\n', /NF2002 .*csv:3/],
  ['a page', '<!DOCTYPE html><p>no', /NF2302/],
  ['gzip that is a page', text('<html>'), /NF2302/],
  ['gzip that is cut', gz(kindsCsv()).slice(0, -4), /NF2308/],
  ['gzip with a flipped bit', flipped(gz(kindsCsv()), gz(kindsCsv()).length - 7), /NF2309/],
  ['a gzip bomb', gz(new Uint8Array(2 ** 26)), /NF2310 .*200 times(.*\n)*.*gunzip/],
  ['a row of 200,000 columns', `${'1,'.repeat(200_000)}x\n`, /NF2110 .*csv:1: .*columns/],
  ['a zip archive of another kind', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0), /NF2251/],
];

beforeAll(() => {
  idxCases.forEach(([, x, y], i) => {
    mkdirSync(at.path(`idx-${i}`));
    const name = (stem: string, bytes: Uint8Array) => `idx-${i}/${stem}${bytes[0] === 0x1f ? '.gz' : ''}`;
    writeFileSync(at.path(name('train-images-idx3-ubyte', x)), x);
    writeFileSync(at.path(name('train-labels-idx1-ubyte', y)), y);
  });
});

describe('IDX and gzip through the command line', () => {
  it.concurrent.each(idxCases.map(([what, , , says], i) => [what, says, i] as const))('%s: %s', async (_, says, i) => {
    await at.refused(['train', '--data', `idx-${i}`], says);
  });

  it('data info of one file says the same', async () => {
    for (const what of ['empty', 'cut', 'of another type', 'absurd dimensions', 'gzip that is cut']) {
      const i = idxCases.findIndex((c) => c[0] === what);
      const file = `idx-${i}/train-images-idx3-ubyte${/gzip/.test(what) ? '.gz' : ''}`;
      await at.refused(['data', 'info', file], new RegExp(/NF\d+/.exec(String(idxCases[i][3]))![0]), /train-images/);
    }
  });

  it('images of another size in the test set', async () => {
    mkdirSync(at.path('sizes'));
    for (const [stem, side] of [
      ['train', 4],
      ['t10k', 5],
    ] as const) {
      writeFileSync(at.path(`sizes/${stem}-images-idx3-ubyte`), idx(8, [3, side, side], 3 * side * side));
      writeFileSync(at.path(`sizes/${stem}-labels-idx1-ubyte`), labels);
    }
    await at.refused(['train', '--data', 'sizes'], /NF2209 .*t10k-images.*\n.*4 x 4, got 5 x 5/);
  });

  it('a sparse file of a terabyte where an IDX file should be', async () => {
    mkdirSync(at.path('sparse'));
    writeFileSync(at.path('sparse/train-images-idx3-ubyte'), images);
    writeFileSync(at.path('sparse/train-labels-idx1-ubyte'), labels);
    truncateSync(at.path('sparse/train-images-idx3-ubyte'), 2 ** 40);
    await at.refused(['train', '--data', 'sparse'], /NF2004 .*train-images/);
  });
});

describe('CSV through the command line', () => {
  it.concurrent.each(csvCases)('%s', async (what, file, says) => {
    const name = `${what.replace(/[^a-z0-9]/gi, '-')}.csv${/^gzip|bomb/.test(what) ? '.gz' : ''}`;
    at.write(name, typeof file === 'string' ? text(file) : file);
    await at.refused(['train', '--data', name], says);
  });

  it('data info and eval say the same', async () => {
    at.write('kinds.csv', kindsCsv());
    await at.run(['train', '--data', 'kinds.csv', '--epochs', '1', '--backend', 'js', '--quiet']);
    at.write('bad.csv', 'a,b,kind\n1,,red\n');
    await at.refused(['data', 'info', 'bad.csv'], /NF2105 .*bad\.csv:2/);
    await at.refused(['eval', 'latest', '--data', 'bad.csv'], /NF2105 .*bad\.csv:2/);
    await at.refused(['predict', 'latest', 'bad.csv'], /NF2105 .*bad\.csv:2/);
    at.write('classes.csv', 'a,b,kind\n1,2,purple\n');
    await at.refused(['eval', 'latest', '--data', 'classes.csv'], /NF2106 .*classes\.csv:2.*\n.*blue, green, red/);
    at.write('columns.csv', 'a,kind\n1,red\n');
    await at.refused(['eval', 'latest', '--data', 'columns.csv'], /NF2108/);
    await at.refused(['predict', 'latest', 'columns.csv'], /NF4134|NF2105/);
  });

  it('a folder without data, a device, a name that is nowhere', async () => {
    mkdirSync(at.path('nothing'), { recursive: true });
    await at.refused(['train', '--data', 'nothing'], /NF2001 .*no data that can be read/);
    await at.refused(['train', '--data', '/dev/zero'], /NF2003/);
    await at.refused(['train', '--data', 'minst'], /NF2001/);
    await at.refused(['predict', 'latest', '/dev/zero'], /NF2003|NF4130/);
  });
});
