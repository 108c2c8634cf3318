import type { Address, Backend } from '../../backend.ts';
import type { Compiled, Program } from '../../program.ts';
import { Code, type Import, moduleBytes, types } from './encode.ts';
import { laneFunctions } from './lanes.ts';
import { Nest } from './nest.ts';
import { planOf } from './plan.ts';

/** As many programs as a backend makes kernels of; later ones run as written. */
const mostPrograms = 256;

const { i32, f32, v128 } = types;
const signatures: Readonly<Record<string, Pick<Import, 'params' | 'results'>>> = {
  ...Object.fromEntries(laneFunctions.map((name) => [name, { params: [v128], results: [v128] }])),
  fill: { params: [i32, f32, i32], results: [] },
  reduceRows: { params: [i32, i32, i32, i32, i32], results: [] },
};
/** What the kernels call them. */
const exported = (name: string): string =>
  name in signatures && signatures[name].results.length ? `${name}Lanes` : name;

export interface Emitted extends Omit<Compiled, 'run'> {
  readonly imports: readonly string[];
}

/** The module of a program; null if it fits no nest of loops. `shared`: whether the memory is. */
export function emit(program: Program, shared: boolean): Emitted | null {
  const plan = planOf(program);
  if (!plan) return null;
  const params = [
    ...program.inputs.map((input) => (input.byValue ? f32 : i32)),
    ...program.outputs.map(() => i32),
    ...[i32, i32, i32],
  ];
  const code = new Code(params.length);
  const imports: Import[] = [];
  const call = (name: string): void => {
    let index = imports.findIndex((f) => f.name === exported(name));
    if (index < 0) index = imports.push({ name: exported(name), ...signatures[name] }) - 1;
    code.op('call', index);
  };
  new Nest(plan, code, call).write();
  const { rows, cols, scratch, nodes, needed } = plan;
  const whole = needed.some((v) => nodes[v].post) || (rows === 1 && needed.some((v) => nodes[v].kind === 'col'));
  return {
    bytes: moduleBytes(imports, params, code, shared),
    imports: imports.map((f) => f.name),
    split: whole ? null : rows === 1 ? 'elements' : 'rows',
    extent: rows === 1 ? cols : rows,
    scratch: scratch / 4,
  };
}

/** Makes kernels of programs over one memory. */
export class Compiler {
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: WebAssembly.ModuleImports;
  readonly #heap: Pick<Backend, 'allocate' | 'free'>;
  #scratch: { at: Address; length: number } | null = null;
  #left = mostPrograms;

  constructor(memory: WebAssembly.Memory, kernels: object, heap: Pick<Backend, 'allocate' | 'free'>) {
    this.#memory = memory;
    this.#kernels = kernels as WebAssembly.ModuleImports;
    this.#heap = heap;
  }

  /** Null where no kernel is to be had: none fits, there are enough of them, or the page forbids new modules. */
  compile(program: Program): Compiled | null {
    if (this.#left === 0) return null;
    const emitted = emit(program, !(this.#memory.buffer instanceof ArrayBuffer));
    if (!emitted) return null;
    try {
      const module = new WebAssembly.Module(emitted.bytes as BufferSource);
      const imports = { env: { memory: this.#memory }, kernels: this.#kernels };
      const { run } = new WebAssembly.Instance(module, imports).exports;
      this.#left--;
      this.#reserve(emitted.scratch);
      return this.#kernel(program, emitted, run as (...numbers: number[]) => void);
    } catch (error) {
      if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) return null;
      throw error;
    }
  }

  #reserve(length: number): void {
    if (this.#scratch && this.#scratch.length >= length) return;
    if (this.#scratch) this.#heap.free(this.#scratch.at);
    this.#scratch = { at: this.#heap.allocate(length, 'wasm (rows of fused kernels)'), length };
  }

  #kernel(program: Program, { bytes, split, extent, scratch }: Emitted, run: (...numbers: number[]) => void): Compiled {
    const count = program.inputs.length + program.outputs.length;
    const factors = [...program.inputs.map((i) => (i.byValue ? 1 : 4)), ...program.outputs.map(() => 4)];
    const numbers = [...factors, 0, 0, extent];
    return {
      ...{ bytes, split, extent, scratch },
      run: (list) => {
        for (let i = 0; i < count; i++) numbers[i] = factors[i] * list[i];
        numbers[count] = 4 * this.#scratch!.at;
        run.apply(undefined, numbers);
      },
    };
  }
}
