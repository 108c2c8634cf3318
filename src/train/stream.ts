/**
 * Delivers events to readers in lockstep: `emit` resolves when every reader has asked for the next event, so within
 * `for await` the sender stands still at the event that is being read. A reader that leaves is forgotten.
 */
export class EventStream<E> implements AsyncIterable<E> {
  readonly #readers = new Set<Reader<E>>();
  #ended = false;

  async emit(event: E): Promise<void> {
    if (this.#readers.size > 0) await Promise.all([...this.#readers].map((r) => r.deliver(event)));
  }

  /** Ends every reader's loop; with `error`, by throwing it there. */
  end(error?: unknown): void {
    this.#ended = true;
    for (const r of this.#readers) r.end(error);
    this.#readers.clear();
  }

  [Symbol.asyncIterator](): AsyncIterator<E, undefined> {
    const reader = new Reader<E>(() => this.#readers.delete(reader));
    if (this.#ended) reader.end();
    else this.#readers.add(reader);
    return reader;
  }
}

class Reader<E> implements AsyncIterator<E, undefined> {
  readonly #leave: () => void;
  /** An event that nobody has asked for yet, with what to call when the one after it is asked for. */
  #waiting: { event: E; taken: () => void } | null = null;
  /** Called when the event that was handed out last has been dealt with. */
  #done: (() => void) | null = null;
  #asked: { resolve: (r: IteratorResult<E, undefined>) => void; reject: (e: unknown) => void } | null = null;
  #ended = false;
  #error: unknown;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  deliver(event: E): Promise<void> {
    return new Promise((resolve) => {
      if (this.#asked) {
        const { resolve: answer } = this.#asked;
        this.#asked = null;
        this.#done = resolve;
        answer({ done: false, value: event });
      } else {
        this.#waiting = { event, taken: resolve };
      }
    });
  }

  next(): Promise<IteratorResult<E, undefined>> {
    this.#release();
    if (this.#waiting) {
      const { event, taken } = this.#waiting;
      this.#waiting = null;
      this.#done = taken;
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#ended) return this.#last();
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<E, undefined>> {
    this.#leave();
    this.#release();
    this.#waiting?.taken();
    this.#waiting = null;
    this.#ended = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#release();
    const asked = this.#asked;
    this.#asked = null;
    if (asked) this.#last().then(asked.resolve, asked.reject);
  }

  #last(): Promise<IteratorResult<E, undefined>> {
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  #release(): void {
    this.#done?.();
    this.#done = null;
  }
}
