import { type UnaryOp, unaryOps } from '../../operations.ts';
import { types } from './encode.ts';
import { joinLanes, lanes, loadLanes, storeLanes } from './lanes.ts';
import type { Home, Node, Pass } from './plan.ts';
import { Values, type Writer } from './values.ts';

/** Straight code covers so many vectors; more of them get a loop. */
const straight = 16;

const isSum = ({ op }: Node): boolean => op.endsWith('Sum');

/** The code for one to four rows at once: passes over their columns, and between them what belongs to rows. */
export class Block {
  readonly #w: Writer;
  readonly #count: number;
  readonly #values: Values;

  constructor(writer: Writer, count: number) {
    this.#w = writer;
    this.#count = count;
    this.#values = new Values(writer, count);
  }

  /** One pass over the columns, or over the elements between two locals. */
  run(pass: Pass, q: number, range: readonly [number, number] | null): void {
    const { code, plan, call } = this.#w;
    this.#values.enter(q);
    const sums = pass.rowSums.map((v) => {
      const locals = Array.from({ length: this.#count }, () => code.local(types.v128));
      for (const local of locals) code.lanes(isSum(plan.nodes[v]) ? 0 : -Infinity).add('local.set', local);
      return { v, locals };
    });
    this.#sweep(range, (offset, tail) => this.#body(pass, sums, offset, tail));
    for (const { v, locals } of sums) this.#finish(v, locals);
    for (const v of pass.maps) {
      code.add('i32.const', unaryOps.indexOf(plan.nodes[v].op as UnaryOp));
      for (let i = 0; i < 2; i++) this.#values.pushAddress(plan.homes.get(v)!);
      code.add('i32.const', this.#count * plan.cols);
      call('unary');
    }
  }

  #sweep(range: readonly [number, number] | null, body: (offset: number, tail: number) => void): void {
    const { code, plan } = this.#w;
    const [vectors, tail] = [plan.cols >> 2, plan.cols & 3];
    const work = this.#count * plan.needed.length;
    const unroll = this.#count > 1 ? (work <= 24 ? 2 : 1) : work <= 24 ? 4 : work <= 48 ? 2 : 1;
    const turns = range || vectors * this.#count <= straight ? 0 : Math.floor(vectors / unroll);
    const copies = (n: number) => code.captured(() => Array.from({ length: n }, (_, u) => body(16 * u, 0)));
    const several = range || turns > 0 ? copies(unroll) : [];
    const one = range ? copies(1) : [];
    const rest = range ? 0 : vectors - turns * unroll;
    const last = copies(rest).concat(tail ? code.captured(() => body(16 * rest, tail)) : []);
    this.#values.prepare();
    const left = code.local(types.i32);
    const loop = (elements: number, bytes: readonly number[]): void =>
      code.while(
        () => code.add('local.get', left, 'i32.const', elements, 'i32.ge_s'),
        () => {
          code.paste(bytes).advance(left, -elements);
          this.#values.advance(4 * elements);
        },
      );
    if (range) code.add('local.get', range[1], 'local.get', range[0], 'i32.sub', 'local.set', left);
    else code.add('i32.const', 4 * turns * unroll, 'local.set', left);
    if (several.length) loop(4 * unroll, several);
    if (one.length) loop(4, one);
    if (range) code.add('i32.const', 0, 'local.get', left, 'i32.lt_s').block('if', () => code.paste(last));
    else code.paste(last);
  }

  /** Four columns, or the last one to three, of each row. */
  #body(pass: Pass, sums: readonly { v: number; locals: number[] }[], offset: number, tail: number): void {
    const { code, plan } = this.#w;
    const values = this.#values;
    values.begin(offset, tail);
    const columns = pass.colSums.map((v) => {
      const home = plan.homes.get(v)!;
      loadLanes(code, values.pointer(home), home.offset + offset, tail);
      return { v, home, local: values.keep('local.set') };
    });
    for (values.row = 0; values.row < this.#count; values.row++) {
      for (const { v, locals } of sums) this.#accumulate(v, locals[values.row], tail);
      for (const { v, local } of columns) this.#accumulate(v, local, 0);
      const made = pass.stores.map(({ value, to }) => {
        values.push(value);
        return { to, local: values.keep('local.set') };
      });
      for (const { to, local } of made) storeLanes(code, values.pointer(to), values.at(to), tail, local);
    }
    for (const { local, home } of columns) storeLanes(code, values.pointer(home), home.offset + offset, tail, local);
  }

  /** local = local + the operand of v, or the larger; of a tail only its lanes. */
  #accumulate(v: number, local: number, tail: number): void {
    const { code, plan, call } = this.#w;
    const sum = isSum(plan.nodes[v]);
    const term = (): void => {
      this.#values.push(plan.nodes[v].operands[0]);
      if (tail && sum) code.mask(tail).add('v128.and');
      else if (tail) code.lanes(-Infinity).mask(tail).add('v128.bitselect');
    };
    lanes(code, sum ? 'add' : 'max', call, (i) => (i === 0 ? code.add('local.get', local) : term()));
    code.add('local.set', local);
  }

  /** Joins a row reduction's partial results. Of zeros of both signs a maximum is the last one: then a second look. */
  #finish(v: number, locals: readonly number[]): void {
    const { code, plan, call } = this.#w;
    const local = code.local(types.v128);
    joinLanes(code, locals, isSum(plan.nodes[v]) ? 'f32x4.add' : 'f32x4.max');
    code.add('local.set', local);
    this.#values.columns.set(v, local);
    if (isSum(plan.nodes[v])) return;
    code.add('local.get', local).lanes(0).add('f32x4.eq', 'v128.any_true');
    code.block('if', () => {
      code.add('i32.const', 1, 'local.get', plan.scratchParam);
      this.#values.pushAddress(plan.homes.get(plan.nodes[v].operands[0])!);
      code.add('i32.const', this.#count, 'i32.const', plan.cols);
      call('reduceRows');
      loadLanes(code, plan.scratchParam, 0, this.#count & 3);
      code.add('local.set', local);
    });
  }

  storeColumn(value: number, to: Home): void {
    const local = this.#values.column(value);
    storeLanes(this.#w.code, this.#values.columnPointer(to), 0, this.#count & 3, local);
  }

  /** sum = sum + the value, lane by lane: row i in partial sum i % 4. */
  addTo(sum: number, value: number): void {
    const { code } = this.#w;
    const local = this.#values.column(value);
    code.add('local.get', sum, 'local.get', local);
    if (this.#count < 4) code.mask(this.#count).add('v128.and');
    code.add('f32x4.add', 'local.set', sum);
  }
}
