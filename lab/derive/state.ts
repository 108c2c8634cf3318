import { computed, signal } from '@preact/signals';
import { check, type GradientCheck } from './measure.ts';
import { chapterInputs, compute, type InputName, type Inputs, isGradient, type Values } from './network.ts';
import type { Cell } from './reading.ts';
import { type Step, steps } from './steps.ts';

/** What one `<nf-derive>` shows. */
export class DeriveState {
  readonly inputs = signal<Inputs>(chapterInputs);
  readonly at = signal(0);
  /** The cell in focus; where it is no cell of the step's result, the step's first one is read. */
  readonly focus = signal<Cell | null>(null);

  readonly values = computed<Values>(() => compute(this.inputs.value));
  readonly step = computed<Step>(() => steps[this.at.value]);
  readonly cell = computed<Cell>(() => {
    const { result } = this.step.value;
    const focus = this.focus.value;
    return focus?.name === result ? focus : { name: result, row: 0, col: 0 };
  });
  readonly check = computed<GradientCheck | null>(() => {
    const { name, row, col } = this.cell.value;
    if (!isGradient(name)) return null;
    const values = this.values.value;
    return check(this.inputs.value, values, name, row * values[name].cols + col);
  });

  go(to: number): void {
    const next = Math.min(steps.length - 1, Math.max(0, to));
    if (next === this.at.value) return;
    this.at.value = next;
    this.focus.value = null;
  }

  /** Goes to the step that computes a cell, and reads it. */
  show(cell: Cell): void {
    const to = steps.findIndex(({ result }) => result === cell.name);
    if (to < 0) return;
    this.at.value = to;
    this.focus.value = cell;
  }

  edit(name: InputName, index: number, value: number): void {
    const inputs = this.inputs.value;
    this.inputs.value = { ...inputs, [name]: inputs[name].map((v, i) => (i === index ? value : v)) };
  }

  label(example: number, truth: number): void {
    const inputs = this.inputs.value;
    this.inputs.value = { ...inputs, y: inputs.y.map((v, n) => (n === example ? truth : v)) };
  }

  reset(): void {
    this.inputs.value = chapterInputs;
  }

  get changed(): boolean {
    return this.inputs.value !== chapterInputs;
  }
}
