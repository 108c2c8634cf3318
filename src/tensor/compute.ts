import type { Address, Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { Arena, youngest } from './arena.ts';
import { Storage } from './storage.ts';

const scratchArenas = new WeakMap<Backend, Arena>();

/** Where operations on ordinary tensors compute: reset after each of them. */
export function scratchOf(backend: Backend): Arena {
  let scratch = scratchArenas.get(backend);
  if (!scratch) {
    scratch = new Arena(backend, 'scratch');
    scratchArenas.set(backend, scratch);
  }
  return scratch;
}

interface Held {
  readonly storage: Storage;
}

/** Throws NF1103 unless both live on one backend (and so have one dtype), NF1107 when the operand is no tensor at all. */
export function sameBackend(op: string, a: Backend, operand: { readonly backend: Backend }): void {
  const b = (operand as { readonly backend?: Backend } | null | undefined)?.backend;
  if (a === b) return;
  if (!b) throw notATensor(op, operand);
  throw new NeuroForgeError('NF1103', `${op}: the operands live on different backends`, {
    expected: 'one backend, and so one dtype',
    got: `${a.name} (${a.dtype}) and ${b.name} (${b.dtype})`,
    hint: 'make both tensors with the same { backend }',
  });
}

function notATensor(op: string, operand: unknown): NeuroForgeError {
  const [what, hint] = describe(operand);
  return new NeuroForgeError('NF1107', `${op}: an operand is ${what}, not a tensor`, { hint });
}

/** What an operand is that is no tensor, and what to do. */
function describe(operand: unknown): [what: string, hint?: string] {
  if (operand === undefined || operand === null) return [`${operand}`, 'does what it is read from have that name?'];
  if (Array.isArray(operand) || ArrayBuffer.isView(operand)) return ['an array', 'tensor(array) makes a tensor of it'];
  switch (typeof operand) {
    case 'number':
      return [`the number ${operand}`, 'zerosLike() and zerosLike().add(1) are tensors of one number'];
    case 'boolean':
      return [`${operand}`, 'comparisons are methods: z.gt(0)'];
    case 'function':
      return ['a function', 'are the parentheses missing, as in colSum()?'];
    default:
      return [typeof operand === 'object' ? 'an object' : `a ${typeof operand}`];
  }
}

/**
 * Runs one operation: `run(arena, out)` is given the arena in which to place operands and the address of the result
 * of n elements. The result lives in the youngest arena among the operands; without one it is an ordinary tensor's.
 */
export function compute(
  backend: Backend,
  a: Held,
  b: Held | null,
  n: number,
  run: (arena: Arena, out: Address) => void,
): Storage {
  a.storage.check();
  b?.storage.check();
  const arena = b ? youngest(a.storage.arena, b.storage.arena) : a.storage.arena;
  return computeIn(backend, arena, n, run);
}

/** As {@link compute}, with the result's arena given; null for an ordinary result. */
export function computeIn(
  backend: Backend,
  arena: Arena | null,
  n: number,
  run: (arena: Arena, out: Address) => void,
): Storage {
  if (arena) {
    const storage = Storage.inArena(arena, n);
    run(arena, storage.address(arena));
    return storage;
  }
  const scratch = scratchOf(backend);
  try {
    const out = scratch.allocate(n);
    run(scratch, out);
    return Storage.ofArray(backend, backend.read(out, n));
  } finally {
    scratch.reset();
  }
}

/** Lets `run` write the `n` elements of `storage` at `offset` in place, wherever they live. */
export function writeIn(storage: Storage, offset: number, n: number, run: (arena: Arena, at: Address) => void): void {
  storage.check();
  const scratch = scratchOf(storage.backend);
  try {
    const array = storage.array;
    if (array) {
      const at = scratch.allocate(n);
      storage.backend.write(at, array.subarray(offset, offset + n));
      run(scratch, at);
      array.set(storage.backend.read(at, n), offset);
    } else {
      run(scratch, storage.address(scratch, offset, n));
    }
  } finally {
    scratch.reset();
  }
  storage.written();
}
