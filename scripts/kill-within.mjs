// Preloaded into a training process by kills.mjs: at the KILL_AT_CALL-th call on files the process kills itself, within a
// write when half of it is done. At the end of a process that lives, says how many calls there were.
import { appendFileSync, writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const at = Number(process.env.KILL_AT_CALL);
let calls = 0;
const die = () => process.kill(process.pid, 'SIGKILL');

/** Replaces a method by one that counts, and dies before, within or after the call. */
function wrap(owner, name, half) {
  const real = owner[name];
  owner[name] = async function (...args) {
    const now = calls++;
    if (now === at) {
      if (half) half.apply(this, args);
      else if (now % 2 === 1) await real.apply(this, args); // after it
      die();
      await new Promise(() => {}); // the signal may take its time
    }
    return real.apply(this, args);
  };
}

const halfOf = (data) => (typeof data === 'string' ? Buffer.from(data) : data).subarray(0, data.length >> 1);
for (const name of ['rename', 'link', 'rm', 'mkdir']) wrap(fs, name);
wrap(fs, 'appendFile', (path, data) => appendFileSync(path, halfOf(data)));
const handle = await fs.open(process.execPath, 'r');
const FileHandle = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ['sync', 'datasync']) wrap(FileHandle, name);
for (const name of ['writeFile', 'write']) {
  wrap(FileHandle, name, function (data) {
    writeSync(this.fd, halfOf(data));
  });
}
syncBuiltinESMExports();
process.on('exit', () => process.stderr.write(`calls ${calls}\n`));
