import { describe, expect, test } from 'vitest';
import { loadBlas } from '../src/platform/blas.ts';
import { type Json, Workplace } from './cli.ts';

const here = new Workplace();
const short = ['train', '--epochs', '2', '--quiet'];
const { blas, tried } = await loadBlas();
if (blas === null && process.env.CI) throw new Error(`no BLAS here: ${tried.join('; ')}`);

function runOf(document: Json): Record<string, unknown> {
  return JSON.parse(here.read(`${document.run}/run.json`));
}

describe('the definition is what runs', () => {
  test('wasm, its definitions alone, and js: equal weights', async () => {
    const usual = await here.json([...short, '--backend', 'wasm']);
    const plain = await here.json([...short, '--backend', 'wasm', '--definitions']);
    const js = await here.json([...short, '--backend', 'js']);
    expect(plain.weights).toBe(usual.weights);
    expect(js.weights).toBe(usual.weights);
    expect(runOf(usual)).toMatchObject({ backend: 'wasm', threads: 1, definitions: false, folded: true });
    expect(runOf(plain)).toMatchObject({ definitions: true, folded: false });
  });
});

describe.skipIf(blas === null)('native', () => {
  test('trains, repeats itself, says what computed, and is evaluated on the same', async () => {
    const first = await here.json([...short, '--backend', 'native']);
    const second = await here.json([...short, '--backend', 'native']);
    const auto = await here.json(short);
    expect(first).toMatchObject({ backend: 'native', threads: 1 });
    expect(second.weights).toBe(first.weights);
    expect(auto.weights).toBe(first.weights);
    const run = runOf(first);
    expect(run).toMatchObject({ backend: 'native', folded: true, blas: { library: blas!.library, threads: 1 } });
    expect(run.chosen).toMatch(/^native: \w+ \(.+\), 1 thread$/);
    const evaluated = await here.json(['eval', first.run]);
    expect(evaluated).toMatchObject({ backend: 'native', test: first.test });
  });

  test('Ctrl-C saves and ends, once', async () => {
    let sent = false;
    const { code, stderr } = await here.run(['train', '--backend', 'native', '--epochs', '100000'], {
      onStderr: (text, kill) => {
        if (sent || !/^\s+3 /m.test(text)) return;
        sent = true;
        kill(0, 'SIGINT');
      },
    });
    expect({ code, said: stderr.includes('stopping after this step') }).toEqual({ code: 130, said: true });
  });

  test('a BLAS that is not there is refused by name', async () => {
    const { code, stderr } = await here.run([...short, '--backend', 'native'], {
      env: { NEUROFORGE_BLAS: '/no/such/libblas.so' },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error NF1303 {2}NEUROFORGE_BLAS/m);
    expect(stderr).toContain('/no/such/libblas.so');
  });
});

test('wasm on two threads: the weights of one, and the process ends', async () => {
  const one = await here.json([...short, '--backend', 'wasm', '--batch', '128']);
  const two = await here.json([...short, '--backend', 'wasm', '--batch', '128', '--threads', '2']);
  expect(two).toMatchObject({ backend: 'wasm', threads: 2, weights: one.weights });
  expect(await here.json(['eval', two.run])).toMatchObject({ backend: 'wasm', test: two.test });
});

test('threads that cannot be are refused', async () => {
  await here.refused([...short, '--threads', '0'], '--threads', 'at least 1');
  await here.refused([...short, '--backend', 'js', '--threads', '2'], 'NF4106');
});
