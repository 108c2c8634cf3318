import type { Input, StepOp } from '../../program.ts';
import { Block } from './block.ts';
import { type Code, types } from './encode.ts';
import { joinLanes, lanes, storeLanes } from './lanes.ts';
import type { Plan } from './plan.ts';
import type { Writer } from './values.ts';

/**
 * Writes the loops of a plan: over rows, four at a time, so that their sums run side by side and what belongs to rows
 * (a mean, a loss) is one vector, a lane a row; within them, the passes over columns, four at a time. A program of one
 * row runs over a range of its elements.
 */
export class Nest {
  readonly #w: Writer;
  readonly #inputs: readonly Input[];
  readonly #from: number;
  readonly #to: number;
  /** One number in every lane. */
  readonly #scalars = new Map<number, number>();
  readonly #totals = new Map<number, number>();

  constructor(plan: Plan, code: Code, call: (name: string) => void, inputs: readonly Input[]) {
    this.#inputs = inputs;
    const [rowOffset, colOffset] = [code.local(types.i32), code.local(types.i32)];
    this.#w = { plan, code, call, rowOffset, colOffset, pushScalar: (v) => this.#pushScalar(v) };
    [this.#from, this.#to] = [plan.scratchParam + 1, plan.scratchParam + 2];
  }

  write(): void {
    const { code, plan, call, rowOffset, colOffset } = this.#w;
    const { rows, cols, nodes, needed, passes, homes, totals } = plan;
    const scalars = needed.filter((v) => nodes[v].kind === 'scalar' && nodes[v].op !== 'constant');
    for (const v of scalars) if (!nodes[v].post) this.#scalar(v);
    for (const v of passes.flatMap((p) => p.colSums)) {
      const { base, offset } = homes.get(v)!;
      code.add('local.get', base, 'i32.const', offset, 'i32.add').lanes(nodes[v].op === 'colSum' ? 0 : -Infinity);
      code.add('f32x4.extract_lane', 0, 'i32.const', cols);
      call('fill');
    }
    for (const v of totals) this.#totals.set(v, code.local(types.v128));
    const stride = rows === 1 ? 4 : 4 * cols;
    code.add('local.get', this.#from, 'i32.const', stride, 'i32.mul', 'local.set', rowOffset);
    code.add('local.get', this.#from, 'i32.const', 4, 'i32.mul', 'local.set', colOffset);
    if (rows === 1) this.#block(1);
    else this.#blocks();
    for (const v of scalars) if (nodes[v].post) this.#scalar(v);
    this.#results();
  }

  /** From `from` to `to`: four rows at a time, then the rest. */
  #blocks(): void {
    const { code, plan, rowOffset, colOffset } = this.#w;
    const { rows, cols } = plan;
    const row = code.local(types.i32);
    code.add('local.get', this.#from, 'local.set', row);
    const more = () => code.add('local.get', row, 'i32.const', 4, 'i32.add', 'local.get', this.#to, 'i32.le_s');
    const four = (): void => {
      this.#block(4);
      code
        .advance(row, 4)
        .advance(rowOffset, 16 * cols)
        .advance(colOffset, 16);
    };
    if (rows >= 4) code.while(more, four);
    if (rows % 4 === 0) return;
    code.add('local.get', row, 'local.get', this.#to, 'i32.lt_s').block('if', () => this.#block(rows % 4));
  }

  #block(count: number): void {
    const { nodes, passes, stores, rows } = this.#w.plan;
    const block = new Block(this.#w, count);
    passes.forEach((pass, q) => block.run(pass, q, rows === 1 ? [this.#from, this.#to] : null));
    for (const { value, to } of stores) if (nodes[value].kind === 'col') block.storeColumn(value, to);
    for (const [total, sum] of this.#totals) block.addTo(sum, nodes[total].operands[0]);
  }

  #scalar(v: number): void {
    const { code, plan, call } = this.#w;
    const { op, operands } = plan.nodes[v];
    if (op === 'input') {
      code.add('local.get', v);
      if (this.#inputs[v].byValue) code.add('f32x4.splat');
      else code.memory('v128.load32_splat', 0);
    } else if (op === 'total') joinLanes(code, [this.#totals.get(v)!], 'f32x4.add');
    else lanes(code, op as StepOp, call, (i) => this.#pushScalar(operands[i]));
    const local = code.local(types.v128);
    code.add('local.set', local);
    this.#scalars.set(v, local);
  }

  #pushScalar(v: number): void {
    const { op, constant } = this.#w.plan.nodes[v];
    if (op === 'constant') this.#w.code.lanes(constant);
    else this.#w.code.add('local.get', this.#scalars.get(v)!);
  }

  /** What is known after all rows: rows made of column sums, and numbers. */
  #results(): void {
    const { nodes, stores, homes, passes } = this.#w.plan;
    const rows = stores.filter(({ value, to }) => {
      const { kind, op } = nodes[value];
      return kind === 'row' && !(homes.get(value) === to && /^col/.test(op)); // a column sum grew at its home
    });
    const pass = { rowSums: [], colSums: [], stores: rows, maps: [] };
    if (rows.length > 0) new Block(this.#w, 1).run(pass, passes.length, null);
    for (const { value, to } of stores) {
      if (nodes[value].kind === 'scalar') storeLanes(this.#w.code, to.base, 0, 1, this.#scalars.get(value)!);
    }
  }
}
