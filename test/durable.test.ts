import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { files } from '../src/platform/index.ts';
import { removeLeftovers } from '../src/platform/temporaries.ts';

/** `DURABLE_KILLS=1000 npx vitest run test/durable.test.ts` for many. */
const kills = Number(process.env.DURABLE_KILLS ?? 40);
const folder = mkdtempSync(join(tmpdir(), 'neuroforge-durable-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
if (!existsSync('dist/platform/lock.js')) throw new Error('dist/platform is not there: npm run build');

function start(script: string, ...args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [`test/support/${script}`, ...args]);
  child.stderr.on('data', (text) => process.stderr.write(text));
  return child;
}

/** Resolves with the child's next line. */
function line(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((done, failed) => {
    child.stdout.once('data', (text) => done(String(text).trim()));
    child.once('exit', (code) => failed(new Error(`exit ${code}`)));
  });
}

const ended = (child: ChildProcessWithoutNullStreams): Promise<void> =>
  new Promise((done) => void ((child.exitCode ?? child.signalCode) ? done() : child.once('close', () => done())));

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await ended(child);
  return child.pid!;
}

/** The number in a file of replacer.mjs; throws unless the file is whole. */
function numberIn(name: string): number {
  const bytes = readFileSync(join(folder, name));
  const end = bytes.indexOf('\n');
  const { n, length, sha256 } = JSON.parse(bytes.subarray(0, end).toString());
  const body = bytes.subarray(end + 1);
  expect({ length: body.length, sha256: createHash('sha256').update(body).digest('hex') }).toEqual({ length, sha256 });
  return n;
}

test(`killed ${kills} times at random instants while it replaces files: each is whole, none goes back`, async () => {
  let n = 0;
  for (let kill = 0; kill < kills; kill++) {
    const child = start('replacer.mjs', folder, String(n));
    await line(child);
    await new Promise((resume) => setTimeout(resume, Math.random() * 30));
    child.kill('SIGKILL');
    await ended(child);
    const [model, last] = [numberIn('model'), numberIn('last')];
    expect([last, last + 1]).toContain(model);
    expect(last).toBeGreaterThanOrEqual(n);
    n = last + 1;
    await removeLeftovers(files, folder);
    expect(readdirSync(folder).sort()).toEqual(['last', 'model']);
  }
}, 600_000);

test('the temporaries of the dead are removed, those of the living and all other files stay', async () => {
  const child = start('replacer.mjs', folder, '0');
  await line(child);
  try {
    for (let look = 0; look < 200; look++) expect(await removeLeftovers(files, folder)).toEqual([]);
    const names = [`.f.${await deadPid()}.0.tmp`, `.f.${process.pid}.99999.tmp`, 'f.1.0.tmp', '.f.tmp'];
    for (const name of names) writeFileSync(join(folder, name), '');
    expect((await removeLeftovers(files, folder)).sort()).toEqual(names.slice(0, 2).sort());
    for (const name of names.slice(2)) rmSync(join(folder, name));
  } finally {
    child.kill('SIGKILL');
    await ended(child);
  }
});

test('of eight processes that race for the locks of a dead one, exactly one gets each', async () => {
  const place = mkdtempSync(join(folder, 'locks-'));
  const count = 40;
  const holder = { pid: await deadPid(), hostname: files.host.hostname, started: new Date(0).toISOString() };
  for (let i = 0; i < count; i++) {
    // Some stale, some torn by a crash, some free.
    if (i % 4 < 2) writeFileSync(join(place, String(i)), JSON.stringify(holder));
    if (i % 4 === 2) writeFileSync(join(place, String(i)), '{"pid":');
  }
  const children = Array.from({ length: 8 }, () => start('lock-contender.mjs', place, String(count)));
  try {
    await Promise.all(children.map(line));
    const said = children.map(line);
    writeFileSync(join(place, 'go'), '');
    const won: number[][] = (await Promise.all(said)).map((text) => JSON.parse(text));
    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  } finally {
    for (const child of children) child.stdin.end();
    await Promise.all(children.map(ended));
  }
}, 120_000);
