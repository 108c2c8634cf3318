import type { Snapshot } from '../layers/parameters.ts';
import type { FitEvent } from '../train/events.ts';
import { type Fit, fit } from '../train/fit.ts';
import { answer } from './answer.ts';
import { Gate } from './gate.ts';
import { type Opening, plainError, type ToPage, type ToWorker } from './messages.ts';
import { Outbox } from './outbox.ts';
import { type OwnParts, prepareRun } from './prepare-run.ts';
import type { FitSpec } from './spec.ts';

/** What runs are asked for on: a worker's global scope, `parentPort` of worker_threads, a MessagePort. */
export interface Served {
  addEventListener(type: 'message', listener: (event: Event) => void): void;
  start?(): void;
}

/** A run's own port, as far as it is used. */
export interface RunPort {
  postMessage(message: ToPage, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

export interface ServeOptions extends OwnParts {
  /** Hears when the run stands still, for the page or for `resume`, and when it goes on. @internal */
  readonly idle?: (idle: boolean) => void;
}

/**
 * The worker's side: answers each `fitInWorker` by a run in this thread. In a module worker of one's own
 * `import { serveFit } from 'neuroforge/worker'; serveFit();`, in Node `serveFit(parentPort)`; layers and losses of
 * one's own go into `options`, by name. `neuroforge/worker/start` is this module with the library's own.
 */
export function serveFit(on: Served = globalThis as unknown as Served, options: ServeOptions = {}): void {
  on.addEventListener('message', (event) => {
    const { neuroforge, spec, port } = ((event as MessageEvent).data ?? {}) as Partial<Opening>;
    if (neuroforge === 'fit' && spec && port) serveRun(spec, port, options);
  });
  on.start?.();
}

/** One run on its own port. Never rejects: what goes wrong is told to the page. */
export async function serveRun(spec: FitSpec, port: RunPort, options: ServeOptions = {}): Promise<void> {
  const say = (message: ToPage, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  const gate = new Gate(spec.paused);
  const outbox = new Outbox((events) => say({ type: 'events', events }, events.flatMap(owned)));
  let run: Fit | null = null;
  let [stopped, closed, ended] = [false, false, false];
  const stop = (): void => {
    stopped = true;
    run?.stop();
    gate.resume();
  };
  const close = (): void => {
    closed = true;
    stop();
    outbox.close();
    port.close();
    if (ended) run?.model.dispose();
  };
  port.onmessage = ({ data }: { data: ToWorker }) => {
    if (data.type === 'read') outbox.read();
    else if (data.type === 'ask') answer(run?.model ?? null, data, say);
    else if (data.type === 'close') close();
    else if (data.type === 'stop') stop();
    else gate[data.type]();
  };
  say({ type: 'started' });
  try {
    const { model, data, options: fitOptions } = await prepareRun(spec, options);
    run = fit(model, data, { ...fitOptions, stepEvents: 1 });
    if (stopped) run.stop();
    const relay = new Relay(spec.stepEvents ?? 0, gate, outbox, options.idle);
    for await (const event of run) {
      if (!closed) await relay.pass(event);
    }
  } catch (error) {
    if (!closed) say({ type: 'failed', error: plainError(error) });
  }
  ended = true;
  options.idle?.(true);
  if (closed) run?.model.dispose();
}

/** Passes events on to the page, and holds the run at them. */
class Relay {
  readonly #every: number;
  readonly #gate: Gate;
  readonly #outbox: Outbox;
  readonly #idle: (idle: boolean) => void;
  /** Milliseconds and number of the steps since the last step event that went to the page. */
  #ms = 0;
  #steps = 0;
  /** How long the run was held since the last step, which is no part of the next one. */
  #held = 0;

  constructor(every: number, gate: Gate, outbox: Outbox, idle: (idle: boolean) => void = () => {}) {
    this.#every = every;
    this.#gate = gate;
    this.#outbox = outbox;
    this.#idle = idle;
  }

  async pass(event: FitEvent): Promise<void> {
    if (event.type !== 'step') {
      await this.#hold(this.#outbox.put(event));
      if (event.type !== 'done' && this.#gate.closed) await this.#hold(this.#gate.pass());
      return;
    }
    this.#gate.count();
    this.#ms += event.msPerStep - this.#held;
    this.#steps++;
    this.#held = 0;
    const { paused, closed } = this.#gate;
    if (this.#every > 0 && (paused || event.step % this.#every === 0)) {
      const wait = this.#outbox.put({ ...event, msPerStep: this.#ms / this.#steps });
      [this.#ms, this.#steps] = [0, 0];
      if (wait) await this.#timed(wait);
    }
    if (!closed) return;
    this.#outbox.flush();
    await this.#timed(this.#gate.pass());
  }

  async #timed(wait: Promise<void>): Promise<void> {
    const from = performance.now();
    await this.#hold(wait);
    this.#held += performance.now() - from;
  }

  async #hold(wait: Promise<void> | null): Promise<void> {
    this.#idle(true);
    await wait;
    this.#idle(false);
  }
}

/** Arrays of an event that nobody here reads again: they are handed over, not copied. */
function owned(event: FitEvent): Transferable[] {
  const of = ({ values, buffers }: Snapshot) => [values, buffers];
  if (event.type === 'checkpoint') {
    const { parameters, optimizer } = event.state; // the best ones may come again
    return [...of(parameters), ...Object.values(optimizer.vectors)].map(({ buffer }) => buffer as ArrayBuffer);
  }
  if (event.type !== 'done') return [];
  const { weights, weightsBest } = event.result;
  return [...of(weights), ...of(weightsBest)].map(({ buffer }) => buffer as ArrayBuffer);
}
