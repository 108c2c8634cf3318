import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostileName } from '../../test/support/hostile.ts';
import { fitPixels, pixels } from './text-pixels.ts';

it('knows broad letters from narrow ones', () => {
  expect(pixels('WWWW')).toBeGreaterThan(1.5 * pixels('nnnn'));
  expect(pixels('iiii')).toBeLessThan(0.8 * pixels('nnnn'));
  expect(pixels('数字')).toBe(24);
  expect(pixels('e\u0301')).toBe(pixels('e'));
  expect(pixels('')).toBe(0);
});

it('cuts what does not fit, and nothing else', () => {
  expect(fitPixels('Ankle boot', 92)).toBe('Ankle boot');
  expect(fitPixels('W'.repeat(14), 92)).toBe('WWWWWW…');
  fc.assert(
    fc.property(hostileName, fc.integer({ min: 12, max: 200 }), (name, room) => {
      const short = Array.from(name).slice(0, 40).join('');
      const cut = fitPixels(short, room);
      expect(pixels(cut)).toBeLessThanOrEqual(room);
      if (cut !== short) expect(short.startsWith(cut.slice(0, -1))).toBe(true);
    }),
    { seed: 11, numRuns: 200 },
  );
});
