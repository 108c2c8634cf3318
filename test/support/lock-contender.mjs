// Takes the locks `FOLDER/0`, `FOLDER/1`, … one after the other as soon as the file `go` is there; says which it got, and
// holds those until its input ends.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '../../dist/platform/index.js';
import { takeLock } from '../../dist/platform/lock.js';

const [folder, count] = process.argv.slice(2);
process.stdout.write('ready\n');
while (!existsSync(join(folder, 'go'))) await new Promise((resume) => setTimeout(resume, 1));
const won = [];
for (let i = 0; i < Number(count); i++) {
  try {
    await takeLock(files, join(folder, String(i)), { started: new Date().toISOString() });
    won.push(i);
  } catch (error) {
    if (error.code !== 'NF2905') throw error;
  }
}
process.stdout.write(`${JSON.stringify(won)}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
