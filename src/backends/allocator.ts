import { NeuroForgeError } from '../core/errors.ts';
import { ceil } from '../core/math.ts';
import type { Address } from './backend.ts';

interface Block {
  start: Address;
  length: number;
}

/**
 * First-fit allocation of element ranges in one growing heap. Ranges start at multiples of 16 elements (64 bytes of
 * f32). It is asked rarely: arenas take large chunks, models one block a group.
 */
export class Allocator {
  readonly #held = new Map<Address, { length: number; holder: string }>();
  /** Sorted by start, never adjacent. */
  #free: Block[] = [];
  #capacity: number;
  readonly #grow: (capacity: number) => number;
  readonly #bytesPerElement: number;

  /** `grow(c)` makes the heap hold at least c elements and answers its new capacity, or less than c when it cannot. */
  constructor(first: Address, capacity: number, bytesPerElement: number, grow: (capacity: number) => number) {
    this.#capacity = capacity;
    this.#bytesPerElement = bytesPerElement;
    this.#grow = grow;
    if (capacity > first) this.#free = [{ start: first, length: capacity - first }];
  }

  usage(): { allocated: number; capacity: number } {
    let allocated = 0;
    for (const { length } of this.#held.values()) allocated += length;
    return { allocated, capacity: this.#capacity };
  }

  allocate(n: number, holder: string): Address {
    const length = 16 * ceil((n > 0 ? n : 1) / 16);
    let at = this.#free.findIndex((b) => b.length >= length);
    if (at < 0) {
      this.#extend(length, holder);
      at = this.#free.findIndex((b) => b.length >= length);
    }
    const block = this.#free[at];
    const start = block.start;
    block.start += length;
    block.length -= length;
    if (block.length === 0) this.#free.splice(at, 1);
    this.#held.set(start, { length, holder });
    return start;
  }

  free(start: Address): void {
    const held = this.#held.get(start);
    if (!held) throw new NeuroForgeError('NF9001', `free of ${start}, which is not allocated`);
    this.#held.delete(start);
    this.#insert({ start, length: held.length });
  }

  #extend(length: number, holder: string): void {
    const last = this.#free.at(-1);
    const tail = last && last.start + last.length === this.#capacity ? last.length : 0;
    const needed = this.#capacity - tail + length;
    const capacity = this.#grow(needed);
    if (capacity < needed) throw this.#exhausted(length, holder);
    const start = this.#capacity;
    this.#capacity = capacity;
    this.#insert({ start, length: capacity - start });
  }

  #insert(block: Block): void {
    let i = this.#free.findIndex((b) => b.start > block.start);
    if (i < 0) i = this.#free.length;
    this.#free.splice(i, 0, block);
    const next = this.#free[i + 1];
    if (next && block.start + block.length === next.start) {
      block.length += next.length;
      this.#free.splice(i + 1, 1);
    }
    const previous = this.#free[i - 1];
    if (previous && previous.start + previous.length === block.start) {
      previous.length += block.length;
      this.#free.splice(i, 1);
    }
  }

  #exhausted(length: number, holder: string): NeuroForgeError {
    const byHolder = new Map<string, number>();
    for (const h of this.#held.values()) byHolder.set(h.holder, (byHolder.get(h.holder) ?? 0) + h.length);
    const largest = [...byHolder].sort((a, b) => b[1] - a[1]).slice(0, 3);
    const mebibytes = (n: number): string => `${Math.floor((n * this.#bytesPerElement) / 2 ** 20)} MiB`;
    return new NeuroForgeError('NF1301', `out of memory: ${holder} asked for ${mebibytes(length)}`, {
      where: holder,
      expected: `at most ${mebibytes(this.#capacity)} in all`,
      got: `${mebibytes(this.usage().allocated)} held, most by ${largest.map(([h, n]) => `${h} (${mebibytes(n)})`).join(', ')}`,
      hint: 'use a smaller batch or a narrower layer, or dispose() of models that are no longer needed',
    });
  }
}
