import type { VNode } from 'preact';
import { formatBytes, formatCount, formatFlops } from './format.ts';
import type { ReportData } from './report-data.ts';
import { safeText } from './text.ts';

/** The layers with their shapes and parameters, and what a step takes. */
export function NetworkSection({ data: { model } }: { data: ReportData }): VNode | null {
  if (!model || model.layers.length === 0) return null;
  const { memory, flops, batch } = model;
  const step: [string, string][] = [
    ['Parameters', `${formatCount(model.parameters)}, ${formatBytes(memory.parameters)}`],
    ['Gradients', memory.gradients === 0 ? 'folded into the update' : formatBytes(memory.gradients)],
    ['Optimizer', memory.optimizer === 0 ? 'keeps nothing' : formatBytes(memory.optimizer)],
    ['Outputs of layers', formatBytes(memory.activations)],
    [`Products of a step of ${formatCount(batch)} rows`, flops === null ? 'not counted' : formatFlops(flops)],
  ];
  return (
    <section>
      <h2>Network</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col" class="num">
                Output of an example
              </th>
              <th scope="col" class="num">
                Parameters
              </th>
            </tr>
          </thead>
          <tbody>
            {model.layers.map(({ path, name, output, parameters }) => (
              <tr key={path}>
                <td>{safeText(`${path} ${name}`, 60)}</td>
                <td class="num">{output ? output.join(' × ') : '–'}</td>
                <td class="num">{parameters === 0 ? '–' : formatCount(parameters)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl class="facts">
        {step.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
