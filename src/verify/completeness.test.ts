import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { referenceChecks } from '../../test/reference/checks.ts';
import { losses } from '../losses/registry.ts';
import { layers } from '../models/registry.ts';
import { gradcheckCases } from './cases.ts';

/** Files of these folders that hold no function with a derivative: contracts and what they share. */
const shared: Readonly<Record<string, readonly string[]>> = {
  layers: ['context', 'gradient', 'initializers', 'layer', 'parameters'],
  losses: ['loss', 'registry', 'targets'],
  optim: ['optimizer'],
};

const at = (folder: string, name: string): URL => new URL(`../${folder}/${name}`, import.meta.url);
const namesIn = (folder: string): string[] =>
  readdirSync(at(folder, '.'))
    .filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'))
    .map((f) => f.slice(0, -3));

const references = referenceChecks((file) =>
  JSON.parse(readFileSync(new URL(`../../test/reference/${file}.json`, import.meta.url), 'utf8')),
);

interface Known {
  readonly names: readonly string[];
  readonly derivations: ReadonlySet<string>;
  readonly tests: ReadonlySet<string>;
  readonly gradchecked: ReadonlySet<string>;
  readonly referenced: ReadonlySet<string>;
  readonly registered: ReadonlySet<string>;
}

/** What each file of a folder still needs. */
function missing(folder: string, known: Known): string[] {
  return known.names.flatMap((name) => {
    const needs: string[] = [];
    if (!known.derivations.has(name)) needs.push('a derivation');
    if (!known.tests.has(name)) needs.push('a test');
    if (folder !== 'optim' && !known.gradchecked.has(name)) needs.push('a gradcheck case');
    if (!known.referenced.has(name)) needs.push('reference values');
    if (folder !== 'optim' && !known.registered.has(name)) needs.push('a name in the registry');
    return needs.map((what) => `${folder}/${name}: ${what}`);
  });
}

function known(folder: string): Known {
  const names = namesIn(folder).filter((n) => !shared[folder].includes(n));
  // one test may hold two forms of one loss: `x` and `x-from-probabilities`
  const tested = (n: string) => [n, n.replace(/-from-.*/, '')].some((f) => existsSync(at(folder, `${f}.test.ts`)));
  return {
    names,
    derivations: new Set(names.filter((n) => existsSync(at(folder, `${n}.md`)))),
    tests: new Set(names.filter(tested)),
    gradchecked: new Set(gradcheckCases.map((c) => c.of)),
    referenced: new Set(references.map((c) => c.of)),
    registered: new Set(Object.keys(folder === 'losses' ? losses : layers)),
  };
}

describe.each(Object.keys(shared))('%s', (folder) => {
  test('every file has a derivation, a test, a gradcheck case, reference values and a name', () => {
    expect(known(folder).names.length).toBeGreaterThan(0);
    expect(missing(folder, known(folder))).toEqual([]);
  });

  test('what is shared is there, and no derivation stands alone', () => {
    expect(shared[folder].filter((n) => !namesIn(folder).includes(n))).toEqual([]);
    const derived = readdirSync(at(folder, '.')).flatMap((f) => (f.endsWith('.md') ? [f.slice(0, -3)] : []));
    expect(derived.filter((n) => !namesIn(folder).includes(n))).toEqual([]);
  });
});

test('a layer that is only written is found out', () => {
  const real = known('layers');
  expect(missing('layers', { ...real, names: [...real.names, 'layer-norm'] })).toEqual([
    'layers/layer-norm: a derivation',
    'layers/layer-norm: a test',
    'layers/layer-norm: a gradcheck case',
    'layers/layer-norm: reference values',
    'layers/layer-norm: a name in the registry',
  ]);
});

test('the registries name files', () => {
  for (const [folder, registry] of [
    ['layers', layers],
    ['losses', losses],
  ] as const) {
    expect(Object.keys(registry).filter((n) => !known(folder).names.includes(n))).toEqual([]);
  }
});
