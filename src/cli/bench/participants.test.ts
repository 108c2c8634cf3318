import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchCase } from './cases.ts';
import type { Variant } from './ours.ts';
import { type Choice, participantsOf } from './participants.ts';
import { choosePeers, findPeers } from './peers.ts';

const variants: Variant[] = ['default', 'kept', 'definitions'];
const ours: Choice = {
  backends: ['native', 'wasm', 'js'],
  threads: [1, 2],
  variants,
  seconds: 1,
  peers: [],
  peersFolder: 'peers',
  others: [],
  named: false,
};
const keysOf = (wanted: string): string[] => choosePeers(wanted).map((p) => p.key);

describe('participants', () => {
  test('each of ours stands beside its floor: folded or kept, on as many threads', () => {
    const rows = participantsOf(benchCase('mission'), { ...ours, backends: ['native'] });
    expect(rows.map((p) => [p.who, p.floor])).toEqual([
      ['native-floor', null],
      ['native', 'native-floor'],
      ['native-floor-kept', null],
      ['native-kept', 'native-floor-kept'],
      ['native-definitions', 'native-floor-kept'],
      ['native-2-floor', null],
      ['native-2', 'native-2-floor'],
    ]);
    const few = participantsOf(benchCase('mission'), {
      ...ours,
      backends: ['wasm'],
      threads: [1],
      variants: ['definitions'],
    });
    expect(few.map((p) => p.who)).toEqual(['wasm-floor-kept', 'wasm-definitions']);
  });

  test('what takes seconds a step is left out of the large cases, unless it is named', async () => {
    const left = async (name: string, choice: Partial<Choice>, peers: string): Promise<string[]> => {
      const found = await findPeers(choosePeers(peers), '.', []);
      const rows = participantsOf(benchCase(name), { ...ours, backends: ['js'], peers: found, ...choice });
      return rows.filter((p) => p.absent?.startsWith('left out')).map((p) => p.who);
    };
    expect(await left('mission', {}, 'all')).toEqual([]);
    expect(await left('big', {}, 'all')).toEqual(['tfjs-cpu', 'js']);
    expect(await left('wide', { named: true }, 'tfjs,tfjs-cpu')).toEqual([]);
  });

  test('everybody is told the case by its sizes', () => {
    const rows = participantsOf(benchCase('tiny'), { ...ours, others: ['mine=python3 x.py --fast'] });
    expect(rows.every((p) => p.command?.args.join(' ').endsWith('--net 64-32-10 --batch 16 --seconds 1'))).toBe(true);
    expect(rows.at(-1)).toMatchObject({ who: 'mine', kind: 'peer', command: { file: 'python3' } });
    expect(new Set(rows.map((p) => p.who)).size).toBe(rows.length);
  });
});

describe('peers', () => {
  test('all, none, or by name', () => {
    expect(keysOf('all')).toEqual(['pytorch', 'jax', 'jax-js', 'tfjs-transposed', 'tfjs', 'tfjs-cpu']);
    expect(keysOf('none')).toEqual([]);
    expect(keysOf('jax,pytorch-hand')).toEqual(['jax', 'pytorch-hand']);
    expect(() => choosePeers('jaxx')).toThrow(expect.objectContaining({ hint: 'did you mean jax?' }));
  });

  test('without a folder of scripts all are absent', async () => {
    const found = await findPeers(choosePeers('all'), undefined, ['python3']);
    expect(found.every((f) => f.absent !== undefined)).toBe(true);
  });

  describe.skipIf(process.platform === 'win32')('interpreters', () => {
    let folder: string;
    const interpreter = (name: string, script: string): string => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
      return join(folder, name);
    };
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'nf-python-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test('every build takes part once, by its version; those without the package do not', async () => {
      const [old, recent, same] = ['1.13.1', '2.15.0', '2.15.0'].map((v, i) => interpreter(`p${i}`, `echo ${v}`));
      const none = interpreter('none', 'echo no such module >&2; exit 1');
      const found = await findPeers(choosePeers('pytorch'), folder, [none, old, join(folder, 'nowhere'), recent, same]);
      expect(found.map(({ name, interpreter }) => [name, interpreter])).toEqual([
        ['pytorch 1.13.1', old],
        ['pytorch 2.15.0', recent],
      ]);
      const [missing] = await findPeers(choosePeers('pytorch'), folder, [none]);
      expect(missing).toMatchObject({ name: 'pytorch', absent: 'no Python that was tried has torch' });
    });
  });
});
