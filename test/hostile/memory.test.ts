import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/io/safetensors.ts';
import { main, Workplace } from '../cli.ts';
import { idx, pngOf, safetensors } from './files.ts';
import { zip } from './zip.ts';

/** Peak memory of the whole process, in bytes, at which a hostile file has done harm. */
const most = 200e6;
const at = new Workplace();
const gigabyte = 2 ** 30;

/** Runs the command line; the peak of its resident memory is told by a hook at its end. */
function measured(args: readonly string[]): Promise<{ code: number | null; stderr: string; peak: number }> {
  // Not process.resourceUsage().maxRSS: that counts the memory of the process that started this one.
  const program = `import fs from 'node:fs'; process.on('exit', () => {
    const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '';
    const peak = /VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
    process._rawDebug('peak ' + peak * 1024);
  })`;
  const hook = `data:text/javascript,${encodeURIComponent(program)}`;
  return new Promise((done, failed) => {
    const env = { PATH: process.env.PATH ?? '', HOME: at.folder, NEUROFORGE_CACHE: at.path('cache'), LANG: 'C.UTF-8' };
    const child = spawn(process.execPath, ['--import', hook, main, ...args], { cwd: at.folder, env });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', failed);
    child.on('close', (code) => done({ code, stderr, peak: Number(/peak (\d+)/.exec(stderr)?.[1] ?? Number.NaN) }));
  });
}

/** A file of `size` bytes that begins with `head`; the rest is a hole. */
function sparse(name: string, head: Uint8Array | string, size: number): void {
  at.write(name, head);
  truncateSync(at.path(name), size);
}

function header(width: number, height: number): Uint8Array {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, 0, 0, 0, 0], 8);
  return new Uint8Array(data);
}
const png = (width: number, height: number, pixels: Uint8Array): Uint8Array =>
  pngOf([
    ['IHDR', header(width, height)],
    ['IDAT', new Uint8Array(deflateSync(pixels))],
    ['IEND', new Uint8Array(0)],
  ]);

function npyHead(shape: string): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
  return new Uint8Array(
    Buffer.concat([Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0), Buffer.from(text)]),
  );
}

const zeros = new Uint8Array(2 ** 27);
const cases: readonly (readonly [what: string, make: () => void, args: readonly string[], code: string])[] = [
  [
    'a gzip bomb for a table',
    () => at.write('bomb.csv.gz', gzipSync(zeros)),
    ['train', '--data', 'bomb.csv.gz'],
    'NF2310',
  ],
  [
    'a gzip bomb of good CSV',
    () => at.write('rows.csv.gz', gzipSync('1,2,3\n'.repeat(2 ** 24))),
    ['train', '--data', 'rows.csv.gz'],
    'NF2310',
  ],
  [
    'a gzip bomb of images',
    () => {
      mkdirSync(at.path('bomb'));
      at.write(
        'bomb/train-images-idx3-ubyte.gz',
        gzipSync(Buffer.concat([idx(8, [80_000, 40, 40], 0), zeros.subarray(0, 128e6)])),
      );
      at.write('bomb/train-labels-idx1-ubyte.gz', gzipSync(idx(8, [80_000], 80_000)));
    },
    ['train', '--data', 'bomb'],
    'NF2310',
  ],
  ['one IDX file that is a bomb', () => {}, ['data', 'info', 'bomb/train-images-idx3-ubyte.gz'], 'NF2310'],
  [
    'IDX dimensions of 2^31',
    () => at.write('x-images-idx3-ubyte', idx(8, [2 ** 31, 65535, 65535], 4)),
    ['data', 'info', 'x-images-idx3-ubyte'],
    'NF2204',
  ],
  [
    'a hole of a gigabyte for a table',
    () => sparse('hole.csv', '1,2,3\n', gigabyte),
    ['train', '--data', 'hole.csv'],
    'NF2102',
  ],
  [
    'one line of 100 MB',
    () => {
      at.write('line.csv', '1');
      for (let i = 0; i < 100; i++) appendFileSync(at.path('line.csv'), Buffer.alloc(1e6, 'a'));
    },
    ['train', '--data', 'line.csv'],
    'NF2110',
  ],
  [
    'an open quote before 100 MB of rows',
    () => {
      at.write('quote.csv', '"');
      for (let i = 0; i < 100; i++) appendFileSync(at.path('quote.csv'), Buffer.alloc(1e6, '1,2\n'));
    },
    ['train', '--data', 'quote.csv'],
    'NF2110',
  ],
  [
    '15 MB of commas',
    () => at.write('commas.csv', Buffer.alloc(15e6, ',')),
    ['train', '--data', 'commas.csv'],
    'NF2110',
  ],
  ['a table of a gigabyte for predict', () => {}, ['predict', 'm.safetensors', 'hole.csv'], 'NF2102'],
  ['a configuration of a gigabyte', () => sparse('c.json', '{', gigabyte), ['train', '--config', 'c.json'], 'NF2004'],
  [
    'a safetensors header that claims gigabytes',
    () => sparse('h.safetensors', Uint8Array.of(0, 0, 0, 4, 2), gigabyte),
    ['eval', 'h.safetensors', '--data', 'iris'],
    'NF2222',
  ],
  [
    'a safetensors header of 99 MB',
    () => sparse('l.safetensors', Uint8Array.of(0xc0, 0x9e, 0xe6, 5, 0, 0, 0, 0, 123), gigabyte),
    ['eval', 'l.safetensors', '--data', 'iris'],
    'NF2222',
  ],
  [
    'a hole of a gigabyte for a model',
    () => sparse('z.safetensors', '', gigabyte),
    ['eval', 'z.safetensors', '--data', 'iris'],
    'NF222[134]',
  ],
  [
    'a gigabyte of tensors without an architecture',
    () => {
      const head = safetensors(`{"a":{"dtype":"U8","shape":[${gigabyte}],"data_offsets":[0,${gigabyte}]}}`);
      sparse('t.safetensors', head, head.length + gigabyte);
    },
    ['eval', 't.safetensors', '--data', 'iris'],
    'NF2233',
  ],
  [
    'a header of 60,000 tensors',
    () => {
      const data = new Float32Array(0);
      at.write(
        'many.safetensors',
        writeSafetensors(Array.from({ length: 6e4 }, (_, i) => ({ name: `t${i}`, dtype: 'F32', shape: [0], data }))),
      );
    },
    ['eval', 'many.safetensors', '--data', 'iris'],
    'NF2233',
  ],
  [
    'an npz bomb',
    () => {
      const packed = new Uint8Array(deflateRawSync(zeros));
      const size = zeros.length;
      at.write(
        'bomb.npz',
        zip([{ name: 'x.npy', data: new Uint8Array(0), method: 8, packed, local: { size }, central: { size } }]),
      );
    },
    ['train', '--data', 'bomb.npz'],
    'NF2259',
  ],
  [
    'an npz bomb that does not say so',
    () => {
      const packed = new Uint8Array(deflateRawSync(Buffer.concat([npyHead('(100, 2)'), zeros])));
      const size = 128 + 800;
      at.write(
        'quiet.npz',
        zip([{ name: 'x.npy', data: new Uint8Array(0), method: 8, packed, local: { size }, central: { size } }]),
      );
    },
    ['data', 'info', 'quiet.npz'],
    'NF2258',
  ],
  [
    'an npz file that is a hole',
    () => sparse('hole.npz', 'PK\x03\x04', gigabyte),
    ['train', '--data', 'hole.npz'],
    'NF2251',
  ],
  [
    'an npy header that claims gigabytes',
    () => at.write('huge.npy', npyHead('(1073741824, 64)')),
    ['data', 'info', 'huge.npy'],
    'NF2245',
  ],
  [
    'an npy hole of another size',
    () => sparse('hole.npy', npyHead('(100, 2)'), gigabyte),
    ['data', 'info', 'hole.npy'],
    'NF2247',
  ],
  [
    'a PNG of 2^31 x 2^31',
    () => at.write('dims.png', png(2 ** 31 - 1, 2 ** 31 - 1, new Uint8Array(4))),
    ['predict', 'm.safetensors', 'dims.png'],
    'NF2603',
  ],
  [
    'a PNG of 33 megapixels of nothing',
    () => at.write('blank.png', png(5792, 5792, new Uint8Array(5792 * 5793))),
    ['predict', 'm.safetensors', 'blank.png'],
    'NF2603',
  ],
  [
    'a PNG whose pixels are more than its size',
    () => at.write('more.png', png(28, 28, zeros)),
    ['predict', 'm.safetensors', 'more.png'],
    'NF2602',
  ],
  [
    'a hole of a gigabyte for a picture',
    () => sparse('hole.png', new Uint8Array(8), gigabyte),
    ['predict', 'm.safetensors', 'hole.png'],
    'NF2601|NF2102',
  ],
  ['runs/latest of a gigabyte', () => sparse('runs/latest', 'x', gigabyte), ['eval', 'latest'], 'NF4130'],
  ['an endless device', () => {}, ['train', '--data', '/dev/zero'], 'NF2003'],
  ['layers whose bytes overflow', () => {}, ['train', '--model', 'mlp:999999999,999999999'], 'NF4114'],
];

beforeAll(async () => {
  const { code, stderr } = await at.run(['train', '--epochs', '1', '--backend', 'js', '--quiet']);
  expect(code, stderr).toBe(0);
  const run = at.read('runs/latest').trim();
  writeFileSync(at.path('m.safetensors'), readFileSync(at.path(`runs/${run}/model.safetensors`)));
});

describe('hostile files take no memory: the process stays below 200 MB', () => {
  it.each(cases)('%s', async (_, make, args, code) => {
    make();
    const ended = await measured(args);
    expect(ended.stderr).toMatch(new RegExp(`error (${code}) `));
    expect(ended.code).toBe(2);
    expect(ended.peak).toBeLessThan(most);
    if (process.env.NEUROFORGE_TELL) console.log(`${Math.round(ended.peak / 1e6)} MB`);
  });
});
