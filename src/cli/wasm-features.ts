/** The least modules that need the feature each: an engine that accepts one has it. */
const modules = {
  simd: 'AGFzbQEAAAABBQFgAAF7AwIBAAoKAQgAQQD9D/1iCw==',
  threads: 'AGFzbQEAAAABBAFgAAADAgEABQQBAwEBCgsBCQBBAP4QAgAaCw==',
  relaxedSimd: 'AGFzbQEAAAABBQFgAAF7AwIBAAoPAQ0AQQH9D0EC/Q/9gAIL',
} as const;

/** What this engine's WebAssembly can do: SIMD (needed), shared memories with atomics (threads), relaxed SIMD (unused). */
export function wasmFeatures(): Record<keyof typeof modules, boolean> {
  const known = (base64: string): boolean => WebAssembly.validate(Uint8Array.from(Buffer.from(base64, 'base64')));
  return {
    simd: known(modules.simd),
    threads: typeof SharedArrayBuffer === 'function' && known(modules.threads),
    relaxedSimd: known(modules.relaxedSimd),
  };
}
