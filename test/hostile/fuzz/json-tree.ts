import type { Dice, Mutation } from './mutate.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const leaves: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1,
  1.5,
  3,
  4,
  1e9,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  'a',
  '../x',
  'F32',
  [],
];
const keys = ['layer', 'config', 'children', 'outputs', 'init', 'slope', 'kind', 'offset', 'factor', 'seed', '0', '1'];
const further = ['__proto__', 'constructor', 'length', '', 'dtype', 'shape', 'data_offsets', '__metadata__', 'lr', 'x'];

/** Changes one node of the JSON that `open` finds in a file; text that is JSON itself is often entered. */
export function jsonTree(
  words: readonly Json[],
  open: (bytes: Uint8Array) => { json: string; close: (json: string) => Uint8Array } | null,
): Mutation {
  return (bytes, dice) => {
    const opened = open(bytes);
    const tree = opened === null ? undefined : parsed(opened.json);
    if (opened === null || tree === undefined) return bytes;
    return opened.close(JSON.stringify(changed(tree, dice, [...leaves, ...words])));
  };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function changed(node: Json, dice: Dice, words: readonly Json[]): Json {
  const inner = typeof node === 'string' && node.length > 1 ? parsed(node) : undefined;
  if (inner !== undefined && dice.below(4) > 0) return JSON.stringify(changed(inner, dice, words));
  if (typeof node !== 'object' || node === null || dice.below(8) === 0) return dice.of(words);
  const names = Object.keys(node);
  if (Array.isArray(node)) {
    const at = dice.below(node.length + 1);
    if (at === node.length) return [...node, node.length > 0 && dice.below(2) ? dice.of(node) : dice.of(words)];
    if (dice.below(6) === 0) return node.filter((_, i) => i !== at);
    return node.map((item, i) => (i === at ? changed(item, dice, words) : item));
  }
  const action = dice.below(10);
  const key = dice.of(names.length > 0 ? names : ['a']);
  const entries = Object.entries(node);
  // From entries: a key __proto__ stays a key.
  if (action === 0) return Object.fromEntries(entries.filter(([k]) => k !== key));
  if (action === 1) return Object.fromEntries([...entries, [dice.of([...keys, ...further]), dice.of(words)]]);
  if (action === 2) {
    return Object.fromEntries(entries.map(([k, v]) => [k === key ? dice.of([...keys, ...further]) : k, v]));
  }
  return Object.fromEntries(entries.map(([k, v]) => [k, k === key ? changed(v, dice, words) : v]));
}
