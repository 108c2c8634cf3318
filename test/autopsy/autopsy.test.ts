import { describe, expect, test } from 'vitest';
import type { Autopsy } from '../../src/train/autopsy/autopsy.ts';
import { fit } from '../../src/train/fit.ts';
import { fromJson, toJson } from '../../src/train/json.ts';
import { conforms } from '../cli.ts';
import { healthy } from './healthy.ts';
import { heldOut } from './held-out.ts';
import { type Planted, planted, type Run } from './planted.ts';

async function autopsyOf({ model, train, optimizer, batch, epochs }: Run): Promise<Autopsy | null> {
  const { autopsy, status } = await fit(model, { train }, { optimizer, batch, epochs });
  expect(status === 'diverged').toBe(autopsy !== null);
  return autopsy;
}

async function named(cases: readonly Planted[]): Promise<string[]> {
  const missed: string[] = [];
  for (const { name, truth, run } of cases) {
    const autopsy = await autopsyOf(run());
    expect(autopsy, name).not.toBeNull();
    const { causes, origin, reproduced, change } = autopsy!;
    expect({ name, reproduced, origin: origin !== null }).toEqual({ name, reproduced: true, origin: true });
    expect(causes).toHaveLength(2);
    for (const c of causes) expect(c.evidence, `${name}: ${c.id}`).toMatch(/\d/);
    expect(change).toBe(causes[0].change);
    conforms(JSON.parse(toJson(autopsy)) as Record<string, unknown>);
    expect(fromJson(toJson(autopsy))).toEqual(autopsy);
    if (causes[0].id !== truth) missed.push(`${name}: ${causes[0].id}, not ${truth}`);
  }
  return missed;
}

describe('the true cause comes first', () => {
  test('in all of 20 planted divergences', async () => {
    expect(planted).toHaveLength(20);
    expect(await named(planted)).toEqual([]);
  });

  test('in 9 of 10 that were written down after the ranking was made', async () => {
    expect(heldOut).toHaveLength(10);
    // p underflows to 0 before e^x overflows, so what the autopsy says is what happened first.
    expect(await named(heldOut)).toEqual([
      'a softmax by hand without its maximum taken off, pixels of 0 to 16: log-of-zero, not exp-overflow',
    ]);
  });
});

test.each(healthy)('no autopsy of a run that is hard but healthy: $name', async ({ run }) => {
  expect(await autopsyOf(run())).toBeNull();
});
