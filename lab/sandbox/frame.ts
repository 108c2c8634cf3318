import { NeuroForgeError } from '../../src/core/errors.ts';
import { frameDocument } from './policy.ts';

/** What a worker of the frame is born with. */
export interface Birth {
  /** The whole program: library, then the learner's functions. */
  readonly script: Blob;
  readonly message: unknown;
  /** Handed over with the message. */
  readonly ports: readonly MessagePort[];
  /** Within the message; the frame hands them on without a copy. */
  readonly buffers?: readonly ArrayBuffer[];
}

/** An exception that reached the worker's top: a script that cannot be parsed, most often. */
export interface WorkerFailure {
  /** Empty where the browser does not say: Firefox says nothing of a script that it cannot parse. */
  readonly message: string;
  /** From 1, in the whole script; 0 where unknown. */
  readonly line: number;
}

export interface FrameWorker {
  /** Ends it wherever it is. */
  end(): void;
}

/** Milliseconds until a frame must have answered. */
const startLimit = 10_000;
const endLimit = 1_000;

/**
 * The frame of opaque origin in which learners' workers live, and its replacement when it has died (a renderer that
 * ran out of memory takes all its workers along). It holds a relay of twenty lines; see {@link frameDocument}.
 */
export class Frame {
  readonly #container: HTMLElement;
  #element: HTMLIFrameElement | null = null;
  readonly #live = new Map<number, { failed: (failure: WorkerFailure) => void; lost: () => void }>();
  /** Workers whose end the frame has not confirmed, with what to call when it does. */
  readonly #endings = new Map<number, () => void>();
  #next = 0;
  #ready: Promise<void> = Promise.resolve();
  #heard: (() => void) | null = null;
  #settled: Promise<void> = Promise.resolve();
  #whenSettled = (): void => {};

  constructor(container: HTMLElement) {
    this.#container = container;
    addEventListener('message', this.#hear);
  }

  /** Resolves when workers can be born. Rejects with NF4170 where the page's policy forbids it. */
  open(): Promise<void> {
    this.#ready = this.#make();
    return this.#ready;
  }

  /** `failed` hears of exceptions at the top, `lost` that the frame went down with the worker. */
  async birth(
    { script, message, ports, buffers = [] }: Birth,
    on: { failed: (f: WorkerFailure) => void; lost: () => void },
  ): Promise<FrameWorker> {
    while (this.#endings.size > 0) await this.#settled; // a frame that does not end a worker is replaced first
    await this.#ready;
    const id = this.#next++;
    this.#live.set(id, on);
    // An opaque origin cannot be named as the target; this window is that of our own element.
    this.#element!.contentWindow!.postMessage({ id, script, message, buffers }, '*', [...ports]);
    return { end: () => this.#end(id) };
  }

  close(): void {
    removeEventListener('message', this.#hear);
    this.#element?.remove();
    this.#element = null;
    this.#live.clear();
  }

  #end(id: number): void {
    if (!this.#live.delete(id) || !this.#element) return;
    const timer = setTimeout(() => {
      this.#replace();
      this.#settle(id);
    }, endLimit);
    if (this.#endings.size === 0) {
      this.#settled = new Promise((resolve) => {
        this.#whenSettled = resolve;
      });
    }
    this.#endings.set(id, () => clearTimeout(timer));
    this.#element.contentWindow?.postMessage({ id }, '*');
  }

  #settle(id: number): void {
    this.#endings.get(id)?.();
    this.#endings.delete(id);
    if (this.#endings.size === 0) this.#whenSettled();
  }

  #replace(): void {
    if (!this.#element) return;
    const lost = [...this.#live.values()];
    this.#live.clear();
    this.#element.remove();
    this.#ready = this.#make();
    this.#ready.catch(() => {});
    for (const { lost: tell } of lost) tell();
  }

  async #make(): Promise<void> {
    const element = document.createElement('iframe');
    element.setAttribute('sandbox', 'allow-scripts');
    element.setAttribute('aria-hidden', 'true');
    element.tabIndex = -1;
    element.hidden = true;
    element.title = 'where your code runs';
    element.srcdoc = frameDocument;
    this.#element = element;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(closedFrame()), startLimit);
      this.#heard = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#container.append(element);
    });
  }

  readonly #hear = ({ source, data }: MessageEvent): void => {
    if (!this.#element || source !== this.#element.contentWindow || typeof data !== 'object' || data === null) return;
    if (data.ready === true) this.#heard?.();
    if (data.ended === true) this.#settle(data.id);
    if (typeof data.error === 'object' && data.error !== null) {
      const { message, line } = data.error;
      this.#live.get(data.id)?.failed({ message: String(message ?? '').slice(0, 2000), line: Number(line) || 0 });
    }
  };
}

function closedFrame(): NeuroForgeError {
  return new NeuroForgeError('NF4170', 'the frame in which your code is to run does not start', {
    where: 'openSandbox',
    expected: "a page whose content security policy, if it has one, allows the frame's script and its workers",
    hint: 'see pagePolicy in lab/sandbox/policy.ts; Content-Security-Policy headers of the host count too',
  });
}
