import { Session } from 'node:inspector';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { judge, minimized, nextInput } from './check.ts';
import { Coverage } from './coverage.ts';
import { ourVerdict, rewritten } from './differential.ts';
import { generatedSafetensors } from './generate-safetensors.ts';
import { Dice } from './mutate.ts';
import { targets } from './targets.ts';

export { Dice, generatedSafetensors, judge, nextInput, ourVerdict, rewritten, targets };

/** What the long run tells its worker; `slot` is [running, executions, length of the input], then the input. */
export interface Job {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  readonly slot: SharedArrayBuffer;
}

const batch = 40;

/**
 * Fuzzes one parser for a time. Inputs that reach code that none before reached become seeds. Each input lies in shared
 * memory while it is read, so that the main thread can save the one that hangs.
 */
async function work({ target: name, seconds, seed, slot }: Job): Promise<void> {
  const target = targets.find((t) => t.name === name)!;
  const state = new Int32Array(slot, 0, 4);
  const held = new Uint8Array(slot, 16);
  const corpus = [...(await target.seeds())];
  const dice = new Dice(seed);
  const coverage = new Coverage(new Session());
  const verdicts = new Map<string, number>();
  const findings = new Map<string, { finding: string; input: string }>();
  const end = Date.now() + seconds * 1000;
  const run = async (bytes: Uint8Array): Promise<void> => {
    held.set(bytes.subarray(0, held.length));
    state[2] = Math.min(bytes.length, held.length);
    Atomics.store(state, 0, 1);
    const { verdict, finding } = await judge(target, bytes);
    Atomics.store(state, 0, 0);
    Atomics.add(state, 1, 1);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (finding !== undefined && !findings.has(finding.slice(0, 40)) && findings.size < 20) {
      const least = await minimized(target, bytes, finding);
      findings.set(finding.slice(0, 40), { finding, input: Buffer.from(least).toString('base64') });
      parentPort!.postMessage({ found: findings.get(finding.slice(0, 40)) });
    }
  };
  const seeds = corpus.length;
  for (let n = 0; Date.now() < end; ) {
    const inputs = Array.from({ length: batch }, () => nextInput(target, corpus, n++, dice));
    for (const bytes of inputs) await run(bytes);
    if (!coverage.grew()) continue;
    coverage.forget();
    for (const bytes of inputs) {
      await run(bytes);
      if (coverage.grew() && n > seeds + batch) corpus.push(bytes.slice());
    }
  }
  parentPort!.postMessage({
    done: { verdicts: [...verdicts], seeds, corpus: corpus.length, blocks: coverage.reached },
  });
}

if (!isMainThread) await work(workerData as Job);
