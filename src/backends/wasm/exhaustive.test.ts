import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a stratified sample of npm run exhaustive: every 4099th float32 within its bound of ulps', () => {
  const script = fileURLToPath(new URL('../../../scripts/exhaustive.mjs', import.meta.url));
  const text = execFileSync(process.execPath, [script, '--every', '4099', '--threads', '2'], { encoding: 'utf8' });
  for (const name of ['exp', 'log', 'tanh', 'sigmoid']) {
    expect(text).toMatch(new RegExp(`^${name} +1047809 inputs, worst 0\\.\\d+ ulp at .*: ok$`, 'm'));
  }
});
