/** Milliseconds of one call of the learner's code. */
export const patience = 3000;
const tick = 250;

/**
 * Notices that a worker is stuck. It counts turns of the page's own clock, so that a page which stood still itself
 * (asleep, in a debugger) accuses nobody: between two turns, what the worker has said is heard.
 */
export class Watch {
  readonly #stuck: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #left = 0;

  constructor(stuck: () => void) {
    this.#stuck = stuck;
  }

  /** The worker lives, and has `ms` until it must say so again. */
  beat(ms: number = patience): void {
    this.#left = Math.ceil(ms / tick);
    this.#timer ??= setInterval(() => {
      if (--this.#left > 0) return;
      this.calm();
      this.#stuck();
    }, tick);
  }

  /** Nothing is to be heard for now. */
  calm(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
