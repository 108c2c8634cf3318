import { patience } from './patience.ts';

/** Milliseconds of a turn. */
const tick = 250;

/**
 * Notices that a worker is stuck. It counts turns of the page's own clock, so that a page which stood still itself
 * (asleep, in a debugger) accuses nobody: between two turns, what the worker has said is heard.
 */
export class Watch {
  readonly #stuck: () => void;
  readonly #ping: () => void;
  readonly #patience: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #left = Number.POSITIVE_INFINITY;
  #calm = false;

  /** `ping` asks a worker that waits for the page whether it can still be reached; `seconds` is how long a sign may take. */
  constructor(stuck: () => void, ping: () => void, seconds = patience) {
    this.#stuck = stuck;
    this.#ping = ping;
    this.#patience = 1000 * seconds;
  }

  /** The worker is at work, and has `ms` until it must say so again. */
  beat(ms: number = this.#patience): void {
    this.#calm = false;
    this.#expect(ms);
  }

  /** The worker waits for the page: it is to answer pings. */
  calm(): void {
    this.#calm = true;
    this.#left = Number.POSITIVE_INFINITY;
  }

  /** It has answered one. */
  pong(): void {
    if (this.#calm) this.calm();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #expect(ms: number): void {
    this.#left = Math.ceil(ms / tick);
    this.#timer ??= setInterval(() => this.#turn(), tick);
  }

  #turn(): void {
    if (this.#calm && this.#left === Number.POSITIVE_INFINITY) {
      this.#expect(this.#patience);
      this.#ping();
    } else if (--this.#left <= 0) {
      this.end();
      this.#stuck();
    }
  }
}
