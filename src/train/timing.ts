/** Times steps from the start of one to the start of the next; what lies between `suspend` and `resume` is left out. */
export class StepClock {
  readonly #start = performance.now();
  readonly #durations: number[] = [];
  #last = this.#start;
  #mark = 0;

  resume(): void {
    this.#last = performance.now();
  }
  suspend(): void {
    this.#last = Number.NaN;
  }

  /** A step has ended. */
  tick(): void {
    const now = performance.now();
    this.#durations.push(now - this.#last);
    this.#last = now;
  }

  /** Mean of the last `n` steps. */
  sinceLast(n: number): number {
    const from = Math.max(this.#mark, this.#durations.length - n);
    let sum = 0;
    for (let i = from; i < this.#durations.length; i++) sum += this.#durations[i];
    this.#mark = this.#durations.length;
    return sum / (this.#durations.length - from);
  }

  seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Mean and median milliseconds a step; the first 100 steps warm up and count only if there are no more. */
  summary(): { msPerStep: number; msPerStepMedian: number } {
    const all = this.#durations;
    const counted = all.slice(all.length > 200 ? 100 : 0).sort((a, b) => a - b);
    if (counted.length === 0) return { msPerStep: Number.NaN, msPerStepMedian: Number.NaN };
    const middle = Math.floor(counted.length / 2);
    return {
      msPerStep: counted.reduce((a, b) => a + b, 0) / counted.length,
      msPerStepMedian: counted.length % 2 ? counted[middle] : (counted[middle - 1] + counted[middle]) / 2,
    };
  }
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
