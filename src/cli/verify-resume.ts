import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { NeuroForgeError } from '../core/errors.ts';
import { files } from '../platform/index.ts';
import type { Config } from './config.ts';
import { signals } from './interrupt.ts';
import { exitCodes, type Output, people } from './output.ts';
import { nameOf } from './saver.ts';
import { prepareData } from './setup.ts';

/** Long enough to cross an epoch's end, short enough to wait for. */
const mostSteps = 3000;

type Document = Readonly<Record<string, unknown>>;

/**
 * `train --verify-resume`: trains the first epoch and a half of this configuration, then, in another process, goes on
 * from the checkpoint in its middle, and compares. Answers 0 when all is equal, 1 when not.
 */
export async function verifyResume(config: Config, mirror: string | undefined, output: Output): Promise<number> {
  const { config: resolved, split } = await prepareData(config, { files, mirror });
  const rows = resolved.batch === 'full' ? split.train.count : Math.min(resolved.batch, split.train.count);
  const stepsPerEpoch = Math.ceil(split.train.count / rows);
  const planned = Math.min(resolved.steps ?? Infinity, resolved.epochs * stepsPerEpoch, mostSteps);
  const steps = Math.min(planned, Math.max(2, Math.ceil(1.5 * stepsPerEpoch)));
  const middle = Math.max(1, Math.floor(steps / 2));
  const folder = await mkdtemp(files.join(tmpdir(), 'neuroforge-resume-'));
  const stopped = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopped.abort(signal);
  for (const signal of signals) process.on(signal, stop);
  try {
    const settings = files.join(folder, 'config.json');
    await files.writeFileAtomic(settings, JSON.stringify({ ...resolved, steps, checkpointEvery: middle, keepLast: 4 }));
    output.note(`training ${people(steps)} steps without a stop`);
    const whole = await child(['--config', settings, '--run-dir', folder], stopped.signal);
    output.note(`going on from step ${people(middle)} of them, in a process of its own`);
    const middleOne = files.join(String(whole.run), 'checkpoints', nameOf(middle));
    const resumed = await child(['--resume', middleOne], stopped.signal);
    return report(whole, resumed, { steps, middle }, output);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    return stopped.signal.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  } finally {
    for (const signal of signals) process.off(signal, stop);
    await files.remove(folder);
  }
}

/** Trains in a process of its own and answers its document; throws what that process refused. */
function child(args: readonly string[], stopped: AbortSignal): Promise<Document> {
  const command = [...process.execArgv, process.argv[1], 'train', ...args, '--quiet', '--json'];
  return new Promise((done, failed) => {
    const running = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    stopped.addEventListener('abort', () => running.kill('SIGKILL'));
    let text = '';
    running.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    running.on('error', failed);
    running.on('close', (code, signal) => {
      try {
        const document = JSON.parse(text);
        if (document.status === 'done') done(document);
        else failed(refusal(document));
      } catch {
        failed(
          new NeuroForgeError('NF9004', `the training process ended without a result: ${signal ?? `exit ${code}`}`),
        );
      }
    });
  });
}

function refusal({ error, status }: Document): NeuroForgeError {
  if (typeof error === 'object' && error !== null) {
    const { code, message, ...facts } = error as { code: string; message: string };
    return new NeuroForgeError(code, message, facts);
  }
  return new NeuroForgeError('NF4129', `the run is ${status} within the steps that were to be compared`, {
    where: '--verify-resume',
    hint: 'a run that diverges has nothing to go on to: try a lower --lr',
  });
}

const compared = ['weights', 'weightsBest', 'steps', 'train', 'val', 'test'];

function report(whole: Document, resumed: Document, at: { steps: number; middle: number }, output: Output): number {
  const different = compared.filter((key) => JSON.stringify(whole[key]) !== JSON.stringify(resumed[key]));
  const equal = different.length === 0;
  output.document({
    schema: 'neuroforge/resume@1',
    verdict: equal ? 'pass' : 'fail',
    backend: whole.backend,
    threads: whole.threads,
    steps: at.steps,
    resumedFrom: at.middle,
    different,
    weights: { uninterrupted: whole.weights, resumed: resumed.weights },
  });
  output.print(
    equal
      ? `pass: ${people(at.steps)} steps, and ${people(at.middle)} then the rest, end with the same bits on ${whole.backend}`
      : `fail: the resumed run differs in ${different.join(', ')}`,
  );
  output.print(`      uninterrupted ${whole.weights}`);
  output.print(`      resumed       ${resumed.weights}`);
  return equal ? exitCodes.fine : exitCodes.negative;
}
