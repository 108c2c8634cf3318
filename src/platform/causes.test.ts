import { describe, expect, test } from 'vitest';
import { type Call, CrashDisk } from '../../test/support/crash-disk.ts';
import { NeuroForgeError } from '../core/errors.ts';
import type { Files } from './files.ts';
import { nodeFiles } from './node.ts';
import { removeLeftovers } from './temporaries.ts';

const causes: Readonly<Record<string, [reason: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space'],
  EIO: ['the device failed', 'check the disk'],
  EACCES: ['no permission', 'choose a folder that you may write to'],
  EMFILE: ['too many files open', 'ulimit -n'],
};

/** Each begins with `/d/f` holding `old`, and ends with `new` in it or in another file. */
const writes: Readonly<Record<string, { target: string; write: (files: Files) => Promise<void> }>> = {
  writeFileAtomic: { target: '/d/f', write: (files) => files.writeFileAtomic('/d/f', 'new') },
  replace: { target: '/d/f', write: (files) => files.replace('/d/part', '/d/f') },
  writeFileExclusive: { target: '/d/lock', write: (files) => files.writeFileExclusive('/d/lock', 'new') },
  appendFile: { target: '/d/log', write: (files) => files.appendFile('/d/log', 'new') },
  sync: { target: '/d/part', write: (files) => files.sync('/d/part') },
  makeFolder: { target: '/d/e/f', write: (files) => files.makeFolder('/d/e/f') },
  makeFolderExclusive: { target: '/d/e', write: (files) => files.makeFolderExclusive('/d/e') },
  remove: { target: '/d/part', write: (files) => files.remove('/d/part') },
};

async function prepared(write: (files: Files) => Promise<void>, fault: (call: Call) => string | undefined) {
  let begun = Number.POSITIVE_INFINITY;
  let failing = true;
  const disk = new CrashDisk({
    fault: (call) => (failing ? fault({ ...call, number: call.number - begun }) : undefined),
  });
  const files = nodeFiles(disk);
  await files.makeFolder('/d');
  await files.writeFileAtomic('/d/f', 'old');
  await files.writeFileAtomic('/d/part', 'new');
  begun = disk.calls.length;
  const error = await write(files).then(
    () => null,
    (caught: unknown) => caught,
  );
  const calls = disk.calls.slice(begun).map(({ name }) => name);
  failing = false;
  const temporaries = async () => (await files.list('/d')).filter((name) => name.endsWith('.tmp'));
  const text = async (path: string) =>
    (await files.exists(path)) ? Buffer.from(await files.readFile(path)).toString() : null;
  return { files, error, calls, temporaries, text };
}

describe.each(Object.entries(writes))('%s on a disk that fails', (name, { target, write }) => {
  /** Where nothing failed, the calls that it took. */
  const flawless = async () => (await prepared(write, () => undefined)).calls;

  test.each(Object.entries(causes))('%s at the n-th call, for every n, once and from then on', async (code, words) => {
    const calls = await flawless();
    for (const [n, call] of calls.entries()) {
      for (const once of [true, false]) {
        const what = `${call} (${n} of ${calls.length}), ${once ? 'once' : 'from then on'}`;
        const { files, error, temporaries, text } = await prepared(write, ({ number }) =>
          number === n || (number > n && !once) ? code : undefined,
        );
        expect([['old'], ['old', 'new']][Number(call === 'syncFolder')], what).toContain(await text('/d/f'));
        // What cleans up may fail without a word: a leftover is removed later. A link may have other ways.
        const silent =
          name === 'writeFileExclusive' && once && (call === 'remove' || (call === 'link' && code === 'EACCES'));
        if (silent) {
          expect(error, what).toBe(null);
          expect(await text(target), what).toBe('new');
        } else {
          expect(error, what).toBeInstanceOf(NeuroForgeError);
          expect(error, what).toMatchObject({
            code: 'NF2904',
            where: target,
            message: expect.stringContaining(words[0]),
            hint: expect.stringContaining(words[1]),
          });
        }
        if (once && call !== 'remove') expect(await temporaries(), what).toEqual([]);
        await removeLeftovers(files, '/d');
        expect(await temporaries(), what).toEqual([]);
        if (name === 'writeFileExclusive' && !silent && once) expect(await text(target), what).toBe(null);
      }
    }
  });

  test('a disk that takes less than it is given gets the rest', async () => {
    let writes = 0;
    const { error, text } = await prepared(write, ({ name: call, number }) =>
      call === 'write' && number >= 0 && writes++ === 0 ? 'short' : undefined,
    );
    expect(error).toBe(null);
    if (['writeFileAtomic', 'writeFileExclusive', 'appendFile'].includes(name)) expect(await text(target)).toBe('new');
  });
});

test('a full disk that takes a part first: the old file, no other', async () => {
  let writes = 0;
  const write = (files: Files): Promise<void> => files.writeFileAtomic('/d/f', 'longer than that');
  const { error, temporaries, text } = await prepared(write, ({ name, number }) =>
    name !== 'write' || number < 0 ? undefined : writes++ === 0 ? 'short' : 'ENOSPC',
  );
  expect(error).toMatchObject({ code: 'NF2904', message: expect.stringContaining('full') });
  expect(await text('/d/f')).toBe('old');
  expect(await temporaries()).toEqual([]);
});

test('what cannot be read says why, and what is not there is not there', async () => {
  for (const [code, [reason]] of Object.entries(causes)) {
    const { error } = await prepared(
      async (files) => void (await files.readFile('/d/f')),
      ({ number }) => (number === 0 ? code : undefined),
    );
    expect(error).toMatchObject({ code: 'NF2902', where: '/d/f', message: expect.stringContaining(reason) });
    expect((error as NeuroForgeError).hint).toBeTruthy();
  }
  const unseen = await prepared(
    async (files) => void (await files.exists('/d/f')),
    ({ number }) => (number === 0 ? 'EIO' : undefined),
  );
  expect(unseen.error).toMatchObject({ code: 'NF2902' });
});

test('a place that has no room for folders is not asked for ever', async () => {
  const disk = new CrashDisk({ fault: ({ path }) => (path === '/proc/x' ? 'ENOENT' : undefined) });
  await nodeFiles(disk).makeFolder('/proc');
  for (const path of ['/proc/x', '/proc/x/runs']) {
    await expect(nodeFiles(disk).makeFolder(path)).rejects.toMatchObject({ code: 'NF2904' });
  }
});
