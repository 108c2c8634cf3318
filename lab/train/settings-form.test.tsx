import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { defaults, type Settings, settings } from '../work/settings.ts';
import { SettingsForm } from './settings-form.tsx';

test.each<[boolean, Partial<Settings>]>([
  [true, {}],
  [false, { seed: 1 }],
  [false, { hidden: [128, 63] }],
])('usual settings in any order: %s, changed by %j', (usual, change) => {
  const { seed, ...rest } = defaults.digits;
  settings.value = { seed, ...rest, ...change };
  const [, button] = /<button ([^>]*)>\s*Usual settings/.exec(renderToString(<SettingsForm disabled={false} />))!;
  expect(button.includes('disabled')).toBe(usual);
});
