import { NeuroForgeError } from '../core/errors.ts';
import type { FitEvent, FitResult } from '../train/events.ts';
import { EventStream } from '../train/stream.ts';
import { errorFrom, type Opening, type Question, type ToPage, type ToWorker, type Values } from './messages.ts';
import type { FitSpec } from './spec.ts';

/** Whoever serves: a Worker (of the web or of Node), or a MessagePort at whose other end `serveFit` listens. */
export interface Server {
  /** `never`: lists of the web's and of Node's transferables fit, whose types have nothing in common. */
  postMessage(message: unknown, transfer: never[]): void;
  addEventListener?(type: 'error', listener: (event: Event) => void): void;
  on?(type: 'error' | 'exit', listener: (reason: unknown) => void): unknown;
}

export interface FitInWorkerOptions {
  /** Buffers of the specification that the page gives away, e.g. those of a data set's `x` and `y`. Default none: copied. */
  readonly transfer?: readonly Transferable[];
  /** Milliseconds until the worker must have answered; default 30,000. */
  readonly startLimit?: number;
}

/**
 * A run in a worker: `await` it for the result, iterate it for events, or both, as with `fit`; neither blocks the page.
 * Step events come in bundles, at a rate that the page can bear; at any other event the run stands still until all
 * readers have asked for the next one. The worker lives on after the run, and answers of its model until `close`.
 */
export class FitInWorker implements PromiseLike<FitResult>, AsyncIterable<FitEvent> {
  readonly #port: MessagePort;
  readonly #events = new EventStream<FitEvent>();
  readonly #result: Promise<FitResult>;
  readonly #asked = new Map<number, { resolve: (answer: unknown) => void; reject: (e: unknown) => void }>();
  #settle!: { resolve: (result: FitResult) => void; reject: (error: unknown) => void };
  #limit: ReturnType<typeof setTimeout> | undefined;
  #over: NeuroForgeError | null = null;
  #questions = 0;
  /** Bundles are read one after the other. */
  #reading: Promise<void> = Promise.resolve();

  constructor(server: Server, spec: FitSpec, options: FitInWorkerOptions = {}) {
    const { startLimit = 30_000, transfer = [] } = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#result.then(
      () => this.#events.end(),
      (error) => this.#events.end(error),
    );
    port1.onmessage = ({ data }) => {
      try {
        this.#hear(data as ToPage);
      } catch (error) {
        this.#misunderstand(error);
      }
    };
    const died = (reason: unknown): void => this.fail('NF4181', 'the worker of the run has failed', String(reason));
    server.addEventListener?.('error', (event) =>
      died((event as ErrorEvent).message || 'its script could not be loaded'),
    );
    if (!server.addEventListener) {
      server.on?.('error', died);
      server.on?.('exit', (code) => died(`it ended with code ${code}`));
    }
    this.#limit = setTimeout(
      () => this.fail('NF4181', 'the worker does not answer', `nothing for ${startLimit / 1000} s`),
      startLimit,
    );
    try {
      server.postMessage({ neuroforge: 'fit', spec, port: port2 } satisfies Opening, [port2, ...transfer] as never[]);
    } catch (error) {
      this.fail('NF4180', 'the specification cannot be sent to a worker', String(error));
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited for its result
  then<A = FitResult, B = never>(
    onDone?: ((result: FitResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onDone, onError);
  }

  [Symbol.asyncIterator](): AsyncIterator<FitEvent, undefined> {
    return this.#events[Symbol.asyncIterator]();
  }

  /** Stands still after the step under way (within some 50 ms). */
  pause(): void {
    this.#say({ type: 'pause' });
  }

  /** Pauses, and makes one more step, whose event comes whatever `stepEvents` says unless that is 0. */
  step(): void {
    this.#say({ type: 'step' });
  }

  resume(): void {
    this.#say({ type: 'resume' });
  }

  /** Finishes the step under way and ends with status `interrupted`; a paused run too. */
  stop(): void {
    this.#say({ type: 'stop' });
  }

  /** A parameter as it is between two steps, e.g. `0.W`. Rejects with NF1111 if there is none, NF4182 after `close`. */
  parameter(path: string): Promise<Values> {
    return this.#ask({ about: 'parameter', path }) as Promise<Values>;
  }

  /** What the network says of x, whole rows of inputs as they are fed to it (scaled). Rejects with NF1101, NF4182. */
  predict(x: Float32Array): Promise<Values> {
    return this.#ask({ about: 'predict', x }) as Promise<Values>;
  }

  /** `sha256:…` of the parameters as they are between two steps, as `weightsHash` tells it. Rejects with NF4182. */
  weightsHash(): Promise<string> {
    return this.#ask({ about: 'hash' }) as Promise<string>;
  }

  /** Ends the run wherever it is, and gives its memory in the worker back. */
  close(): void {
    if (this.#over) return;
    this.#say({ type: 'close' });
    this.fail('NF4182', 'the run was closed');
  }

  /** Ends all that waits for this run; whoever has ended its worker tells why. */
  fail(code: string, message: string, got?: string): void {
    if (this.#over) return;
    this.#over = new NeuroForgeError(code, message, {
      where: 'fitInWorker',
      got,
      hint: code === 'NF4181' ? 'does the script of the worker load, and call serveFit()?' : undefined,
    });
    clearTimeout(this.#limit);
    this.#settle.reject(this.#over);
    for (const { reject } of this.#asked.values()) reject(this.#over);
    this.#asked.clear();
    this.#port.close();
  }

  #say(message: ToWorker): void {
    if (!this.#over) this.#port.postMessage(message);
  }

  #ask(question: Question): Promise<unknown> {
    if (this.#over) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      const id = this.#questions++;
      this.#asked.set(id, { resolve, reject });
      this.#say({ type: 'ask', id, question });
    });
  }

  #hear(message: ToPage): void {
    clearTimeout(this.#limit);
    switch (message.type) {
      case 'events':
        this.#reading = this.#reading
          .then(() => this.#read(message.events))
          .catch((error) => this.#misunderstand(error));
        break;
      case 'answer':
        this.#take(message.id)?.resolve(message.answer);
        break;
      case 'refusal':
        this.#take(message.id)?.reject(errorFrom(message.error));
        break;
      case 'failed':
        this.#settle.reject(errorFrom(message.error));
    }
  }

  async #read(events: readonly FitEvent[]): Promise<void> {
    for (const event of events) {
      await this.#events.emit(event);
      if (event.type === 'done') this.#settle.resolve(event.result);
    }
    this.#say({ type: 'read' });
  }

  #misunderstand(error: unknown): void {
    this.fail('NF4181', 'the worker has sent what cannot be read', String(error));
  }

  #take(id: number) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }
}

/**
 * Starts `spec` in a worker; see {@link FitInWorker}. Rejects with NF4180 (a specification that cannot be used), NF4181
 * (the worker fails or does not answer), NF4182 (closed), NF4183 (an error of a layer of one's own), and all that
 * reading data and `fit` throw, as the errors that they are.
 */
export function fitInWorker(server: Server, spec: FitSpec, options: FitInWorkerOptions = {}): FitInWorker {
  return new FitInWorker(server, spec, options);
}
