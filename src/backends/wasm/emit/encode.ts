/** The part of WebAssembly's binary format that fused kernels need: https://webassembly.github.io/spec/core/binary. */
export const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
type Type = (typeof types)[keyof typeof types];

const core = {
  if: 0x04,
  loop: 0x03,
  end: 0x0b,
  br_if: 0x0d,
  call: 0x10,
  'local.get': 0x20,
  'local.set': 0x21,
  'local.tee': 0x22,
  'i32.const': 0x41,
  'i32.lt_s': 0x48,
  'i32.le_s': 0x4c,
  'i32.ge_s': 0x4e,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
};
const simd = {
  'v128.load': 0,
  'v128.load32_splat': 9,
  'v128.store': 11,
  'v128.const': 12,
  'i8x16.shuffle': 13,
  'f32x4.splat': 19,
  'f32x4.eq': 65,
  'f32x4.ne': 66,
  'f32x4.lt': 67,
  'f32x4.gt': 68,
  'f32x4.le': 69,
  'f32x4.ge': 70,
  'v128.and': 78,
  'v128.andnot': 79,
  'v128.bitselect': 82,
  'v128.any_true': 83,
  'v128.load32_lane': 86,
  'v128.store32_lane': 90,
  'v128.store64_lane': 91,
  'v128.load32_zero': 92,
  'v128.load64_zero': 93,
  'f32x4.abs': 224,
  'f32x4.neg': 225,
  'f32x4.sqrt': 227,
  'f32x4.add': 228,
  'f32x4.sub': 229,
  'f32x4.mul': 230,
  'f32x4.div': 231,
  'f32x4.max': 233,
  'f32x4.pmin': 234,
  'f32x4.pmax': 235,
};
export type Op = keyof typeof core | keyof typeof simd;

const empty = 0x40; // the type of a block that leaves nothing

function unsigned(x: number): number[] {
  const bytes: number[] = [];
  for (let rest = x; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

function signed(x: number): number[] {
  const bytes: number[] = [];
  for (let rest = x | 0; ; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 127];
    bytes.push((rest & 127) | 128);
  }
}

const floatBytes = (...x: readonly number[]): number[] => [...new Uint8Array(Float32Array.from(x).buffer)];
const nameBytes = (s: string): number[] => [...unsigned(s.length), ...Array.from(s, (c) => c.charCodeAt(0))];
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];

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

  /** An instruction with its immediates: indices, labels, lanes. */
  op(op: Op, ...immediates: readonly number[]): this {
    if (op in simd) this.bytes.push(0xfd, ...unsigned(simd[op as keyof typeof simd]));
    else this.bytes.push(core[op as keyof typeof core]);
    for (const x of immediates) this.bytes.push(...unsigned(x));
    return this;
  }
  get(local: number): this {
    return this.op('local.get', local);
  }
  set(local: number): this {
    return this.op('local.set', local);
  }
  i32(x: number): this {
    this.op('i32.const').bytes.push(...signed(x));
    return this;
  }
  f32(x: number): this {
    this.bytes.push(0x43, ...floatBytes(x)); // f32.const
    return this;
  }
  lanes(a: number, b = a, c = a, d = a): this {
    this.op('v128.const').bytes.push(...floatBytes(a, b, c, d));
    return this;
  }
  /** All bits of the first r lanes. */
  mask(r: number): this {
    this.op('v128.const').bytes.push(...Array.from({ length: 16 }, (_, i) => (i < 4 * r ? 0xff : 0)));
    return this;
  }
  /** What `write` adds, taken out again, to be put elsewhere. */
  captured(write: () => void): number[] {
    const start = this.bytes.length;
    write();
    return this.bytes.splice(start);
  }
  paste(bytes: readonly number[]): this {
    for (const b of bytes) this.bytes.push(b);
    return this;
  }
  /** Four lanes out of the eight of two operands. */
  shuffle(...lanes: readonly number[]): this {
    return this.op('i8x16.shuffle', ...lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]));
  }
  /** A load or store at the address on the stack plus `offset` bytes; floats are aligned to 4 bytes, no more. */
  memory(op: Op, offset: number, ...lane: readonly number[]): this {
    this.op(op, 2, offset);
    this.bytes.push(...lane);
    return this;
  }
  /** `if` or `loop` around what `body` writes. */
  block(op: 'if' | 'loop', body: () => void): this {
    this.op(op).bytes.push(empty);
    body();
    return this.op('end');
  }

  function(): number[] {
    const body = [...vector(this.#locals.map((t) => [1, t])), ...this.bytes, 0x0b];
    return [...unsigned(body.length), ...body];
  }
}

/** A function from outside: its name among the kernels, parameters and results. */
export interface Import {
  readonly name: string;
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

/** A module over `env.memory` that imports functions (numbered first) and exports one, `run`. */
export function moduleBytes(
  imports: readonly Import[],
  params: readonly Type[],
  code: Code,
  shared: boolean,
): Uint8Array {
  const signature = (p: readonly Type[], r: readonly Type[]): number[] => [
    0x60,
    ...vector(p.map((t) => [t])),
    ...vector(r.map((t) => [t])),
  ];
  const limits = shared ? [0x03, 0, ...unsigned(65536)] : [0x00, 0];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([...imports.map((f) => signature(f.params, f.results)), signature(params, [])])),
    ...section(
      2,
      vector([
        [...nameBytes('env'), ...nameBytes('memory'), 0x02, ...limits],
        ...imports.map((f, i) => [...nameBytes('kernels'), ...nameBytes(f.name), 0x00, ...unsigned(i)]),
      ]),
    ),
    ...section(3, vector([unsigned(imports.length)])),
    ...section(7, vector([[...nameBytes('run'), 0x00, ...unsigned(imports.length)]])),
    ...section(10, vector([code.function()])),
  ]);
}
