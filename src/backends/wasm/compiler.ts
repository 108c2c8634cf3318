import { NeuroForgeError } from '../../core/errors.ts';
import type { Address, Backend } from '../backend.ts';
import type { Compiled, Program } from '../program.ts';
import { type Emitted, emit } from './emit/emit.ts';

/** As many programs as a backend makes kernels of; later ones run as written. */
const mostPrograms = 256;

/** A number an input, an output and for scratch, from, to. */
export type FusedCall = (numbers: readonly number[]) => void;

/** Makes kernels of programs over one memory. */
export class Compiler {
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: WebAssembly.ModuleImports;
  readonly #heap: Pick<Backend, 'allocate' | 'free'>;
  #scratch: { at: Address; length: number } | null = null;
  #left = mostPrograms;

  readonly #through: (program: Program, emitted: Emitted, run: FusedCall) => FusedCall;

  /** `through` gives what calls a kernel, for a backend that runs it in parts. */
  constructor(
    memory: WebAssembly.Memory,
    kernels: object,
    heap: Pick<Backend, 'allocate' | 'free'>,
    through: (program: Program, emitted: Emitted, run: FusedCall) => FusedCall,
  ) {
    this.#through = through;
    this.#memory = memory;
    this.#kernels = kernels as WebAssembly.ModuleImports;
    this.#heap = heap;
  }

  /** Null where no kernel is to be had: none fits, there are enough of them, or the page forbids new modules. */
  compile(program: Program): Compiled | null {
    if (this.#left === 0) return null;
    try {
      const emitted = emit(program, !(this.#memory.buffer instanceof ArrayBuffer));
      if (!emitted) return null;
      const module = new WebAssembly.Module(emitted.bytes as BufferSource);
      const imports = { env: { memory: this.#memory }, kernels: this.#kernels };
      const { run } = new WebAssembly.Instance(module, imports).exports;
      this.#reserve(emitted.scratch);
      this.#left--;
      return this.#kernel(program, emitted, run as (...numbers: number[]) => void);
    } catch (error) {
      const refused = error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError;
      if (refused || (error instanceof NeuroForgeError && error.code === 'NF1301')) return null; // runs as written
      throw error;
    }
  }

  #reserve(length: number): void {
    if (this.#scratch && this.#scratch.length >= length) return;
    const before = this.#scratch;
    this.#scratch = { at: this.#heap.allocate(length, 'wasm (rows of fused kernels)'), length };
    if (before) this.#heap.free(before.at);
  }

  #kernel(program: Program, emitted: Emitted, run: (...numbers: number[]) => void): Compiled {
    const { bytes, split, extent, scratch } = emitted;
    const call = this.#through(program, emitted, (numbers) => run.apply(undefined, numbers as number[]));
    const count = program.inputs.length + program.outputs.length;
    const factors = [...program.inputs.map((i) => (i.byValue ? 1 : 4)), ...program.outputs.map(() => 4)];
    const numbers = [...factors, 0, 0, extent];
    return {
      ...{ bytes, split, extent, scratch },
      run: (list) => {
        for (let i = 0; i < count; i++) numbers[i] = factors[i] * list[i];
        numbers[count] = 4 * this.#scratch!.at;
        call(numbers);
      },
    };
  }
}
