import { expect, test } from 'vitest';
import { CrashDisk } from '../../test/support/crash-disk.ts';
import { checkNames } from './names.ts';
import { nodeFiles } from './node.ts';

test.each([
  ['C:\\runs\\20261123-2010-mlp-7f3a', null],
  ['\\\\?\\C:\\runs\\.model.safetensors.12.0.tmp', null],
  ['..\\runs/./latest', null],
  ['console\\auxiliary.json', null],
  ['runs\\con', 'is the name of a device'],
  ['runs\\NUL.json', 'is the name of a device'],
  ['aux\\run.json', 'is the name of a device'],
  ['runs\\com1', 'is the name of a device'],
  ['runs\\a:b', 'has the character ":"'],
  ['C:\\runs\\what?', 'has the character "?"'],
  ['runs\\tab\t', 'has the character "\\t"'],
  ['runs.\\x', 'ends in a dot or a space'],
  ['runs\\x ', 'ends in a dot or a space'],
])('%s on Windows: %s', (path, wrong) => {
  if (wrong === null) checkNames(path, 'win32');
  else expect(() => checkNames(path, 'win32')).toThrow(expect.objectContaining({ code: 'NF2907', where: path }));
  if (wrong !== null) expect(() => checkNames(path, 'win32')).toThrow(wrong);
  checkNames(path, 'linux');
});

test('nothing is made under such a name; what is there under it can be removed', async () => {
  const disk = new CrashDisk({ system: 'win32' });
  const files = nodeFiles(disk);
  const ways = [
    () => files.writeFileAtomic('C:\\con', 'x'),
    () => files.writeFileExclusive('C:\\a:b', 'x'),
    () => files.appendFile('C:\\nul.jsonl', 'x'),
    () => files.makeFolder('C:\\aux\\runs'),
    () => files.makeFolderExclusive('C:\\dot.'),
    () => files.replace('C:\\part', 'C:\\lpt9.gz'),
  ];
  for (const way of ways) await expect(way()).rejects.toMatchObject({ code: 'NF2907' });
  expect(disk.calls).toEqual([]);
  await files.remove('C:\\con');
  expect(files.join('C:\\runs', 'a')).toBe('C:\\runs\\a');
});
