import type { Address, Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { type Arena, unrelated, youngest } from './arena.ts';

/**
 * Where a tensor's numbers are: on the JavaScript heap (ordinary tensors: nothing to free), in an arena (gone at its
 * reset), or in a block that a model holds. Views share one storage.
 */
export class Storage {
  readonly backend: Backend;
  readonly length: number;
  /** Ordinary tensors only. */
  readonly array: Float32Array | Float64Array | null;
  readonly arena: Arena | null;
  readonly #generation: number;
  readonly #address: Address;
  readonly #block: Block | null;
  /** Whose memory it is, for what `within` answers. */
  readonly #owner: Storage | null;
  #version = 0;
  /** Where a part of an ordinary tensor was last copied into an arena. */
  #placed: {
    arena: Arena;
    generation: number;
    version: number;
    offset: number;
    length: number;
    address: Address;
  } | null = null;

  private constructor(
    backend: Backend,
    length: number,
    array: Float32Array | Float64Array | null,
    arena: Arena | null,
    address: Address,
    block: Block | null,
    owner: Storage | null = null,
  ) {
    this.backend = backend;
    this.length = length;
    this.array = array;
    this.arena = arena;
    this.#generation = arena ? arena.generation : 0;
    this.#address = address;
    this.#block = block;
    this.#owner = owner;
  }

  /** Counts the writes, for {@link debug.versions}. */
  get version(): number {
    return this.#owner ? this.#owner.version : this.#version;
  }

  /** Whose memory it is: itself, unless it is what `within` answered. @internal */
  get root(): Storage {
    return this.#owner ? this.#owner.root : this;
  }

  /** @internal */
  written(): void {
    if (this.#owner) this.#owner.written();
    else this.#version++;
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

  /**
   * The same memory, tied to the present step of `arena`; an ordinary tensor's numbers are copied there. Throws NF1203
   * when this lives in an arena that `arena` does not lie within.
   */
  within(arena: Arena): Storage {
    this.check();
    if (this.array) {
      const copy = Storage.inArena(arena, this.length);
      this.backend.write(copy.#address, this.array);
      return copy;
    }
    if (youngest(this.arena, arena) !== arena) throw unrelated(this.arena!, arena);
    return new Storage(this.backend, this.length, null, arena, this.#address, this.#block, this);
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
      throw new NeuroForgeError('NF1202', `this tensor belongs to ${this.#block.holder} that dispose() has freed`, {
        hint: 'dispose() of a model last, or keep() what is to outlive it',
      });
    }
    this.#owner?.check();
  }

  /**
   * The address of elements offset .. offset + length; of an ordinary tensor these are copied into `arena` first (once
   * for as long as it is not written).
   */
  address(arena: Arena, offset = 0, length = this.length): Address {
    this.check();
    const array = this.array;
    if (!array) return this.#address + offset;
    const p = this.#placed;
    if (
      p &&
      p.arena === arena &&
      p.generation === arena.generation &&
      p.version === this.version &&
      p.offset <= offset &&
      offset + length <= p.offset + p.length
    ) {
      return p.address + offset - p.offset;
    }
    const address = arena.allocate(length);
    this.backend.write(address, length === array.length ? array : array.subarray(offset, offset + length));
    this.#placed = { arena, generation: arena.generation, version: this.version, offset, length, address };
    return address;
  }
}

/** Frees blocks whose model was dropped without dispose(). A backstop: the collector may run late or never. */
const dropped = new FinalizationRegistry<{ backend: Backend; address: Address }>((b) => b.backend.free(b.address));

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
    dropped.register(this, { backend, address: this.address }, this);
  }

  get alive(): boolean {
    return this.#alive;
  }

  free(): void {
    if (!this.#alive) return;
    this.#alive = false;
    dropped.unregister(this);
    this.backend.free(this.address);
  }
}
