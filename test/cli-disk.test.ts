import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Ended, main, Workplace } from './cli.ts';

const at = new Workplace();
const posix = process.platform !== 'win32';
/** `--data iris` writes 2 to 3 kB a file, `--data digits` models of 70 kB: a limit between them is a disk that fills up. */
const limit = 'ulimit -f 40; ';

/** The command line through a shell that sets something first, as another user where root would be let through. */
function run(
  args: string[],
  options: { before?: string; stdout?: number; unprivileged?: boolean } = {},
): Promise<Ended> {
  const { before = '', stdout: to, unprivileged = false } = options;
  const id = unprivileged && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  return new Promise((done) => {
    const child = spawn('sh', ['-c', `${before}exec "$0" "$@"`, process.execPath, main, ...args], {
      cwd: at.folder,
      env: { PATH: process.env.PATH, HOME: at.folder, NEUROFORGE_CACHE: at.path('cache'), LANG: 'C.UTF-8' },
      stdio: ['ignore', to ?? 'pipe', 'pipe'],
      ...id,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (text) => (stdout += text));
    child.stderr!.on('data', (text) => (stderr += text));
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

const runsIn = (parent: string): string[] => readdirSync(at.path(parent)).filter((name) => name !== 'latest');

/** Every file of a run's checkpoints and its model, by name. */
function checkpointsOf(folder: string): Record<string, string> {
  const names = readdirSync(at.path(`${folder}/checkpoints`)).map((name) => `checkpoints/${name}`);
  return Object.fromEntries(
    [...names, 'model.safetensors'].map((name) => [name, readFileSync(at.path(`${folder}/${name}`), 'latin1')]),
  );
}

describe.runIf(posix)('train where it cannot save', () => {
  it('on a full disk: says which file, why and what to do; nothing half written stays', async () => {
    const { code, stdout, stderr } = await run(['train', '--epochs', '2', '--quiet'], { before: limit });
    const [name] = runsIn('runs');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/error NF2904 {2}runs\/.*\.safetensors: cannot be written: .*larger than is allowed/);
    expect(stderr).toMatch(/hint: .*ulimit -f/);
    const all = readdirSync(at.path(`runs/${name}`), { recursive: true }).map(String);
    expect(all.filter((file) => /\.tmp$|\.safetensors$|^lock/.test(file))).toEqual([]);
    expect(JSON.parse(at.read(`runs/${name}/run.json`))).toMatchObject({ status: 'interrupted' });
  });

  it('on a disk that fills up later: the previous checkpoint is as it was, and the run goes on once there is room', async () => {
    const first = await run(['train', '--epochs', '2', '--quiet', '--run-dir', 'later']);
    expect(first).toMatchObject({ code: 0 });
    const folder = `later/${runsIn('later')[0]}`;
    const before = checkpointsOf(folder);
    const full = await run(['train', '--resume', folder, '--epochs', '4', '--quiet'], { before: limit });
    expect(full.code).toBe(2);
    expect(full.stderr).toMatch(/NF2904/);
    expect(checkpointsOf(folder)).toEqual(before);
    const freed = await run(['train', '--resume', folder, '--epochs', '4', '--quiet']);
    expect(freed).toMatchObject({ code: 0 });
    expect(checkpointsOf(folder)['checkpoints/last.safetensors']).not.toBe(before['checkpoints/last.safetensors']);
    expect(existsSync(at.path(`${folder}/lock`))).toBe(false);
  });

  it('in a folder where one may not write, and in what is no folder', async () => {
    mkdirSync(at.path('closed'));
    chmodSync(at.folder, 0o755);
    chmodSync(at.path('closed'), 0o555);
    at.write('file', '');
    const [closed, file] = await Promise.all([
      run(['train', '--data', 'iris', '--epochs', '1', '--quiet', '--run-dir', 'closed/runs'], { unprivileged: true }),
      run(['train', '--data', 'iris', '--epochs', '1', '--quiet', '--run-dir', 'file/runs']),
    ]);
    expect(closed).toMatchObject({ code: 2, stdout: '' });
    expect(closed.stderr).toMatch(/NF2904 {2}closed\/runs: cannot be written: no permission/);
    expect(closed.stderr).toMatch(/hint: choose a folder that you may write to/);
    expect(file).toMatchObject({ code: 2, stdout: '' });
    expect(file.stderr).toMatch(/NF2904 {2}file\/runs: cannot be written: a part of its path is a file/);
  });
});

it.runIf(process.platform === 'linux')('results that stdout cannot take: exit 2, and no stack', async () => {
  const ways = [['data', 'list'], ['data', 'list', '--json'], ['--help']];
  const all = await Promise.all(ways.map((args) => run(args, { stdout: openSync('/dev/full', 'w') })));
  for (const { code, stderr } of all) {
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toMatch(/^error NF2904 {2}stdout: cannot be written: the disk is full\n +hint: free some space/);
    expect(stderr).not.toMatch(/ at /);
  }
});

it('a run folder that a living process has is refused; the lock of a dead one is explained and taken over', async () => {
  expect(await at.run(['train', '--data', 'iris', '--epochs', '2', '--run-dir', 'held'])).toMatchObject({ code: 0 });
  const folder = `held/${runsIn('held')[0]}`;
  const { hostname } = JSON.parse(at.read(`${folder}/run.json`)).host;
  const hold = (pid: number, host = hostname) =>
    at.write(`${folder}/lock`, JSON.stringify({ pid, hostname: host, started: '2026-11-23T20:10:00.000Z' }));
  const resume = ['train', '--resume', folder, '--epochs', '3', '--quiet'];
  hold(process.pid);
  await at.refused(resume, /NF2905 {2}held\/.*lock: in use by process \d+ on .* since 2026-11-23/, /hint: .*kill \d+/);
  hold(1, 'elsewhere');
  await at.refused(resume, /NF2908/, /process 1 on elsewhere/, /remove held\/.*lock/);
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((done) => dead.on('close', done));
  hold(dead.pid!);
  at.write(`${folder}/.model.safetensors.${dead.pid}.0.tmp`, 'half');
  const { code, stderr } = await at.run(resume.slice(0, -1));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toMatch(/took over the lock of process \d+ on .*: that process is gone/);
  expect(readdirSync(at.path(folder)).filter((name) => /lock|tmp/.test(name))).toEqual([]);
});
