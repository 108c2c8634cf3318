// Replaces files over and over until it is killed: each content says its length and its sha256, so whoever reads one can
// tell whether it is whole. The folder and a first number are given; says so when the first is done.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { files } from '../../dist/platform/index.js';

const [folder, first] = process.argv.slice(2);
for (let n = Number(first); ; n++) {
  const body = Buffer.alloc(1 + ((n * 7919) % 300_000), n % 251);
  const head = JSON.stringify({ n, length: body.length, sha256: createHash('sha256').update(body).digest('hex') });
  await files.writeFileAtomic(join(folder, 'model'), Buffer.concat([Buffer.from(`${head}\n`), body]));
  await files.writeFileAtomic(join(folder, 'last'), Buffer.concat([Buffer.from(`${head}\n`), body]));
  if (n === Number(first)) process.stdout.write('going\n');
}
