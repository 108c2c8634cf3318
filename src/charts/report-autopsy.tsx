import type { VNode } from 'preact';
import type { Autopsy } from '../train/autopsy/autopsy.ts';
import { originText } from '../train/autopsy/text.ts';
import { formatNumber } from './format.ts';
import { LineChart } from './line-chart.tsx';
import type { ReportData } from './report-data.ts';
import { safeText } from './text.ts';

/** Why a run diverged: where it began, the causes with their evidence, the one change, and the magnitudes on the way. */
export function AutopsySection({ data }: { data: ReportData }): VNode | null {
  const { autopsy } = data;
  if (!autopsy) return null;
  const { origin, step, epoch, change, causes, losses, reproduced } = autopsy;
  const rows = origin && origin.rows.length > 0 ? ` Rows ${origin.rows.join(', ')} of the data.` : '';
  const first = step - losses.length;
  return (
    <section>
      <h2>Why it diverged</h2>
      <p class="lede">
        It began at step {step} in epoch {epoch}
        {origin ? `: ${safeText(originText(origin), 200)}.` : '.'}
        {rows}
        {reproduced ? '' : ' Doing the steps again did not show it: this is what the run itself saw.'}
      </p>
      <h3>What to change: {safeText(change, 200)}</h3>
      <table class="record">
        <tbody>
          {causes.map((cause, i) => (
            <tr key={cause.id}>
              <th scope="row">
                {i === 0 ? 'Most likely: ' : 'Or: '}
                {safeText(cause.cause, 120)}
              </th>
              <td>
                {safeText(cause.evidence, 400)}. Then: {safeText(cause.change, 120)}.
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {losses.length < 3 ? null : (
        <figure>
          <h3>Loss of the last steps, log scale</h3>
          <LineChart
            title="Loss by step"
            series={[{ name: 'batch', points: losses.map((y, i) => ({ x: first + i + 1, y })) }]}
            log
            xLabel="step"
          />
        </figure>
      )}
      <Chain autopsy={autopsy} />
    </section>
  );
}

/** A column a step, a row a magnitude. */
function Chain({ autopsy: { chain } }: { autopsy: Autopsy }): VNode | null {
  if (chain.length === 0) return null;
  const layers = chain[chain.length - 1].layers;
  const of = (path: string) => chain.map((s) => s.layers.find((l) => l.path === path));
  const lines: [string, readonly (number | undefined)[]][] = [
    ['loss', chain.map((s) => s.loss)],
    ['largest parameter', chain.map((s) => s.parameters)],
    ['gradient norm', chain.map((s) => s.gradientNorm)],
    ...layers.flatMap(({ path, name }): [string, (number | undefined)[]][] => [
      [`${path} ${name}: output, rms`, of(path).map((l) => l?.activation.rms)],
      [`${path} ${name}: its gradient, rms`, of(path).map((l) => l?.gradient?.rms)],
    ]),
  ];
  return (
    <div>
      <h3>The chain of magnitudes</h3>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              {chain.map(({ step }) => (
                <th key={step} scope="col" class="num">
                  {step}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(([name, values]) => (
              <tr key={name}>
                <td>{safeText(name, 60)}</td>
                {values.map((v, i) => (
                  <td key={i} class="num">
                    {v === undefined || (name === 'gradient norm' && Number.isNaN(v) && i === values.length - 1)
                      ? '–'
                      : formatNumber(v, 3)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
