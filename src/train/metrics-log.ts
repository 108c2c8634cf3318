import { readWhole } from '../data/read-whole.ts';
import type { Files } from '../platform/files.ts';
import type { EpochEvent } from './events.ts';
import { fromJson, toJson } from './json.ts';
import type { Metrics } from './metrics.ts';
import type { Position } from './state.ts';

/** In bytes: 200,000 epochs fit. */
const largest = 2 ** 29;

/**
 * `metrics.jsonl` of a run: a line for the training loss and one for the validation metrics of each epoch. Lines are
 * added to the end; after a write that failed, the whole file is written anew with the next.
 */
export class MetricsLog {
  readonly #files: Files;
  readonly #path: string;
  #history: EpochEvent[] = [];
  #torn = false;
  #synced = true;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** The epochs of the run, those before it was resumed included. */
  get history(): readonly EpochEvent[] {
    return this.#history;
  }

  async add(event: EpochEvent): Promise<void> {
    this.#history.push(event);
    this.#synced = false;
    if (this.#torn) return this.#rewrite();
    this.#torn = true;
    await this.#files.appendFile(this.#path, linesOf(event));
    this.#torn = false;
  }

  /** What was added reaches the disk, as it must before a checkpoint that stands on it. */
  async sync(): Promise<void> {
    if (this.#torn) return this.#rewrite();
    if (!this.#synced) await this.#files.sync(this.#path);
    this.#synced = true;
  }

  /** Reads the file and takes away what came after `position`, which is trained again, and lines that a crash tore. */
  async rewind({ step, epoch, evaluated }: Pick<Position, 'step' | 'epoch' | 'evaluated'>): Promise<void> {
    this.#history = (await this.#files.exists(this.#path))
      ? await readEpochs(
          this.#files,
          this.#path,
          (at) => at.epoch <= epoch && (at.step < step || (at.step === step && evaluated)),
        )
      : [];
    await this.#rewrite();
  }

  async #rewrite(): Promise<void> {
    await this.#files.writeFileAtomic(this.#path, this.#history.map(linesOf).join(''));
    this.#torn = false;
    this.#synced = true;
  }
}

/**
 * The epochs in `metrics.jsonl` for which `kept` holds, in order. Lines that are none of ours, as a crash leaves one, are
 * passed over. Throws NF2901 (no file), NF2003, NF2004 (no file of that kind or size).
 */
export async function readEpochs(
  files: Files,
  path: string,
  kept: (at: Pick<EpochEvent, 'step' | 'epoch'>) => boolean = () => true,
): Promise<EpochEvent[]> {
  const text = new TextDecoder().decode(await readWhole(files, path, { most: largest, what: 'metrics.jsonl' }));
  const epochs = new Map<number, EpochEvent>();
  for (const line of text.split('\n')) {
    const entry = parse(line);
    if (!entry || entry.epoch < 0 || entry.step < 0 || !kept(entry)) continue;
    epochs.set(entry.epoch, merged(epochs.get(entry.epoch), entry));
  }
  return [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
}

function linesOf(event: EpochEvent): string {
  const { epoch, step, seconds, learningRate, gradientNorm, deadShare } = event;
  const at = { step, epoch };
  const train = { ...at, split: 'train', loss: event.trainLoss, learningRate, gradientNorm, deadShare, seconds };
  const val = event.val && { ...at, split: 'val', ...event.val, seconds };
  const lines = [epoch > 0 ? train : null, val].filter((line) => line !== null);
  return lines.map((line) => `${toJson(line)}\n`).join('');
}

interface Line extends Record<string, unknown> {
  readonly step: number;
  readonly epoch: number;
  readonly split: string;
}

/** Null for what is no line of ours. */
function parse(text: string): Line | null {
  try {
    const line = fromJson(text) as Line;
    const whole = Number.isSafeInteger(line?.step) && Number.isSafeInteger(line.epoch);
    return whole && (line.split === 'train' || line.split === 'val') ? line : null;
  } catch {
    return null;
  }
}

function merged(before: EpochEvent | undefined, line: Line): EpochEvent {
  const number = (key: string): number => (typeof line[key] === 'number' ? line[key] : Number.NaN);
  const { step, epoch, split, seconds, ...rest } = line;
  const blank = { trainLoss: Number.NaN, val: null, learningRate: Number.NaN, gradientNorm: Number.NaN };
  const event: EpochEvent = before ?? {
    ...{ type: 'epoch', step, epoch, seconds: number('seconds'), ...blank, deadShare: Number.NaN, best: false },
  };
  if (split === 'val') return { ...event, val: numbersOf(rest) };
  const { learningRate, gradientNorm, deadShare } = Object.fromEntries(
    ['learningRate', 'gradientNorm', 'deadShare'].map((key) => [key, number(key)]),
  );
  return { ...event, trainLoss: number('loss'), learningRate, gradientNorm, deadShare };
}

function numbersOf(values: Readonly<Record<string, unknown>>): Metrics {
  return Object.fromEntries(Object.entries(values).filter((entry) => typeof entry[1] === 'number')) as Metrics;
}
