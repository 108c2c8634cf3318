import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts', 'course/**/*.test.ts', 'lab/**/*.test.{ts,tsx}'],
    testTimeout: 60_000,
  },
});
