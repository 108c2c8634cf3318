import type { FitEvent } from '../train/events.ts';

/** Step events that may wait for a page that is busy, before the run waits for it too. */
const most = 4096;
/** Milliseconds between two messages that bring steps only. */
const apart = 16;

/**
 * Events on their way to a page, at a rate that it can bear: there is one message under way at most, and the next one
 * brings all that has happened until the page has read it. Every event but a step is in lockstep: `put` resolves when
 * the page has read it.
 */
export class Outbox {
  readonly #send: (events: readonly FitEvent[]) => void;
  #waiting: FitEvent[] = [];
  #underWay = false;
  /** What waits is to go as soon as the page has read. */
  #wanted = false;
  #sent = Number.NEGATIVE_INFINITY;
  #whenRead: (() => void)[] = [];

  constructor(send: (events: readonly FitEvent[]) => void) {
    this.#send = send;
  }

  /** Null when the run may go on at once. */
  put(event: FitEvent): Promise<void> | null {
    this.#waiting.push(event);
    const step = event.type === 'step';
    if (!step || performance.now() - this.#sent >= apart) this.flush();
    if (step && this.#waiting.length < most) return null;
    return this.allRead();
  }

  /** Sends what waits, now or as soon as the last message has been read. */
  flush(): void {
    this.#wanted = this.#underWay && this.#waiting.length > 0;
    if (this.#underWay || this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#underWay = true;
    this.#sent = performance.now();
    this.#send(events);
  }

  /** The page has read the last message. */
  read(): void {
    this.#underWay = false;
    if (this.#wanted) this.flush();
    if (this.#underWay) return;
    for (const resolve of this.#whenRead.splice(0)) resolve();
  }

  /** Resolves when the page has read all that was put. */
  allRead(): Promise<void> {
    this.flush();
    if (!this.#underWay) return Promise.resolve();
    return new Promise((resolve) => this.#whenRead.push(resolve));
  }

  /** Nobody reads any more: whoever waits goes on. */
  close(): void {
    this.#waiting = [];
    this.#underWay = false;
    for (const resolve of this.#whenRead.splice(0)) resolve();
  }
}
