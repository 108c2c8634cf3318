import { describe, expect, test } from 'vitest';
import { code } from '../../test/support/one-layer.ts';
import type { LayerRegistry } from '../layers/layer.ts';
import { leakyRelu } from '../layers/leaky-relu.ts';
import { linear } from '../layers/linear.ts';
import { scaleShift } from '../verify/exemplars.ts';
import { assemble, describe as described, layers } from './registry.ts';
import { sequential } from './sequential.ts';

describe('the registry', () => {
  test('each layer is found by its own name', () => {
    for (const [name, make] of Object.entries(layers)) expect(make({ outputs: 3, slope: 0.1 }).name).toBe(name);
  });

  test('a description survives JSON and gives the same layers again', () => {
    const net = sequential(linear(4, { init: 'torch' }), sequential(leakyRelu(0.2), linear(2)), linear(1));
    const read = assemble(JSON.parse(JSON.stringify(described(net))));
    expect(described(read)).toEqual(described(net));
    expect(described(read).children!['1'].children!['0']).toEqual({ layer: 'leaky-relu', config: { slope: 0.2 } });
  });

  test('a layer of one’s own is found in the registry that is passed, and nowhere else', () => {
    const own: LayerRegistry = { 'scale-shift': (c) => scaleShift(c) };
    const text = described(sequential(scaleShift({ start: 3 })));
    expect(described(assemble(text, own))).toEqual(text);
    expect(() => assemble(text)).toThrow(code('NF2401'));
  });

  test.each(['toString', '__proto__', 'constructor', 'Linear'])('refuses "%s"', (name) => {
    expect(() => assemble({ layer: name, config: {} })).toThrow(code('NF2401'));
  });
});
