import type { Backend } from '../backends/backend.ts';
import { backend as namedBackend } from '../backends/default.ts';
import { Arena } from './arena.ts';
import { Indices } from './indices.ts';
import { Tensor } from './tensor.ts';

/**
 * Runs `body` with an arena of its own and frees that when it ends (for an async body, when its promise settles). What
 * is made in the arena, or from what is, lives in the backend's memory without a copy; tensors and indices that `body`
 * returns (alone, in an array or an object) are kept.
 */
export function scope<T>(body: (arena: Arena) => T, options: { backend?: Backend } = {}): T {
  const arena = new Arena(options.backend ?? namedBackend(), 'scope');
  let pending = false;
  try {
    const result = body(arena);
    if (result instanceof Promise) {
      pending = true;
      return result.then((value) => keepAll(value, arena)).finally(() => arena.dispose()) as T;
    }
    return keepAll(result, arena) as T;
  } finally {
    if (!pending) arena.dispose();
  }
}

function keepAll(value: unknown, arena: Arena): unknown {
  if (value instanceof Tensor || value instanceof Indices) return value.arena === arena ? value.keep() : value;
  if (Array.isArray(value)) return value.map((v) => keepAll(v, arena));
  if (value && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, keepAll(v, arena)]));
  }
  return value;
}
