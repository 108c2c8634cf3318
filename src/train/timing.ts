const warmUpSteps = 100;

/**
 * Times steps from the start of one to the start of the next; what lies between `suspend` and `resume` is left out. Its
 * memory is bounded however long the run.
 */
export class StepClock {
  readonly #start: number;
  readonly #warmUp: number[] = [];
  readonly #later = new Spread(4096);
  #laterSum = 0;
  #last = performance.now();
  #sinceMark = 0;
  #stepsSinceMark = 0;

  /** `seconds` were spent on the run before. */
  constructor(seconds = 0) {
    this.#start = this.#last - 1000 * seconds;
  }

  resume(): void {
    this.#last = performance.now();
  }
  suspend(): void {
    this.#last = Number.NaN;
  }

  /** A step has ended. */
  tick(): void {
    const now = performance.now();
    const ms = now - this.#last;
    this.#last = now;
    this.#sinceMark += ms;
    this.#stepsSinceMark++;
    if (this.#warmUp.length < warmUpSteps) {
      this.#warmUp.push(ms);
    } else {
      this.#laterSum += ms;
      this.#later.add(ms);
    }
  }

  /** Mean of the steps since this was last asked, or since the start; NaN without any. */
  mark(): number {
    const mean = this.#sinceMark / this.#stepsSinceMark;
    this.#sinceMark = 0;
    this.#stepsSinceMark = 0;
    return mean;
  }

  seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /**
   * Mean and median milliseconds a step; the first 100 steps warm up and count only if there are no more than 200. The
   * median of a run of more than 8,192 steps is that of a sample, evenly spread over the run.
   */
  summary(): { msPerStep: number; msPerStepMedian: number } {
    const { count, kept } = this.#later;
    if (count > warmUpSteps) return { msPerStep: this.#laterSum / count, msPerStepMedian: medianOf(kept) };
    const all = [...this.#warmUp, ...kept];
    return { msPerStep: all.reduce((a, b) => a + b, 0) / all.length, msPerStepMedian: medianOf(all) };
  }
}

/** Every k-th of the values that were added, evenly spread: at least `enough` of them and less than twice as many. */
class Spread {
  readonly #enough: number;
  #kept: number[] = [];
  #every = 1;
  count = 0;

  constructor(enough: number) {
    this.#enough = enough;
  }

  get kept(): readonly number[] {
    return this.#kept;
  }

  add(value: number): void {
    if (this.count++ % this.#every !== 0) return;
    this.#kept.push(value);
    if (this.#kept.length < 2 * this.#enough) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }
}

/** NaN of nothing. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Lets the event loop run every 50 ms, without the clamp that browsers put on timers. */
export function yielder(): { due(): boolean; pause(): Promise<void>; close(): void } {
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  let resume: (() => void) | null = null;
  port1.onmessage = () => resume?.();
  return {
    due: () => performance.now() - last > 50,
    pause: () =>
      new Promise((resolve) => {
        resume = () => {
          last = performance.now();
          resolve();
        };
        port2.postMessage(null);
      }),
    close: () => port1.close(),
  };
}
