import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { frameDocument, framePolicy, frameScript, frameScriptHash } from './policy.ts';

test('the policy names the script that the frame has, and nothing else may run or connect', () => {
  expect(frameScriptHash).toBe(`'sha256-${createHash('sha256').update(frameScript).digest('base64')}'`);
  expect(framePolicy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${frameScriptHash} 'wasm-unsafe-eval'`,
    'worker-src blob:',
  ]);
  expect(frameDocument.match(/<script>/g)).toHaveLength(1);
  expect(frameDocument).toContain(`<script>${frameScript}</script>`);
  expect(frameDocument.indexOf('Content-Security-Policy')).toBeLessThan(frameDocument.indexOf('<script>'));
});
