/** Milliseconds of gain that are remembered: so much may be lost to one disturbance before threads are doubted. */
const mostCredit = 20;
/** What a new trial starts with. */
const trialCredit = 1;
/** Milliseconds that main goes on alone after a first, and after many failed trials. */
const [shortest, longest] = [4, 128];

/**
 * Whether threads pay. Where other programs want the processors too, a thread waits for its turn while main waits for
 * the thread, and several are slower than one. So gains and losses are added up, in milliseconds of wall time; when more
 * was lost than gained, main goes on alone for a while and tries again, for longer each time that this fails.
 */
export class Balance {
  readonly #now: () => number;
  #credit = mostCredit;
  #pause = shortest;
  #aloneUntil = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** True while main had better work alone. */
  alone(): boolean {
    if (this.#aloneUntil === 0) return false;
    if (this.#now() < this.#aloneUntil) return true;
    this.#aloneUntil = 0;
    return false;
  }

  /** An operation in `threads` parts: main's took `own` milliseconds, and it waited `wait` more for the others. */
  add(threads: number, own: number, wait: number): void {
    this.#credit += own * (threads - 1) - wait; // alone: own * threads; so: own + wait
    if (this.#credit >= mostCredit) {
      this.#credit = mostCredit;
      this.#pause = shortest;
    } else if (this.#credit < 0) {
      this.#aloneUntil = this.#now() + this.#pause;
      this.#pause = Math.min(2 * this.#pause, longest);
      this.#credit = trialCredit;
    }
  }
}
