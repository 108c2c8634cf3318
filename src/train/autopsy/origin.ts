import { allFinite, type Range } from '../../backends/watch.ts';
import type { Batch } from '../../data/batch.ts';
import type { Model } from '../../models/model.ts';
import { scratchOf } from '../../tensor/compute.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { Place, Recorded, StepRecord } from './watch.ts';

/** The operation that first gave a number that is none, from which the loss or the parameters got theirs. */
export interface Origin {
  readonly place: Place;
  readonly operation: string;
  /** The number in it, where one operand is a number. */
  readonly constant: number | null;
  readonly operands: readonly Range[];
  readonly result: Range;
  /** `operation` when its operands were finite; else whose number was none before anything was computed. */
  readonly source: 'operation' | 'input' | 'target' | 'parameters' | 'constant';
  /** The parameter that it read or wrote, e.g. `2.W`, where that can be told. */
  readonly parameter: string | null;
  /** Rows of the data set in whose examples it shows, or where the numbers were largest. */
  readonly rows: readonly number[];
}

const mostRows = 8;

/** Walks back from the step's loss, or from its first spoiled parameter, to where that came from. */
export function originOf(record: StepRecord, model: Model, batch: Batch, loss: number): Origin | null {
  const { operations } = record;
  const symptom = symptomOf(operations, model, loss);
  if (symptom < 0) return null;
  const { at, bad } = walkBack(operations, symptom);
  const operation = operations[at];
  const source = bad === null ? 'operation' : sourceOf(operation.operands[bad].at, model, batch);
  const { place, name, constant, operands, result } = operation;
  const touched = [...operands, result].map((o) => parameterAt(model, o.at)).find((p) => p !== null) ?? null;
  return {
    place,
    operation: name,
    constant,
    operands: operands.map(plain),
    result: plain(result),
    source,
    parameter: touched,
    rows: place.phase === 'update' ? [] : rowsOf(record, at, model.backend.heap(), batch),
  };
}

function plain({ min, max, nan, infinite }: Range): Range {
  return { min, max, nan, infinite };
}

/** The first operation after which it was certain that the step had failed; -1 if none is seen. */
function symptomOf(operations: readonly Recorded[], model: Model, loss: number): number {
  if (!Number.isFinite(loss)) {
    for (let i = operations.length - 1; i >= 0; i--) {
      const { place, result } = operations[i];
      if (place.phase === 'loss' && result.n === 1 && !allFinite(result)) return i;
    }
  }
  const from = model.parameters.values.address(scratchOf(model.backend));
  const to = from + model.parameters.values.size;
  const spoiled = operations.findIndex(({ result: r }) => r.at >= from && r.at + r.n <= to && !allFinite(r));
  return spoiled >= 0 ? spoiled : operations.findIndex(({ result }) => !allFinite(result));
}

/** To an operation whose operands are finite, or one of which nobody made the bad operand (its number, else null). */
function walkBack(operations: readonly Recorded[], symptom: number): { at: number; bad: number | null } {
  let at = symptom;
  for (;;) {
    const { operands, makers } = operations[at];
    const bad = operands.flatMap((operand, i) => (allFinite(operand) ? [] : [i]));
    if (bad.length === 0) return { at, bad: null };
    const made = bad.map((i) => makers[i]).filter((m) => m >= 0 && !allFinite(operations[m].result));
    if (made.length === 0) return { at, bad: bad[0] };
    at = Math.min(...made);
  }
}

function sourceOf(address: number, model: Model, batch: Batch): Origin['source'] {
  if (holds(batch.x, address)) return 'input';
  if (batch.y instanceof Tensor && holds(batch.y, address)) return 'target';
  return holds(model.parameters.values, address) ? 'parameters' : 'constant';
}

function holds(t: Tensor, address: number): boolean {
  const from = t.address(t.arena ?? scratchOf(t.backend));
  return address >= from && address < from + t.size;
}

function parameterAt(model: Model, address: number): string | null {
  const { parameters } = model;
  return parameters.names.find((name) => holds(parameters.param(name), address)) ?? null;
}

/**
 * The rows of the batch in which the result is not finite. Of a result that has no rows (a mean, a gradient), those of
 * what it was made of, by its largest numbers.
 */
function rowsOf({ operations }: StepRecord, from: number, heap: ArrayLike<number>, batch: Batch): number[] {
  for (let at = from; at >= 0; ) {
    const { result, rows, place, operands, makers } = operations[at];
    const n = result.n / batch.size;
    const ofRows = rows === batch.size || (rows === null && place.phase !== 'update' && batch.size > 1);
    if (ofRows && Number.isInteger(n) && n >= 1) return worstRows(operations[at], n, heap, batch);
    const sizes = operands.map((o) => (allFinite(o) ? Math.max(-o.min, o.max) : Infinity));
    const next = makers
      .map((m, i) => ({ m, size: sizes[i] }))
      .filter(({ m }) => m >= 0 && m < at)
      .sort((a, b) => b.size - a.size)[0];
    at = next ? next.m : -1;
  }
  return [];
}

function worstRows({ result }: Recorded, n: number, heap: ArrayLike<number>, batch: Batch): number[] {
  const size = (i: number): number => {
    let most = 0;
    for (let j = i * n; j < (i + 1) * n; j++) {
      const v = Math.abs(heap[result.at + j]);
      if (!(v < Infinity)) return Infinity;
      if (v > most) most = v;
    }
    return most;
  };
  const sizes = Array.from(batch.rows, (row, i) => ({ row, size: size(i) }));
  const bar = allFinite(result) ? 0.5 * Math.max(...sizes.map((s) => s.size)) : Infinity;
  const worst = sizes.filter((s) => s.size >= bar);
  return worst.slice(0, mostRows).map((s) => s.row);
}
