import { describe, expect, test } from 'vitest';
import { readPage } from '../../course/pages/list.ts';
import { exercises } from '../../src/verify/exercises.ts';
import { chapter, steps } from '../derive/steps.ts';
import { addressIn, placeOf } from './address.ts';
import { sectionOf, stretches } from './sections.ts';

const page = readPage('.', chapter);

describe('the sections of the chapter', () => {
  test('each piece has one that derives it', () => {
    for (const { chapter: place } of exercises) {
      const [path, anchor] = place.split('#');
      const [heading, ...blocks] = sectionOf(readPage('.', path), anchor);
      expect(heading).toMatchObject({ kind: 'heading', anchor });
      expect(blocks.some(({ kind }) => kind === 'math')).toBe(true);
      expect(
        blocks.some((block) => block.kind === 'heading' && heading.kind === 'heading' && block.level <= heading.level),
      ).toBe(false);
    }
    expect(sectionOf(page, 'nothing')).toEqual([]);
  });

  test('each step of Derive has its equation', () => {
    const numbers = page.blocks.flatMap((block) =>
      block.kind === 'math' && block.number !== null ? [block.number] : [],
    );
    for (const { equation } of steps) expect(numbers).toContain(equation);
  });

  test('cut the page where a piece can be written, and lose nothing', () => {
    const all = stretches(page);
    expect(all.flatMap(({ blocks }) => blocks)).toEqual(page.blocks);
    expect(all.flatMap((stretch) => stretch.exercises.map(({ functionName }) => functionName))).toEqual([
      ...['dW', 'db', 'dX', 'dReLU', 'backward', 'dz'],
    ]);
    expect(stretches(readPage('.', 'docs/notation.md'))).toHaveLength(1);
  });
});

test('addresses', () => {
  expect(addressIn('course/02-mlp.md#through-the-relu')).toBe('#course/02-mlp/through-the-relu');
  expect(addressIn('docs/notation.md')).toBe('#course/notation');
  expect(placeOf('02-mlp/through-the-relu')).toEqual({ id: '02-mlp', anchor: 'through-the-relu' });
  expect(placeOf('')).toEqual({ id: '02-mlp', anchor: '' });
});
