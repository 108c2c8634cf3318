import type { Address, Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import type { Arena } from './arena.ts';

/**
 * Where a tensor's numbers are: on the JavaScript heap (ordinary tensors: nothing to free), in an arena (gone at its
 * reset), or in a block that a model holds. Views share one storage.
 */
export class Storage {
  readonly backend: Backend;
  readonly length: number;
  /** Counts the writes, for {@link debug.versions}. */
  version = 0;
  /** Ordinary tensors only. */
  readonly array: Float32Array | Float64Array | null;
  readonly arena: Arena | null;
  readonly #generation: number;
  readonly #address: Address;
  readonly #block: Block | null;
  /** Where an ordinary tensor was last copied into an arena. */
  #placed: { arena: Arena; generation: number; version: number; address: Address } | null = null;

  private constructor(
    backend: Backend,
    length: number,
    array: Float32Array | Float64Array | null,
    arena: Arena | null,
    address: Address,
    block: Block | null,
  ) {
    this.backend = backend;
    this.length = length;
    this.array = array;
    this.arena = arena;
    this.#generation = arena ? arena.generation : 0;
    this.#address = address;
    this.#block = block;
  }

  static ofArray(backend: Backend, array: Float32Array | Float64Array): Storage {
    return new Storage(backend, array.length, array, null, -1, null);
  }

  static inArena(arena: Arena, length: number): Storage {
    return new Storage(arena.backend, length, null, arena, arena.allocate(length), null);
  }

  static inBlock(block: Block, offset: number, length: number): Storage {
    return new Storage(block.backend, length, null, null, block.address + offset, block);
  }

  /** The same memory, tied to the present step of `arena`; an ordinary tensor's numbers are copied there. */
  within(arena: Arena): Storage {
    return new Storage(this.backend, this.length, null, arena, this.address(arena), this.#block);
  }

  /** Throws NF1201 if the step that made it has ended, NF1202 if the model that held it was disposed of. */
  check(): void {
    if (this.arena && this.arena.generation !== this.#generation) {
      throw new NeuroForgeError('NF1201', 'this tensor belongs to a step that has ended', {
        where: `arena "${this.arena.name}", step ${this.#generation}, now ${this.arena.generation}`,
        hint: 'call .keep() on it within the step to take a copy along',
      });
    }
    if (this.#block && !this.#block.alive) {
      throw new NeuroForgeError('NF1202', `this tensor belongs to ${this.#block.holder}, which was disposed of`);
    }
  }

  /** Its address; an ordinary tensor is copied into `arena` first (once for as long as it is not written). */
  address(arena: Arena): Address {
    this.check();
    const array = this.array;
    if (!array) return this.#address;
    const p = this.#placed;
    if (p && p.arena === arena && p.generation === arena.generation && p.version === this.version) return p.address;
    const address = arena.allocate(this.length);
    this.backend.write(address, array);
    this.#placed = { arena, generation: arena.generation, version: this.version, address };
    return address;
  }
}

/** A range of the backend's heap held until `free`: the parameters of a model, the state of an optimizer. */
export class Block {
  readonly backend: Backend;
  readonly holder: string;
  readonly address: Address;
  readonly length: number;
  #alive = true;

  constructor(backend: Backend, length: number, holder: string) {
    this.backend = backend;
    this.holder = holder;
    this.length = length;
    this.address = backend.allocate(length, holder);
    backend.fill(this.address, 0, length);
  }

  get alive(): boolean {
    return this.#alive;
  }

  free(): void {
    if (this.#alive) this.backend.free(this.address);
    this.#alive = false;
  }
}
