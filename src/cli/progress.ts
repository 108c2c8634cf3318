import { SingleBar } from 'cli-progress';
import { sparkline } from '../charts/terminal/index.ts';
import type { EpochEvent, FitEvent } from '../train/events.ts';
import type { Output } from './output.ts';

/** Shows a run on stderr: a line that redraws on a terminal, and a table row an epoch. */
export class Progress {
  readonly #output: Output;
  readonly #epochs: number;
  #bar: SingleBar | null = null;
  #steps = 0;
  #stepsPerEpoch = 1;
  #lastRow = 0;
  #headed = false;
  readonly #losses: number[] = [];

  constructor(output: Output, epochs: number) {
    this.#output = output;
    this.#epochs = epochs;
  }

  show(event: FitEvent): void {
    if (this.#output.quiet) return;
    if (event.type === 'start') {
      this.#steps = event.steps;
      this.#stepsPerEpoch = event.stepsPerEpoch;
    } else if (event.type === 'step') {
      this.#losses.push(event.loss);
      this.#draw(event.epoch, event.step, event.loss, event.msPerStep);
    } else if (event.type === 'epoch') {
      this.clear();
      if (!this.#headed) this.#output.note(this.#output.paint.dim(header(event)));
      this.#headed = true;
      // Off a terminal, epochs shorter than a second share a row with those after them.
      const now = Date.now();
      const last = event.step >= this.#steps;
      if (!this.#output.live && event.epoch > 10 && !last && now - this.#lastRow < 1000) return;
      this.#lastRow = now;
      this.#output.note(row(event, this.#output));
    } else if (event.type === 'warning') {
      this.clear();
      this.#output.warn(event.code, event.message, event.hint);
    }
  }

  /** Takes the line that redraws away. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #draw(epoch: number, step: number, loss: number, msPerStep: number): void {
    if (!this.#output.live) return;
    const inEpoch = step - (epoch - 1) * this.#stepsPerEpoch;
    if (!this.#bar) {
      this.#bar = new SingleBar({
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
        fps: 12,
        barCompleteChar: this.#output.unicode ? '█' : '#',
        barIncompleteChar: this.#output.unicode ? '░' : '-',
        barsize: 20,
        format:
          'epoch {epoch}/{epochs} {bar} {percentage}% {value}/{total}  loss {loss} {curve}  {ms} ms/step  ETA {left}',
      });
      this.#bar.start(this.#stepsPerEpoch, inEpoch, this.#values(epoch, step, loss, msPerStep));
    } else {
      this.#bar.update(inEpoch, this.#values(epoch, step, loss, msPerStep));
    }
  }

  #values(epoch: number, step: number, loss: number, msPerStep: number): object {
    const { unicode, color } = this.#output;
    return {
      epoch,
      epochs: this.#epochs,
      loss: loss.toFixed(4),
      curve: sparkline(this.#losses.slice(-64), { unicode, color, width: 8 }),
      ms: msPerStep.toFixed(2),
      left: duration(((this.#steps - step) * msPerStep) / 1000),
    };
  }
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 60) return `${Math.ceil(seconds)}s`;
  return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
}

const columns = [
  ['epoch', 5],
  ['train loss', 11],
  ['val loss', 11],
  ['val acc', 9],
  ['lr', 9],
  ['grad norm', 10],
  ['dead', 6],
  ['seconds', 8],
] as const;

function header(event: EpochEvent): string {
  const names = columns.map(([name]) => (name === 'val acc' && event.val && 'r2' in event.val ? 'val R2' : name));
  return names.map((name, i) => name.padStart(columns[i][1])).join('');
}

function row(event: EpochEvent, output: Output): string {
  const { val } = event;
  const number = (x: number | undefined, digits: number): string =>
    x === undefined || Number.isNaN(x)
      ? '-'
      : !Number.isFinite(x)
        ? String(x)
        : Math.abs(x) < 1e5
          ? x.toFixed(digits)
          : x.toExponential(2);
  const star = event.best && event.epoch > 0 ? (output.unicode ? '★' : '*') : ' ';
  const cells = [
    String(event.epoch),
    number(event.trainLoss, 4),
    number(val?.loss, 4) + star,
    number(val?.accuracy ?? val?.r2, 4),
    String(event.learningRate),
    number(event.gradientNorm, 3),
    Number.isNaN(event.deadShare) ? '-' : `${(100 * event.deadShare).toFixed(0)}%`,
    number(event.seconds, 1),
  ];
  return cells.map((cell, i) => cell.padStart(columns[i][1])).join('');
}
