import type { StepOp } from '../../program.ts';
import { type Code, types } from './encode.ts';
import { lanes, loadLanes } from './lanes.ts';
import type { Home, Plan } from './plan.ts';

export interface Writer {
  readonly plan: Plan;
  readonly code: Code;
  /** Calls a kernel's function. */
  readonly call: (name: string) => void;
  /** Leaves a number of the whole program in all lanes. */
  readonly pushScalar: (v: number) => void;
  /** Locals: bytes from the start of a matrix, and of a column, to the present rows. */
  readonly rowOffset: number;
  readonly colOffset: number;
}

/** Code that leaves values on the stack, for one to four rows: each is computed once where it is first asked for. */
export class Values {
  readonly #w: Writer;
  readonly #count: number;
  /** Values of kind `col`: lane k belongs to row k. */
  readonly columns = new Map<number, number>();
  /** One lane of such a value in all lanes, for the sweep that is being written. */
  readonly #splats = new Map<string, { local: number; value: number; row: number }>();
  readonly #pointers = new Map<string, { local: number; home: Home }>();
  /** Locals for temporaries of one body, and which values they hold: in each row, and last what rows share. */
  readonly #temporaries: number[] = [];
  #used = 0;
  readonly #held: readonly Map<number, number>[];
  /** Where the code stands: the pass, the row, the bytes along it, and whether the last r columns are meant. */
  pass = 0;
  row = 0;
  offset = 0;
  tail = 0;

  constructor(writer: Writer, count: number) {
    this.#w = writer;
    this.#count = count;
    this.#held = Array.from({ length: count + 1 }, () => new Map());
  }

  enter(pass: number): void {
    this.pass = pass;
    this.#pointers.clear();
  }
  begin(offset: number, tail: number): void {
    [this.offset, this.tail, this.#used] = [offset, tail, 0];
    for (const held of this.#held) held.clear();
  }
  /** A local until the next body, set to what is on the stack. */
  keep(op: 'local.set' | 'local.tee'): number {
    if (this.#used === this.#temporaries.length) this.#temporaries.push(this.#w.code.local(types.v128));
    const local = this.#temporaries[this.#used++];
    this.#w.code.add(op, local);
    return local;
  }

  /** Sets what the body of a sweep was found to need: pointers, and numbers of rows in all lanes. */
  prepare(): void {
    const { code } = this.#w;
    for (const { local, value, row } of this.#splats.values()) {
      const column = this.column(value);
      code.add('local.get', column, 'local.get', column).shuffle(row, row, row, row).add('local.set', local);
    }
    for (const { local, home } of this.#pointers.values())
      this.pushAddress({ ...home, offset: 0 }).add('local.set', local);
    this.#splats.clear();
  }
  advance(bytes: number): void {
    for (const { local } of this.#pointers.values()) this.#w.code.advance(local, bytes);
  }

  pushAddress({ base, offset, byRow }: Home): Code {
    const code = this.#w.code.add('local.get', base);
    if (offset) code.add('i32.const', offset, 'i32.add');
    return byRow ? code.add('local.get', this.#w.rowOffset, 'i32.add') : code;
  }
  pointer(home: Home): number {
    const key = `${home.base} ${home.byRow}`;
    const found = this.#pointers.get(key) ?? { local: this.#w.code.local(types.i32), home };
    this.#pointers.set(key, found);
    return found.local;
  }
  /** Bytes from the pointer of a matrix to the present row and column. */
  at({ offset, byRow, base }: Home): number {
    const ofBlock = byRow || base === this.#w.plan.scratchParam;
    return offset + this.offset + (ofBlock ? 4 * this.#w.plan.cols * this.row : 0);
  }

  /** Leaves four columns of a value, in the present row. */
  push(v: number): void {
    const { code, plan, call, pushScalar } = this.#w;
    const { op, kind, operands } = plan.nodes[v];
    const number = op === 'constant' || kind === 'scalar';
    if (number) pushScalar(v);
    else if (kind === 'col') code.add('local.get', this.#splat(v));
    if (number || kind === 'col') return;
    const held = this.#held[kind === 'row' ? this.#count : this.row];
    const known = held.get(v);
    const home = plan.homes.get(v)!;
    if (known !== undefined) code.add('local.get', known);
    else if (!this.#isStored(v)) lanes(code, op as StepOp, call, (i) => this.push(operands[i]));
    else loadLanes(code, this.pointer(home), kind === 'row' ? home.offset + this.offset : this.at(home), this.tail);
    held.set(v, known ?? this.keep('local.tee'));
  }

  #isStored(v: number): boolean {
    const { op, kind, pass, mapped } = this.#w.plan.nodes[v];
    const made = kind === 'row' ? /^col/.test(op) : mapped || pass < this.pass;
    return op === 'input' || (made && this.#w.plan.homes.has(v));
  }

  #splat(value: number): number {
    const key = `${value} ${this.row}`;
    const found = this.#splats.get(key) ?? { local: this.#w.code.local(types.v128), value, row: this.row };
    this.#splats.set(key, found);
    return found.local;
  }

  /** A local with a value of each row in its lane. */
  column(v: number): number {
    const known = this.columns.get(v);
    if (known !== undefined) return known;
    const { code, plan, call, pushScalar } = this.#w;
    const { op, operands } = plan.nodes[v];
    const local = code.local(types.v128);
    if (op === 'input') loadLanes(code, this.columnPointer(plan.homes.get(v)!), 0, this.#count & 3);
    else {
      lanes(code, op as StepOp, call, (i) => {
        const { kind } = plan.nodes[operands[i]];
        if (kind === 'scalar') pushScalar(operands[i]);
        else code.add('local.get', this.column(operands[i]));
      });
    }
    code.add('local.set', local);
    this.columns.set(v, local);
    return local;
  }
  columnPointer({ base }: Home): number {
    const { code, colOffset } = this.#w;
    const local = code.local(types.i32);
    code.add('local.get', base, 'local.get', colOffset, 'i32.add', 'local.set', local);
    return local;
  }
}
