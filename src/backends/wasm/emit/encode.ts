/** The part of WebAssembly's binary format that fused kernels need: https://webassembly.github.io/spec/core/binary. */
export const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
type Type = (typeof types)[keyof typeof types];

const simd = 0xfd00;
// biome-ignore format: a table
const opcodes = {
  loop: 0x03, if: 0x04, end: 0x0b, br_if: 0x0d, call: 0x10, 'local.get': 0x20, 'local.set': 0x21, 'local.tee': 0x22,
  'i32.const': 0x41, 'i32.lt_s': 0x48, 'i32.le_s': 0x4c, 'i32.ge_s': 0x4e, 'i32.add': 0x6a,
  'i32.sub': 0x6b, 'i32.mul': 0x6c,
  'v128.load': simd, 'v128.load32_splat': simd + 9, 'v128.store': simd + 11, 'v128.const': simd + 12,
  'i8x16.shuffle': simd + 13, 'f32x4.splat': simd + 19, 'f32x4.extract_lane': simd + 31, 'f32x4.eq': simd + 65, 'f32x4.ne': simd + 66,
  'f32x4.lt': simd + 67, 'f32x4.gt': simd + 68, 'f32x4.le': simd + 69, 'f32x4.ge': simd + 70, 'v128.and': simd + 78,
  'v128.andnot': simd + 79, 'v128.bitselect': simd + 82, 'v128.any_true': simd + 83, 'v128.load32_lane': simd + 86,
  'v128.store32_lane': simd + 90, 'v128.store64_lane': simd + 91, 'v128.load32_zero': simd + 92,
  'v128.load64_zero': simd + 93, 'f32x4.abs': simd + 224, 'f32x4.neg': simd + 225, 'f32x4.sqrt': simd + 227,
  'f32x4.add': simd + 228, 'f32x4.sub': simd + 229, 'f32x4.mul': simd + 230, 'f32x4.div': simd + 231,
  'f32x4.max': simd + 233, 'f32x4.pmin': simd + 234, 'f32x4.pmax': simd + 235,
};
export type Op = keyof typeof opcodes;

const empty = 0x40; // the type of a block that leaves nothing
const aligned4 = 2; // floats lie at multiples of 4 bytes, no more is known

function unsigned(to: number[], x: number): void {
  for (; x >= 128; x = Math.floor(x / 128)) to.push((x % 128) | 128);
  to.push(x);
}
function signed(to: number[], x: number): void {
  for (; x < -64 || x >= 64; x >>= 7) to.push((x & 127) | 128);
  to.push(x & 127);
}
const counted = (n: number, bytes: readonly number[]): number[] => {
  const all: number[] = [];
  unsigned(all, n);
  return all.concat(bytes);
};
const named = (s: string): number[] =>
  counted(
    s.length,
    [...s].map((c) => c.charCodeAt(0)),
  );
const vector = (items: readonly (readonly number[])[]): number[] => counted(items.length, items.flat());
const section = (id: number, items: readonly (readonly number[])[]): number[] => {
  const content = vector(items);
  return [id, ...counted(content.length, content)];
};

/** The body of a function, written instruction by instruction. Locals are numbered, parameters first. */
export class Code {
  readonly bytes: number[] = [];
  readonly #params: number;
  readonly #locals: Type[] = [];

  constructor(params: number) {
    this.#params = params;
  }
  local(type: Type): number {
    return this.#params + this.#locals.push(type) - 1;
  }

  /** Instructions, each followed by its immediates: `add('local.get', 3, 'i32.const', -8, 'i32.add')`. */
  add(...words: readonly (Op | number)[]): this {
    let op = 0;
    for (const word of words) {
      if (typeof word === 'number') {
        if (op === opcodes['i32.const']) signed(this.bytes, word);
        else unsigned(this.bytes, word);
        continue;
      }
      op = opcodes[word];
      if (op >= simd) this.bytes.push(0xfd);
      unsigned(this.bytes, op >= simd ? op - simd : op);
    }
    return this;
  }
  /** A number in every lane. */
  lanes(x: number): this {
    return this.add('v128.const').paste(new Uint8Array(Float32Array.of(x, x, x, x).buffer));
  }
  /** All bits of the first r lanes. */
  mask(r: number): this {
    return this.add('v128.const').paste(Array.from({ length: 16 }, (_, i) => (i < 4 * r ? 0xff : 0)));
  }
  /** Four lanes out of the eight of two operands. */
  shuffle(...lanes: readonly number[]): this {
    return this.add('i8x16.shuffle', ...lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]));
  }
  /** A load or store at the address on the stack plus `offset` bytes. */
  memory(op: Op, offset: number, ...lane: readonly number[]): this {
    return this.add(op, aligned4, offset, ...lane);
  }
  /** `if` or `loop` around what `body` writes. */
  block(op: 'if' | 'loop', body: () => void): this {
    this.add(op, empty);
    body();
    return this.add('end');
  }
  /** `body` for as long as `condition` leaves true. */
  while(condition: () => void, body: () => void): void {
    const again = (): void => {
      body();
      condition();
      this.add('br_if', 0);
    };
    condition();
    this.block('if', () => this.block('loop', again));
  }
  /** local = local + by. */
  advance(local: number, by: number): this {
    return this.add('local.get', local, 'i32.const', by, 'i32.add', 'local.set', local);
  }
  /** What `write` adds, taken out again, to be pasted elsewhere. */
  captured(write: () => void): number[] {
    const start = this.bytes.length;
    write();
    return this.bytes.splice(start);
  }
  paste(bytes: Iterable<number>): this {
    for (const b of bytes) this.bytes.push(b);
    return this;
  }
  function(): number[] {
    const body = vector(this.#locals.map((t) => [1, t])).concat(this.bytes, 0x0b);
    return counted(body.length, body);
  }
}

/** A function from outside: its name among the kernels, parameters and results. */
export type Import = { readonly name: string } & Record<'params' | 'results', readonly Type[]>;

/** A module over `env.memory` that imports functions (numbered first) and exports one, `run`. */
export function moduleBytes(
  imports: readonly Import[],
  params: readonly Type[],
  code: Code,
  shared: boolean,
): Uint8Array {
  const list = (t: readonly Type[]): number[] => counted(t.length, t);
  const limits = shared ? [0x03, 0, ...counted(65536, [])] : [0x00, 0];
  const run = imports.length;
  const memory = [...named('env'), ...named('memory'), 0x02, ...limits];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      [...imports, { params, results: [] }].map((f) => [0x60, ...list(f.params), ...list(f.results)]),
    ),
    ...section(2, [memory, ...imports.map((f, i) => [...named('kernels'), ...named(f.name), 0x00, i])]),
    ...section(3, [[run]]),
    ...section(7, [[...named('run'), 0x00, run]]),
    ...section(10, [code.function()]),
  ]);
}
