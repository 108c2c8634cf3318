import { describe, expect, test } from 'vitest';
import { CrashDisk, type CrashDiskOptions } from '../../test/support/crash-disk.ts';
import { survivors } from '../../test/support/crash-states.ts';
import { is, Promises } from '../../test/support/promises.ts';
import type { Files } from './files.ts';
import { nodeFiles } from './node.ts';

type Scenario = (files: Files) => Promise<void>;

/** What a run does with files, each in small, and how many states a power cut may leave while it does. */
const scenarios: Readonly<Record<string, { states: number; run: Scenario }>> = {
  'writeFileAtomic makes a file, and replaces it': {
    states: 91,
    async run(files) {
      await files.writeFileAtomic('/f', 'old');
      await files.writeFileAtomic('/f', 'newer');
    },
  },
  'replace moves a file that was written in pieces': {
    states: 432,
    async run(files) {
      await files.writeFileAtomic('/f', 'old');
      await files.appendFile('/f.part', 'new');
      await files.appendFile('/f.part', 'er');
      await files.replace('/f.part', '/f');
    },
  },
  'writeFileExclusive makes a whole file': {
    states: 50,
    run: (files) => files.writeFileExclusive('/lock', 'mine'),
  },
  'makeFolder makes folders that last, and files in them': {
    states: 32,
    async run(files) {
      await files.makeFolder('/a/b');
      await files.makeFolderExclusive('/a/b/c');
      await files.writeFileAtomic('/a/b/c/f', 'x');
    },
  },
  'what was appended and synced stays': {
    states: 154,
    async run(files) {
      for (const line of ['one\n', 'two\n']) {
        await files.appendFile('/log', line);
        await files.sync('/log');
      }
    },
  },
};

async function record(run: Scenario, options: CrashDiskOptions = {}): Promise<Promises> {
  const promises = new Promises(new CrashDisk(options));
  await run(promises.files);
  return promises;
}

describe.each(Object.entries(scenarios))('a power cut: %s', (_, { states, run }) => {
  test('after each call, whatever became of what was not synced: old or new', async () => {
    const promises = await record(run);
    expect(promises.judge()).toEqual({ states, losses: [] });
  });

  test('without any one of its syncs something is lost', async () => {
    const { syncs } = (await record(run)).disk;
    expect(syncs).toBeGreaterThan(0);
    for (let ignoredSync = 0; ignoredSync < syncs; ignoredSync++) {
      const { losses } = (await record(run, { ignoredSync })).judge();
      expect(losses.length, `without sync ${ignoredSync} of ${syncs}`).toBeGreaterThan(0);
    }
  });
});

describe('the disk of these tests shows', () => {
  const careless = async (run: (disk: CrashDisk) => Promise<void>): Promise<number> => {
    const { disk } = await record((files) => files.writeFileAtomic('/f', 'old'));
    const begun = disk.calls.length;
    await run(disk);
    let losses = 0;
    for (let calls = begun; calls <= disk.calls.length; calls++) {
      for (const state of survivors(disk, calls)) {
        const found = state.read('/f');
        if (!is('newer')(found) && (calls === disk.calls.length || !is('old')(found))) losses++;
      }
    }
    return losses;
  };

  test('a file that is written in place', async () => {
    const inPlace = async (disk: CrashDisk): Promise<void> => {
      await disk.remove('/f');
      const file = await disk.open('/f', 'new');
      await file.write(Buffer.from('newer'));
      await file.sync();
      await disk.syncFolder('/');
    };
    expect(await careless(inPlace)).toBeGreaterThan(0);
  });

  test('bytes that are synced after they got their name', async () => {
    const late = async (disk: CrashDisk): Promise<void> => {
      const file = await disk.open('/t', 'new');
      await file.write(Buffer.from('newer'));
      await disk.rename('/t', '/f');
      await file.sync();
      await disk.syncFolder('/');
    };
    expect(await careless(late)).toBeGreaterThan(0);
  });

  test('a folder that is synced before the rename', async () => {
    const early = async (disk: CrashDisk): Promise<void> => {
      const file = await disk.open('/t', 'new');
      await file.write(Buffer.from('newer'));
      await file.sync();
      await disk.syncFolder('/');
      await disk.rename('/t', '/f');
    };
    expect(await careless(early)).toBeGreaterThan(0);
  });
});

test('without hard links a file is made all the same, and never over another', async () => {
  for (const code of ['EPERM', 'ENOTSUP']) {
    const disk = new CrashDisk({ fault: ({ name }) => (name === 'link' ? code : undefined) });
    const files = nodeFiles(disk);
    await files.writeFileExclusive('/lock', 'mine');
    await expect(files.writeFileExclusive('/lock', 'his')).rejects.toMatchObject({ code: 'NF2903' });
    expect(Buffer.from(await files.readFile('/lock')).toString()).toBe('mine');
    expect(await files.list('/')).toEqual(['lock']);
  }
});

describe('Windows', () => {
  const system = 'win32';
  const file = 'C:\\runs\\f';
  const write: Scenario = async (files) => {
    await files.makeFolder('C:\\runs');
    await files.writeFileAtomic(file, 'old');
    await files.writeFileAtomic(file, 'newer');
  };

  test('no folder is synced; a crash leaves the old file or the new one', async () => {
    const { disk } = await record(write, { system });
    const seen = new Set<string>();
    for (let calls = 0; calls <= disk.calls.length; calls++) {
      for (const state of survivors(disk, calls)) seen.add(String(state.read(file)));
    }
    expect(disk.calls.map(({ name }) => name)).not.toContain('syncFolder');
    const values = ['null', String(Uint8Array.from(Buffer.from('old'))), String(Uint8Array.from(Buffer.from('newer')))];
    expect([...seen].sort()).toEqual(values.sort());
  });

  test('a missing sync of the bytes shows', async () => {
    for (const ignoredSync of [0, 1]) {
      const { disk } = await record(write, { system, ignoredSync });
      const last = [...survivors(disk, disk.calls.length)].map((state) =>
        Buffer.from(state.read(file) ?? '').toString(),
      );
      expect(last.some((text) => !['', 'old', 'newer'].includes(text))).toBe(true);
    }
  });

  test.each(['EPERM', 'EACCES', 'EBUSY'])('a target that is open for a while (%s) is waited for', async (code) => {
    let busy = 4;
    const disk = new CrashDisk({ system, fault: ({ name }) => (name === 'rename' && busy-- > 0 ? code : undefined) });
    const files = nodeFiles(disk);
    await files.writeFileAtomic('C:\\f', 'x');
    expect(Buffer.from(await files.readFile('C:\\f')).toString()).toBe('x');
    expect(disk.paused).toBe(5 + 10 + 20 + 40);
  });

  test('a target that stays open is given up after two seconds, the old file kept', async () => {
    const disk = new CrashDisk({ system });
    const files = nodeFiles(disk);
    await files.writeFileAtomic('C:\\f', 'old');
    const reader = await disk.open('C:\\f', 'read');
    await expect(files.writeFileAtomic('C:\\f', 'new')).rejects.toMatchObject({
      code: 'NF2904',
      where: 'C:\\f',
      message: expect.stringContaining('another program has it open'),
      hint: expect.stringContaining('close'),
    });
    expect(disk.paused).toBe(2000);
    expect(await files.list('C:\\')).toEqual(['f']);
    await reader.close();
    await files.writeFileAtomic('C:\\f', 'new');
  });

  test('elsewhere a refused rename is refused at once', async () => {
    const disk = new CrashDisk({ fault: ({ name }) => (name === 'rename' ? 'EACCES' : undefined) });
    await expect(nodeFiles(disk).writeFileAtomic('/f', 'x')).rejects.toMatchObject({ code: 'NF2904' });
    expect(disk.paused).toBe(0);
  });
});
