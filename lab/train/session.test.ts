import { expect, test, vi } from 'vitest';
import type { TrainRun } from '../sandbox/types.ts';
import { defaults } from '../work/settings.ts';
import { Session } from './session.ts';

const started = vi.hoisted(() => ({ train: vi.fn(), trainLibrary: vi.fn() }));
vi.mock('../work/sandbox.ts', () => ({ sandbox: async () => started }));
vi.mock('../sandbox/sandbox.ts', () => started);

test('where the library’s run does not start, the learner’s is ended, and the page is told', async () => {
  const close = vi.fn();
  const error = new Error('no worker starts here');
  started.train.mockReturnValue({ close } as unknown as TrainRun);
  started.trainLibrary.mockImplementation(() => {
    throw error;
  });
  const session = new Session();
  await session.start(defaults.digits, { name: 'digits' });
  expect(started.train).toHaveBeenCalledOnce();
  expect(close).toHaveBeenCalledOnce();
  expect({ ...session, phase: session.phase.value, error: session.error.value }).toMatchObject({
    phase: 'idle',
    error,
    runs: {},
    settings: null,
  });
});
