import { expect, test } from 'vitest';
import { losses } from './registry.ts';

test('each loss is found by its own name', () => {
  for (const [name, make] of Object.entries(losses)) expect(make().name).toBe(name);
});
