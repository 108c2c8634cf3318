import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../bench/memory.mjs', import.meta.url));
const small = ['--data', 'digits', '--hidden', '8', '--epochs', '1', '--from', '20', '--to', '60', '--backend', 'js'];

test('bench/memory.mjs: a run of the command line and one held still twice, against bars that can be missed', () => {
  const bars = ['--bar-peak', '20', '--bar-growth', '1000', '--bar-pause', '1e6'];
  const child = spawnSync(process.execPath, [script, ...small, ...bars, '--json'], { encoding: 'utf8' });
  expect(child.stderr).toBe('');
  const { schema, rows, looks, run } = JSON.parse(child.stdout);
  expect(schema).toBe('neuroforge/bench-memory@1');
  expect(run).toMatchObject({ backend: 'js', threads: 1, steps: 60 });
  expect(rows.map((r: { verdict: string }) => r.verdict)).toEqual(['fail', 'pass', 'pass', 'pass', 'pass', 'pass']);
  const [peak, heap] = rows;
  expect(peak.value).toBeGreaterThan(20); // Node alone takes more
  expect(peak.value).toBeLessThan(2000);
  expect(heap.value).toBeCloseTo((looks.to.heapUsed - looks.from.heapUsed) / 1e6, 9);
  expect(child.status).toBe(1);
});
