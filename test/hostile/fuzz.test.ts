import { expect, test } from 'vitest';
import { fuzzed } from './fuzz/check.ts';
import { targets } from './fuzz/targets.ts';

/** The long run is `npm run fuzz`, guided by coverage; this one is the same every time. */
test.each(targets.map((t) => [t.name, t] as const))('%s: 2,000 mutations', async (_, target) => {
  const { verdicts, ...found } = await fuzzed(target, 2000, 7);
  expect(found).toEqual({});
  expect(verdicts.get('accepted') ?? 0, 'the seeds are read').toBeGreaterThan(0);
  const kinds = [...verdicts.keys()];
  if (target.takesAll) expect(kinds).toEqual(['accepted']);
  else expect(kinds.length, kinds.join()).toBeGreaterThan(3);
});
