import { expect, test } from 'vitest';
import * as z from 'zod';
import { configSchema } from '../src/cli/config.ts';
import { trainFlags } from '../src/cli/flags.ts';

interface Property {
  type?: string;
  enum?: string[];
  const?: string;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  anyOf?: Property[];
}

function range(p: Property): string {
  if (p.anyOf) return p.anyOf.map(range).join(' or ');
  if (p.const !== undefined) return `\`${p.const}\``;
  if (p.enum) return p.enum.map((v) => `\`${v}\``).join(', ');
  const low = p.minimum ?? p.exclusiveMinimum;
  const high = p.maximum ?? p.exclusiveMaximum;
  const kind = p.type === 'integer' ? 'whole number' : (p.type ?? 'text').replace('string', 'text');
  const lower = low === undefined ? '' : p.minimum === undefined ? ` above ${low}` : ` from ${low}`;
  const upper =
    high === undefined || high === null || high > 2 ** 31
      ? ''
      : p.maximum === undefined
        ? `, below ${high}`
        : ` to ${high}`;
  return kind + lower + upper;
}

/** docs/flags.md is this table; `npx vitest run test/docs.test.ts -u` writes it anew. */
test('the table of flags in the docs is that of the code', async () => {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as { properties: Record<string, Property> };
  const rows = trainFlags.map(({ key, flag, about }) => {
    const p = schema.properties[key];
    expect(p, key).toBeDefined();
    const usual = p.default === undefined ? '[by data set](cli.md#defaults-by-data-set)' : `\`${p.default}\``;
    const optional = ['label', 'header', 'positive', 'steps', 'until', 'patience'].includes(key) ? 'none' : usual;
    return `| \`${flag.replaceAll('|', '\\|')}\` | \`${key}\` | ${range(p)} | ${optional} | ${about.replace(/ \(default: .*\)$/, '')} |`;
  });
  const table = [
    '# Flags of `train`',
    '',
    'The key is the one in `config.json`. A flag goes before the file, the file before the environment',
    '(`NEUROFORGE_BACKEND`), that before the default.',
    '',
    '| flag | key | value | default | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'Beside these: `--config FILE`, `--run-dir DIR` (default `runs`), `--mirror URL`, `--json`, `--quiet`, `--no-color`,',
    '`--debug`.',
    '',
  ].join('\n');
  expect(Object.keys(schema.properties).sort()).toEqual([...trainFlags.map((f) => f.key), 'schema'].sort());
  await expect(table).toMatchFileSnapshot('../docs/flags.md');
});
