import type { Address, Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { ceil } from '../core/math.ts';
import { debug } from './debug.ts';

interface Chunk {
  address: Address;
  length: number;
  used: number;
}

const chunkElements = 2 ** 18;

/**
 * Frees the chunks of an arena that was dropped, with every tensor of its last step, without dispose(). A backstop: the
 * collector may run late or never.
 */
const dropped = new FinalizationRegistry<{ backend: WeakRef<Backend>; chunks: Chunk[] }>(({ backend, chunks }) => {
  for (const c of chunks) backend.deref()?.free(c.address);
});

/**
 * Memory of one step. What is made in an arena is gone at its `reset`, and using it afterwards throws NF1201. There is
 * no current arena: a result lives in the arena of its youngest operand. The first steps find the size; from then on
 * one chunk serves every step and nothing is allocated.
 */
export class Arena {
  readonly backend: Backend;
  readonly name: string;
  readonly parent: Arena | null;
  #generation = 1;
  readonly #chunks: Chunk[] = [];
  #disposed = false;

  constructor(backend: Backend, name = 'arena', parent: Arena | null = null) {
    this.backend = backend;
    this.name = name;
    this.parent = parent;
    dropped.register(this, { backend: new WeakRef(backend), chunks: this.#chunks }, this);
  }

  /** Counts the resets; a tensor carries the generation that it was made in. */
  get generation(): number {
    return this.#generation;
  }

  /** An arena within this one: its tensors may use this one's, and it is to be reset first. */
  child(name: string): Arena {
    return new Arena(this.backend, name, this);
  }

  /** True if this arena is `other` or lies around it. */
  encloses(other: Arena): boolean {
    for (let a: Arena | null = other; a; a = a.parent) if (a === this) return true;
    return false;
  }

  /** Room for n elements until the next reset, 64-byte aligned, not cleared. */
  allocate(n: number): Address {
    if (this.#disposed) {
      throw new NeuroForgeError('NF1202', `the arena "${this.name}" has ended`, {
        expected: 'an arena before its dispose(), a scope or a loop that still runs',
        hint: 'make the tensor within the loop, or without an arena',
      });
    }
    const length = 16 * ceil(n / 16);
    let chunk = this.#chunks.at(-1);
    if (!chunk || chunk.used + length > chunk.length) {
      const size = Math.max(length, chunkElements);
      chunk = { address: this.backend.allocate(size, this.name), length: size, used: 0 };
      this.#chunks.push(chunk);
    }
    const address = chunk.address + chunk.used;
    chunk.used += length;
    return address;
  }

  /** Ends the step: every tensor made in it is stale from here on. */
  reset(): void {
    this.#end();
    if (this.#chunks.length > 1) {
      const size = this.#chunks.reduce((sum, c) => sum + c.length, 0);
      this.#release();
      this.#chunks.push({ address: this.backend.allocate(size, this.name), length: size, used: 0 });
    } else if (this.#chunks.length === 1) {
      this.#chunks[0].used = 0;
    }
  }

  /** Ends the step and gives the memory back. */
  dispose(): void {
    this.#end();
    this.#disposed = true;
    dropped.unregister(this);
    this.#release();
  }

  #end(): void {
    this.#generation++;
    if (debug.poison) for (const c of this.#chunks) this.backend.fill(c.address, Number.NaN, c.used);
  }

  #release(): void {
    for (const c of this.#chunks.splice(0)) this.backend.free(c.address);
  }
}

/** The innermost of two arenas; throws NF1203 when neither encloses the other. */
export function youngest(a: Arena | null, b: Arena | null): Arena | null {
  if (a === b || !b) return a;
  if (!a || a.encloses(b)) return b;
  if (b.encloses(a)) return a;
  throw unrelated(a, b);
}

/** @internal */
export function unrelated(a: Arena, b: Arena): NeuroForgeError {
  return new NeuroForgeError('NF1203', `operands from two unrelated steps ("${a.name}" and "${b.name}")`, {
    expected: 'tensors of one step, or ordinary ones',
    hint: 'call .keep() on the one that is to outlive its step',
  });
}
