/** Where a run stands still: paused, single steps, stopped. */
export class Gate {
  #paused: boolean;
  /** Steps that may be made although the run is paused. */
  #credit = 0;
  #open: (() => void) | null = null;

  constructor(paused = false) {
    this.#paused = paused;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Whether a run that asks now has to wait. */
  get closed(): boolean {
    return this.#paused && this.#credit === 0;
  }

  pause(): void {
    this.#paused = true;
    this.#credit = 0;
  }

  resume(): void {
    this.#paused = false;
    this.#credit = 0;
    this.#release();
  }

  /** Pauses, and lets one more step through. */
  step(): void {
    this.#paused = true;
    this.#credit++;
    this.#release();
  }

  /** A step has been made. */
  count(): void {
    if (this.#credit > 0) this.#credit--;
  }

  /** Resolves when the run may go on. */
  async pass(): Promise<void> {
    while (this.closed) {
      await new Promise<void>((resume) => {
        this.#open = resume;
      });
    }
  }

  #release(): void {
    this.#open?.();
    this.#open = null;
  }
}
