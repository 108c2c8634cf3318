import { NeuroForgeError } from '../core/errors.ts';
import type { Backend } from './backend.ts';
import { JsBackend } from './js/js-backend.ts';
import { createWasmBackend } from './wasm/wasm-backend.ts';

/** `js` is float32 in plain loops, `js64` its float64 twin for gradient checks, `wasm` SIMD. */
export type BackendName = 'auto' | 'wasm' | 'js' | 'js64';

const made = new Map<BackendName, Backend>();

/**
 * The one backend of that name in this process, made at first use. `auto` is the fastest that works here: `wasm`, or
 * `js` where WebAssembly SIMD is missing. Throws NF1302 when a named one is not to be had.
 */
export function backend(name: BackendName = 'auto'): Backend {
  let found = made.get(name);
  if (!found) {
    found = make(name);
    made.set(name, found);
  }
  return found;
}

function make(name: BackendName): Backend {
  switch (name) {
    case 'js':
      return new JsBackend('f32');
    case 'js64':
      return new JsBackend('f64');
    case 'wasm':
      return createWasmBackend();
    case 'auto':
      try {
        return backend('wasm');
      } catch (error) {
        if (error instanceof NeuroForgeError && error.code === 'NF1302') return backend('js');
        throw error;
      }
  }
}
