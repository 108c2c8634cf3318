import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Output } from '../src/cli/output.ts';
import { wasmFeatures } from '../src/cli/wasm-features.ts';
import { withoutHome } from '../src/cli/without-home.ts';
import { NeuroForgeError } from '../src/core/errors.ts';
import { conforms, type Json, Workplace } from './cli.ts';

const at = new Workplace();
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

async function report(env: Record<string, string> = {}): Promise<Json> {
  const { code, stdout, stderr } = await at.run(['--version', '--json'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const document = JSON.parse(stdout);
  conforms(document);
  return document;
}

describe('--version', () => {
  it('is one line', async () => {
    expect(await at.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('with --json says what runs, and where', async () => {
    const document = await report({ NEUROFORGE_CACHE: '', NEUROFORGE_BACKEND: 'js' });
    expect(document).toMatchObject({
      version,
      node: process.versions.node,
      v8: process.versions.v8,
      system: { platform: process.platform, architecture: process.arch },
      wasm: { simd: true, threads: true },
      terminal: { stdout: false, columns: null, unicode: true },
      locale: { LANG: 'C.UTF-8' },
      data: { named: null, cache: '~/.cache/neuroforge', found: { digits: 'embedded', mnist: null } },
      environment: { ours: { NEUROFORGE_BACKEND: 'js' }, others: [] },
    });
    expect(document.commit).toEqual(existsSync('.git') ? expect.stringMatching(/^[0-9a-f]{12,40}(-dirty)?$/) : null);
  });

  it('says which BLAS there is, or what was tried', async () => {
    const [found, none] = await Promise.all([report(), report({ NEUROFORGE_BLAS: 'libnone.so' })]);
    expect(found.koffi).toMatch(/^\d+\.\d+\.\d+/);
    if (process.env.CI) expect(found.blas).not.toBeNull();
    expect(none.blas).toBeNull();
    expect(none.tried.join()).toContain('libnone.so');
    expect(none.environment.ours).toEqual({ NEUROFORGE_BLAS: 'libnone.so', NEUROFORGE_CACHE: '~/cache' });
  });

  it('tells neither the home folder nor the values of what is not ours', async () => {
    const env = {
      HTTPS_PROXY: 'http://ada:secret@proxy:1',
      OMP_NUM_THREADS: '7',
      NEUROFORGE_TOKEN: 'secret',
      MY_KEY: 'secret',
    };
    const document = await report({ ...env, NEUROFORGE_DATA: `${at.folder}/data` });
    expect(document.environment.others).toEqual(['HTTPS_PROXY', 'NEUROFORGE_TOKEN', 'OMP_NUM_THREADS']);
    expect(document.data.named).toBe('~/data');
    const text = JSON.stringify(document);
    for (const secret of ['secret', 'MY_KEY', at.folder]) expect(text).not.toContain(secret);
  });
});

describe('its parts', () => {
  it('home folders and passwords are left out wherever they stand', () => {
    const value = { a: ['/home/ada/x', 3, null], b: { c: 'see /home/ada and /home/adam', d: 'https://u:p@host/x' } };
    expect(withoutHome(value, '/home/ada')).toEqual({
      a: ['~/x', 3, null],
      b: { c: 'see ~ and /home/adam', d: 'https://***@host/x' },
    });
    expect(withoutHome({ a: 'C:\\Users\\Ada\\x' }, 'C:\\Users\\Ada')).toEqual({ a: '~\\x' });
    expect(withoutHome('/x', '/')).toBe('/x');
  });

  it('SIMD and threads are in every Node that we run on', () => {
    expect(wasmFeatures()).toMatchObject({ simd: true, threads: true });
  });

  it('a bug of ours asks for the document', () => {
    const said: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((text: string) => said.push(text)) as unknown as typeof write;
    try {
      expect(new Output().fail(new TypeError('x is undefined'))).toBe(70);
      expect(new Output().fail(new NeuroForgeError('NF9002', 'no free name'))).toBe(70);
    } finally {
      process.stderr.write = write;
    }
    expect(said.filter((line) => line.includes('neuroforge --version --json'))).toHaveLength(2);
    expect(said.join('')).toMatch(/NF9000 {2}x is undefined[\s\S]*NF9002 {2}no free name/);
  });
});
