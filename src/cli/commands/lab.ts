import { join } from 'node:path';
import { NeuroForgeError } from '../../core/errors.ts';
import { toJson } from '../../core/unseen.ts';
import type { ServedFile } from '../lab-files.ts';
import { host, type MadeFiles, serveLab, usualPort } from '../lab-server.ts';
import { openBrowser } from '../open-browser.ts';
import { exitCodes, type Output } from '../output.ts';
import { servedMnist } from '../served-mnist.ts';
import { openServedRun, type ServedRun } from '../served-run.ts';

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];

/** `neuroforge lab [RUN]`: the page of dist/lab, with a run in it, on this machine's loopback, until a signal ends it. */
export async function labCommand([name]: string[], options: Record<string, unknown>, output: Output): Promise<number> {
  const folder = join(import.meta.dirname, '..', 'lab');
  const asked = options.port === undefined ? null : portOf(options.port);
  const run = name === undefined ? null : await openServedRun(name);
  const server = await serveLab(folder, asked, new Map([...servedMnist, ...(run ? filesOf(run) : [])]));
  const ended = new Promise<void>((done) => {
    for (const signal of signals) process.once(signal, () => done());
  });
  const url = `http://${host}:${server.port}/${run ? '#train/run' : ''}`;
  if (asked === null && server.port !== usualPort) output.note(`port ${usualPort} is taken; another one is used`);
  const about = { url, host, port: server.port, version: NEUROFORGE_VERSION };
  output.document({
    schema: 'neuroforge/lab@1',
    ...about,
    ...(run ? { run: { name: run.name, path: run.path } } : {}),
  });
  output.print(`${output.paint.bold('NeuroForge lab')}  ${output.paint.cyan(url)}`);
  if (run) output.print(`run             ${run.name}`);
  output.print('Ctrl-C ends it; only this machine can reach it.');
  if (options.open !== false && !process.env.CI && process.stdout.isTTY && !output.json) openBrowser(url);
  await ended;
  await server.close();
  return exitCodes.fine;
}

/** What the page reads of the run: two files, by paths of their own. */
function filesOf(run: ServedRun): MadeFiles {
  const json = async (): Promise<ServedFile> => ({
    type: 'application/json; charset=utf-8',
    content: toJson(await run.document()),
  });
  const model = async (): Promise<ServedFile | null> => {
    const content = await run.model();
    return content && { type: 'application/octet-stream', content };
  };
  return new Map([
    ['/run/run.json', json],
    ['/run/model.safetensors', model],
  ]);
}

function portOf(value: unknown): number {
  const port = /^\d{1,5}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (port <= 65535) return port;
  throw new NeuroForgeError('NF4190', 'this is no port', {
    where: '--port',
    expected: 'a whole number from 0 to 65535; 0 for one that is free',
    got: String(value),
  });
}
