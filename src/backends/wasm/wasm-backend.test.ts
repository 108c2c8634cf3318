import { describe, test } from 'vitest';
import { conformance } from '../conformance.ts';
import { createWasmBackend } from './wasm-backend.ts';

describe('conformance: the bits of js in f32, every operation', () => {
  for (const { name, skip, run } of conformance(createWasmBackend)) test.skipIf(skip)(name, run);
});
