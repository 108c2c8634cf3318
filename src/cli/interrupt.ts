import { safeText } from '../charts/text.ts';
import { exitCodes, type Output } from './output.ts';

/** Windows has no SIGTERM; there SIGBREAK is Ctrl-Break, and a closed window comes as SIGHUP, as a closed terminal does. */
const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];

/** What signals do to a run: the first lets the step end and everything be saved, the second ends at once. */
export class Interrupt {
  readonly #stop: () => void;
  readonly #output: Output;
  readonly #path: string;
  #received: NodeJS.Signals | null = null;

  constructor(output: Output, path: string, stop: () => void) {
    this.#output = output;
    this.#path = path;
    this.#stop = stop;
    for (const signal of signals) process.on(signal, this.#on);
  }

  /** Of a run that was interrupted: 130 after Ctrl-C, 143 after all else. */
  get exitCode(): number {
    return this.#received === null || this.#received === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  }

  /** Signals end the process again. */
  release(): void {
    for (const signal of signals) process.off(signal, this.#on);
  }

  readonly #on = (signal: NodeJS.Signals): void => {
    if (this.#received !== null) {
      this.#received = signal;
      process.exit(this.exitCode);
    }
    this.#received = signal;
    this.#output.note(`\nstopping after this step and saving to ${safeText(this.#path)} (once more to stop at once)`);
    this.#stop();
  };
}
