import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ExerciseId, exercises } from '../../src/verify/exercises.ts';
import type { Grade } from '../../src/verify/grade.ts';
import { code, pieceIds, starters } from './code.ts';
import { correct, standings, watchCode } from './grading.ts';

/** Gradings that have begun, each with its end. */
let begun: { id: ExerciseId; end: (verdict: Grade['verdict']) => void }[] = [];
vi.mock('./sandbox.ts', () => ({
  sandbox: async () => ({
    grade: (id: ExerciseId) =>
      new Promise((resolve) => {
        begun.push({ id, end: (verdict) => resolve({ exercise: id, verdict }) });
      }),
  }),
}));

/** The six texts; a piece without one is not begun. */
function write(texts: Partial<Record<ExerciseId, string>>): void {
  for (const id of pieceIds) code[id].value = texts[id] ?? starters[id];
}

const ids = (): ExerciseId[] => begun.map(({ id }) => id);
const rest = (): Promise<unknown> => vi.advanceTimersByTimeAsync(500);
async function end(id: ExerciseId, verdict: Grade['verdict'] = 'correct'): Promise<void> {
  const at = begun.findIndex((b) => b.id === id);
  begun.splice(at, 1)[0].end(verdict);
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  begun = [];
  watchCode();
});
afterEach(async () => {
  while (begun.length > 0) await end(begun[0].id);
  write({});
  await rest();
  vi.useRealTimers();
});

test('a piece that does not end keeps no other one waiting, and two are graded at once', async () => {
  code['linear-dW'].value = 'for (;;);';
  await rest();
  code['linear-db'].value = 'one';
  code.relu.value = 'two';
  await rest();
  expect(ids()).toEqual(['linear-dW', 'linear-db']);
  await end('linear-db');
  expect(ids()).toEqual(['linear-dW', 'relu']);
  expect(standings['linear-db'].value).toMatchObject({ stale: false, grade: { verdict: 'correct' } });
});

test('of one piece a grading at a time, and of its texts the last one', async () => {
  code.relu.value = 'one';
  await rest();
  for (const text of ['two', 'three']) {
    code.relu.value = text;
    await rest();
  }
  expect(ids()).toEqual(['relu']);
  await end('relu', 'wrong');
  expect(standings.relu.value).toMatchObject({ stale: true });
  expect(ids()).toEqual(['relu']);
  await end('relu');
  expect(ids()).toEqual([]);
  expect(standings.relu.value).toMatchObject({ stale: false, grade: { verdict: 'correct' } });
});

test('what was changed back to nothing while it waited is not graded', async () => {
  code['linear-dW'].value = 'one';
  code['linear-db'].value = 'two';
  code.relu.value = 'three';
  await rest();
  write({ 'linear-dW': 'one', 'linear-db': 'two' });
  await rest();
  await end('linear-dW');
  await end('linear-db');
  expect(ids()).toEqual([]);
});

test('the chain keeps its verdict while another piece is written', async () => {
  write(Object.fromEntries(exercises.map(({ id, answer }) => [id, answer])));
  await rest();
  while (begun.length > 0) await end(begun[0].id);
  expect(correct.value).toBe(6);
  code['linear-dW'].value += ' ';
  await rest();
  expect(ids()).toEqual(['linear-dW']);
  expect(standings.chain.value).toMatchObject({ stale: false, grade: { verdict: 'correct' } });
  expect(correct.value).toBe(5);
});

test('a comment in the empty function is no beginning', async () => {
  code.relu.value = code.relu.value.replace('// your code', '// what now?');
  await rest();
  expect(ids()).toEqual([]);
  expect(standings.relu.value).toEqual({ grade: null, of: '', stale: false });
});
