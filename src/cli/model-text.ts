import { formatBytes, formatFlops } from '../charts/index.ts';
import type { ModelSummary } from '../models/summary.ts';
import { people } from './output.ts';

/** Layers in columns, and a line of what a step takes. */
export function modelTable({ layers, parameters, memory, flops, batch }: ModelSummary): string[] {
  const rows = layers.map(({ path, name, output, parameters }) => [
    `layer ${path} ${name}`,
    output ? `(${output.join(', ')})` : '-',
    parameters === 0 ? '-' : people(parameters),
  ]);
  const width = (i: number, least: number): number => Math.max(least, ...rows.map((r) => r[i].length));
  const [name, shape, count] = [width(0, 10), width(1, 8), width(2, 8)];
  const parts = [
    `${people(parameters)} parameters, ${formatBytes(memory.parameters)}`,
    memory.gradients === 0 ? 'gradients folded into the update' : `gradients ${formatBytes(memory.gradients)}`,
    ...(memory.optimizer === 0 ? [] : [`optimizer ${formatBytes(memory.optimizer)}`]),
    `outputs ${formatBytes(memory.activations)}`,
    ...(flops === null ? [] : [`${formatFlops(flops)} a step of ${people(batch)} rows`]),
  ];
  return [
    ...rows.map(([a, b, c]) => `  ${a.padEnd(name)}  ${b.padStart(shape)}  ${c.padStart(count)}`),
    `  ${parts.join(' · ')}`,
  ];
}
