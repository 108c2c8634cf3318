import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BackendName, backend } from '../../src/backends/default.ts';
import { referenceChecks } from './checks.ts';
import { misses } from './document.ts';

const checks = referenceChecks((file) => JSON.parse(readFileSync(new URL(`./${file}.json`, import.meta.url), 'utf8')));

for (const name of ['js64', 'js', 'wasm'] as readonly BackendName[]) {
  describe(`reference values on ${name}`, () => {
    for (const check of checks) {
      it.skipIf(name !== 'js64' && check.notInFloat32)(check.name, () => {
        const comparisons = check.run(backend(name));
        expect(comparisons.length).toBeGreaterThan(0);
        expect(misses(comparisons)).toEqual([]);
      });
    }
  });
}
