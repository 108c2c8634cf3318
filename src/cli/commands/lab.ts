import { join } from 'node:path';
import { NeuroForgeError } from '../../core/errors.ts';
import { host, serveLab, usualPort } from '../lab-server.ts';
import { openBrowser } from '../open-browser.ts';
import { exitCodes, type Output } from '../output.ts';

const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];

/** `neuroforge lab`: the page of dist/lab on this machine's loopback, until a signal ends it. */
export async function labCommand(_: string[], options: Record<string, unknown>, output: Output): Promise<number> {
  const folder = join(import.meta.dirname, '..', 'lab');
  const asked = options.port === undefined ? null : portOf(options.port);
  const server = await serveLab(folder, asked);
  const ended = new Promise<void>((done) => {
    for (const signal of signals) process.once(signal, () => done());
  });
  const url = `http://${host}:${server.port}/`;
  if (asked === null && server.port !== usualPort) output.note(`port ${usualPort} is taken; another one is used`);
  output.document({ schema: 'neuroforge/lab@1', url, host, port: server.port, version: NEUROFORGE_VERSION });
  output.print(`${output.paint.bold('NeuroForge lab')}  ${output.paint.cyan(url)}`);
  output.print('Ctrl-C ends it; only this machine can reach it.');
  if (options.open !== false && !process.env.CI && process.stdout.isTTY && !output.json) openBrowser(url);
  await ended;
  await server.close();
  return exitCodes.fine;
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
