import type { StepOp } from '../../program.ts';
import { Block } from './block.ts';
import { type Code, types } from './encode.ts';
import { joinLanes, lanes, storeLanes } from './lanes.ts';
import type { Home, Plan } from './plan.ts';

/**
 * Writes the loops of a plan: over rows, four at a time, so that their sums run side by side and what belongs to rows
 * (a mean, a loss) is one vector, a lane a row; within them, the passes over columns, four at a time. A program of one
 * row runs over a range of its elements.
 */
export class Nest {
  readonly code: Code;
  readonly #plan: Plan;
  readonly #call: (name: string) => void;
  readonly #from: number;
  readonly #to: number;
  /** Bytes from the start of a matrix, or of a column, to the present rows. */
  readonly #rowOffset: number;
  readonly #colOffset: number;
  /** One number in every lane. */
  readonly #scalars = new Map<number, number>();
  readonly #totals = new Map<number, number>();

  constructor(plan: Plan, code: Code, call: (name: string) => void) {
    this.#plan = plan;
    this.code = code;
    this.#call = call;
    this.#from = plan.scratchParam + 1;
    this.#to = plan.scratchParam + 2;
    this.#rowOffset = code.local(types.i32);
    this.#colOffset = code.local(types.i32);
  }

  write(): void {
    const { code } = this;
    const { rows, cols, nodes, needed, passes, homes, totals } = this.#plan;
    const colSums = passes.flatMap((p) => p.colSums);
    for (const v of needed) if (nodes[v].kind === 'scalar' && !nodes[v].post) this.#scalar(v);
    for (const v of colSums) this.#fill(homes.get(v)!, nodes[v].op === 'colSum' ? 0 : -Infinity);
    for (const v of totals) this.#totals.set(v, code.local(types.v128));
    code
      .get(this.#from)
      .i32(rows === 1 ? 4 : 4 * cols)
      .op('i32.mul')
      .set(this.#rowOffset);
    code.get(this.#from).i32(4).op('i32.mul').set(this.#colOffset);
    if (rows === 1) this.#block(1);
    else this.#blocks();
    for (const v of needed) if (nodes[v].kind === 'scalar' && nodes[v].post) this.#scalar(v);
    this.#results();
  }

  /** From `from` to `to`: four rows at a time, then the rest. */
  #blocks(): void {
    const { code } = this;
    const { rows, cols } = this.#plan;
    const row = code.local(types.i32);
    code.get(this.#from).set(row);
    const more = (): Code => code.get(row).i32(4).op('i32.add').get(this.#to).op('i32.le_s');
    const advance = (local: number, by: number): void => {
      code.get(local).i32(by).op('i32.add').set(local);
    };
    if (rows >= 4) {
      more().block('if', () =>
        code.block('loop', () => {
          this.#block(4);
          advance(row, 4);
          advance(this.#rowOffset, 16 * cols);
          advance(this.#colOffset, 16);
          more().op('br_if', 0);
        }),
      );
    }
    if (rows % 4 > 0) {
      code.get(row).get(this.#to).op('i32.lt_s');
      code.block('if', () => this.#block(rows % 4));
    }
  }

  #block(count: number): void {
    const { nodes, passes, stores, rows } = this.#plan;
    const block = this.#newBlock(count);
    passes.forEach((pass, q) => block.run(pass, q, rows === 1 ? { from: this.#from, to: this.#to } : null));
    for (const { value, to } of stores) {
      if (nodes[value].kind === 'col') block.storeColumn(value, to);
    }
    for (const [total, sum] of this.#totals) block.addTo(sum, nodes[total].operands[0]);
  }

  #newBlock(count: number): Block {
    const offsets = { row: this.#rowOffset, col: this.#colOffset };
    return new Block(this.#plan, this.code, this.#call, count, offsets, (v) => this.#pushScalar(v));
  }

  #scalar(v: number): void {
    const { code } = this;
    const { op, operands } = this.#plan.nodes[v];
    if (op === 'constant') return;
    const local = code.local(types.v128);
    if (op === 'input') {
      const { base } = this.#plan.homes.get(v)!;
      if (this.#plan.byValue[v]) code.get(base).op('f32x4.splat');
      else code.get(base).memory('v128.load32_splat', 0);
    } else if (op === 'total') {
      joinLanes(code, [this.#totals.get(v)!], 'f32x4.add');
    } else {
      lanes(
        code,
        op as StepOp,
        this.#call,
        operands.map((o) => () => this.#pushScalar(o)),
      );
    }
    code.set(local);
    this.#scalars.set(v, local);
  }

  #pushScalar(v: number): void {
    const { op, constant } = this.#plan.nodes[v];
    if (op === 'constant') this.code.lanes(constant);
    else this.code.get(this.#scalars.get(v)!);
  }

  #fill({ base, offset }: Home, value: number): void {
    this.code.get(base).i32(offset).op('i32.add').f32(value).i32(this.#plan.cols);
    this.#call('fill');
  }

  /** What is known after all rows: rows made of column sums, and numbers. */
  #results(): void {
    const { nodes, stores, homes, passes } = this.#plan;
    const rows = stores.filter(({ value, to }) => {
      const { kind, op } = nodes[value];
      return kind === 'row' && !(homes.get(value) === to && /^col/.test(op)); // a column sum grew at its home
    });
    if (rows.length > 0) {
      this.#newBlock(1).run({ rowSums: [], colSums: [], stores: rows, writes: [] }, passes.length, null);
    }
    for (const { value, to } of stores) {
      if (nodes[value].kind === 'scalar') storeLanes(this.code, to.base, 0, 1, this.#scalars.get(value)!);
    }
  }
}
