import type { StepOp } from '../../program.ts';
import { type Code, types } from './encode.ts';
import { joinLanes, lanes, loadLanes, storeLanes } from './lanes.ts';
import type { Home, Pass, Plan } from './plan.ts';

/** Locals for temporaries, to be used again after `clear`. */
class Pool {
  readonly #code: Code;
  readonly #locals: number[] = [];
  #used = 0;
  readonly held = new Map<number, number>();

  constructor(code: Code) {
    this.#code = code;
  }
  take(): number {
    if (this.#used === this.#locals.length) this.#locals.push(this.#code.local(types.v128));
    return this.#locals[this.#used++];
  }
  clear(): void {
    this.#used = 0;
    this.held.clear();
  }
}

/** Straight code covers so many vectors; more of them get a loop. */
const straight = 16;

/** The code for one to four rows at once: passes over their columns, and between them what belongs to rows. */
export class Block {
  readonly #plan: Plan;
  readonly #code: Code;
  readonly #call: (name: string) => void;
  readonly #count: number;
  readonly #offsets: { readonly row: number; readonly col: number };
  readonly #pushScalar: (v: number) => void;
  /** Values of kind `col`: lane k belongs to row k. */
  readonly #columns = new Map<number, number>();
  /** Of those, a lane each in all lanes, for row k of the pass that is being written. */
  readonly #splats = new Map<string, { local: number; value: number; row: number }>();
  readonly #pointers = new Map<string, { local: number; home: Home }>();
  readonly #shared: Pool;
  readonly #own: Pool;
  #pass = 0;
  #row = 0;
  #offset = 0;
  #tail = 0;

  constructor(
    plan: Plan,
    code: Code,
    call: (name: string) => void,
    count: number,
    offsets: { row: number; col: number },
    pushScalar: (v: number) => void,
  ) {
    this.#plan = plan;
    this.#code = code;
    this.#call = call;
    this.#count = count;
    this.#offsets = offsets;
    this.#pushScalar = pushScalar;
    this.#shared = new Pool(code);
    this.#own = new Pool(code);
  }

  /** One pass over the columns; over a range of them given by two locals, if not all. */
  run(pass: Pass, q: number, range: { from: number; to: number } | null): void {
    const code = this.#code;
    this.#pass = q;
    const sums = new Map<number, number[]>();
    for (const v of pass.rowSums) {
      const locals = Array.from({ length: this.#count }, () => code.local(types.v128));
      for (const local of locals) code.lanes(this.#isSum(v) ? 0 : -Infinity).set(local);
      sums.set(v, locals);
    }
    this.#sweep(range, (offset, tail) => this.#body(pass, sums, offset, tail));
    for (const [v, locals] of sums) this.#finish(v, locals);
  }

  #isSum(v: number): boolean {
    return this.#plan.nodes[v].op.endsWith('Sum');
  }

  #sweep(range: { from: number; to: number } | null, body: (offset: number, tail: number) => void): void {
    const code = this.#code;
    const { cols } = this.#plan;
    const [vectors, tail] = [cols >> 2, cols & 3];
    const unroll = this.#unroll();
    const several = code.captured(() => {
      for (let u = 0; u < unroll; u++) body(16 * u, 0);
    });
    const one = range ? code.captured(() => body(0, 0)) : [];
    const turns = range || vectors * this.#count <= straight ? 0 : Math.floor(vectors / unroll);
    const done = turns * unroll;
    const rest = code.captured(() => {
      for (let j = done; j < vectors && !range; j++) body(16 * (j - done), 0);
      if (tail) body(range ? 0 : 16 * (vectors - done), tail);
    });
    this.#prepare();
    const left = code.local(types.i32);
    const advance = (by: number): void => {
      for (const { local } of this.#pointers.values())
        code
          .get(local)
          .i32(4 * by)
          .op('i32.add')
          .set(local);
    };
    if (range) {
      code.get(range.to).get(range.from).op('i32.sub').set(left);
      const while4 = (by: number, bytes: readonly number[]): void => {
        const enough = (): Code => code.get(left).i32(by).op('i32.ge_s');
        enough().block('if', () =>
          code.block('loop', () => {
            code.paste(bytes);
            advance(by);
            code.get(left).i32(by).op('i32.sub').set(left);
            enough().op('br_if', 0);
          }),
        );
      };
      while4(4 * unroll, several);
      while4(4, one);
      if (tail)
        code
          .i32(0)
          .get(left)
          .op('i32.lt_s')
          .block('if', () => code.paste(rest));
      return;
    }
    if (turns > 0) {
      code.i32(turns).set(left);
      code.block('loop', () => {
        code.paste(several);
        advance(4 * unroll);
        code.get(left).i32(1).op('i32.sub').op('local.tee', left).op('br_if', 0);
      });
    }
    code.paste(rest);
  }

  #unroll(): number {
    const work = this.#plan.needed.length;
    if (this.#count === 1) return work <= 24 ? 4 : work <= 48 ? 2 : 1;
    return this.#count * work <= 24 ? 2 : 1;
  }

  /** Sets what the body of a sweep was found to need: pointers, and numbers of rows in all lanes. */
  #prepare(): void {
    const code = this.#code;
    for (const { local, value, row } of this.#splats.values()) {
      code.get(this.#column(value));
      code.get(this.#column(value)).shuffle(row, row, row, row).set(local);
    }
    for (const { local, home } of this.#pointers.values()) this.#pushAddress({ ...home, offset: 0 }).set(local);
    this.#splats.clear();
  }

  #pushAddress({ base, offset, byRow }: Home): Code {
    const code = this.#code.get(base);
    if (offset) code.i32(offset).op('i32.add');
    return byRow ? code.get(this.#offsets.row).op('i32.add') : code;
  }

  /** Four columns, or the last one to three, of each row. */
  #body(pass: Pass, sums: ReadonlyMap<number, number[]>, offset: number, tail: number): void {
    const code = this.#code;
    const { nodes, homes } = this.#plan;
    this.#offset = offset;
    this.#tail = tail;
    this.#shared.clear();
    const columns = pass.colSums.map((v) => {
      const [local, home] = [this.#shared.take(), homes.get(v)!];
      loadLanes(code, this.#pointer(home), home.offset + offset, tail);
      code.set(local);
      return { v, local, home, x: nodes[v].operands[0] };
    });
    for (this.#row = 0; this.#row < this.#count; this.#row++) {
      this.#own.clear();
      for (const [v, locals] of sums) this.#accumulate(v, locals[this.#row], nodes[v].operands[0], tail);
      for (const { v, local, x } of columns) this.#accumulate(v, local, x, 0);
      for (const { value, to } of pass.stores) this.#store(to, this.#held(value));
      const written = pass.writes.map(({ value, to }) => ({ to, local: this.#held(value) }));
      for (const { to, local } of written) this.#store(to, local);
    }
    for (const { local, home } of columns) storeLanes(code, this.#pointer(home), home.offset + offset, tail, local);
  }

  /** local = local + x, or the larger; of a tail only its lanes. */
  #accumulate(v: number, local: number, x: number, tail: number): void {
    const code = this.#code;
    const sum = this.#isSum(v);
    const term = (): void => {
      this.#push(x);
      if (tail && sum) code.mask(tail).op('v128.and');
      else if (tail) code.lanes(-Infinity).mask(tail).op('v128.bitselect');
    };
    lanes(code, sum ? 'add' : 'max', this.#call, [() => code.get(local), term]);
    code.set(local);
  }

  /** A local that holds the value. */
  #held(v: number): number {
    const local = this.#own.take();
    this.#push(v);
    this.#code.set(local);
    return local;
  }

  #store(to: Home, local: number): void {
    storeLanes(this.#code, this.#pointer(to), this.#at(to), this.#tail, local);
  }

  #at({ offset, byRow, base }: Home): number {
    const ofBlock = byRow || base === this.#plan.scratchParam;
    return offset + this.#offset + (ofBlock ? 4 * this.#plan.cols * this.#row : 0);
  }

  #pointer(home: Home): number {
    const key = `${home.base} ${home.byRow}`;
    let found = this.#pointers.get(key);
    if (!found) {
      found = { local: this.#code.local(types.i32), home };
      this.#pointers.set(key, found);
    }
    return found.local;
  }

  /** Leaves the value's lanes on the stack. */
  #push(v: number): void {
    const code = this.#code;
    const { op, kind, constant, pass, operands } = this.#plan.nodes[v];
    if (op === 'constant') code.lanes(constant);
    else if (kind === 'scalar') this.#pushScalar(v);
    else if (kind === 'col') code.get(this.#splat(v));
    else {
      const pool = kind === 'row' ? this.#shared : this.#own;
      const held = pool.held.get(v);
      if (held !== undefined) {
        code.get(held);
        return;
      }
      const home = this.#plan.homes.get(v);
      const stored = home && (op === 'input' || (kind === 'row' ? /^col/.test(op) : pass < this.#pass));
      if (stored)
        loadLanes(code, this.#pointer(home), kind === 'row' ? home.offset + this.#offset : this.#at(home), this.#tail);
      else
        lanes(
          code,
          op as StepOp,
          this.#call,
          operands.map((o) => () => this.#push(o)),
        );
      const local = pool.take();
      code.op('local.tee', local);
      pool.held.set(v, local);
    }
  }

  #splat(value: number): number {
    const key = `${value} ${this.#row}`;
    let found = this.#splats.get(key);
    if (!found) {
      found = { local: this.#code.local(types.v128), value, row: this.#row };
      this.#splats.set(key, found);
    }
    return found.local;
  }

  /** A local with a value of each row in its lane. */
  #column(v: number): number {
    const known = this.#columns.get(v);
    if (known !== undefined) return known;
    const code = this.#code;
    const { op, operands } = this.#plan.nodes[v];
    const local = code.local(types.v128);
    if (op === 'input') {
      loadLanes(code, this.#columnPointer(this.#plan.homes.get(v)!), 0, this.#count & 3);
    } else {
      lanes(
        code,
        op as StepOp,
        this.#call,
        operands.map((o) => () => this.#pushOfRows(o)),
      );
    }
    code.set(local);
    this.#columns.set(v, local);
    return local;
  }

  #pushOfRows(v: number): void {
    const { kind, op } = this.#plan.nodes[v];
    if (op === 'constant') this.#code.lanes(this.#plan.nodes[v].constant);
    else if (kind === 'scalar') this.#pushScalar(v);
    else this.#code.get(this.#column(v));
  }

  #columnPointer(home: Home): number {
    const local = this.#code.local(types.i32);
    this.#code.get(home.base).get(this.#offsets.col).op('i32.add').set(local);
    return local;
  }

  storeColumn(value: number, to: Home): void {
    const local = this.#column(value);
    storeLanes(this.#code, this.#columnPointer(to), 0, this.#count & 3, local);
  }

  /** sum = sum + the value, lane by lane: row i in partial sum i % 4. */
  addTo(sum: number, value: number): void {
    const local = this.#column(value);
    this.#code.get(sum).get(local);
    if (this.#count < 4) this.#code.mask(this.#count).op('v128.and');
    this.#code.op('f32x4.add').set(sum);
  }

  /** Joins a row reduction's partial results. Of zeros of both signs a maximum is the last one: then a second look. */
  #finish(v: number, locals: readonly number[]): void {
    const code = this.#code;
    const { nodes, homes, cols, scratchParam } = this.#plan;
    const local = code.local(types.v128);
    joinLanes(code, locals, this.#isSum(v) ? 'f32x4.add' : 'f32x4.max');
    code.set(local);
    this.#columns.set(v, local);
    if (this.#isSum(v)) return;
    code.get(local).lanes(0).op('f32x4.eq').op('v128.any_true');
    code.block('if', () => {
      code.i32(1).get(scratchParam);
      this.#pushAddress(homes.get(nodes[v].operands[0])!);
      code.i32(this.#count).i32(cols);
      this.#call('reduceRows');
      loadLanes(code, scratchParam, 0, this.#count & 3);
      code.set(local);
    });
  }
}
