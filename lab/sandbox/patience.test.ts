import { expect, test } from 'vitest';
import { defaults, type Settings } from '../work/settings.ts';
import { patience, trainingPatience } from './patience.ts';

const of = ({ data, ...rest }: Settings): number => trainingPatience({ ...rest, data: { name: data } });

test('usual settings have the patience of a grading', () => {
  expect(patience).toBe(3);
  for (const settings of Object.values(defaults)) expect(of(settings)).toBe(3);
});

// 2·B·(784·H1 + H1·H2 + H2·10) operations are a forward pass; every product of a step is at most as long.
test.each<[number, [number, number], number]>([
  [32, [2048, 2048], 3 + 11], // 11.6e9 of the 1,000 rows of an evaluation
  [1000, [512, 128], 3],
  [5000, [512, 128], 3 + 4], // 4.68e9
  [55_000, [512, 128], 3 + 51], // 51.5e9
  [55_000, [2048, 64], 3 + 191], // 177e9 are the first product's
])('MNIST, batch %i, hidden %j: %i seconds', (batch, hidden, seconds) => {
  expect(of({ ...defaults.mnist, batch, hidden })).toBe(seconds);
});
