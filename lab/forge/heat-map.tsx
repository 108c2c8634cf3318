import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Grade, GradedTensor } from '../../src/verify/grade.ts';
import { shown } from '../derive/number-text.ts';
import { byInterest, type HeatCell, heatRows, heatText, type Side } from './heat.ts';

const sides: Readonly<Record<Side, string>> = { error: 'difference', got: 'yours', expected: 'expected' };

/** Where and how far the numbers are off: a table whose cells are colored, blue below and orange above. */
export function HeatMap({ tensors, worst }: { tensors: readonly GradedTensor[]; worst: Grade['worst'] }): VNode {
  const [side, setSide] = useState<Side>('error');
  return (
    <div class="heat">
      <div class="segments" role="group" aria-label="What the cells show">
        {(Object.keys(sides) as Side[]).map((name) => (
          <button key={name} type="button" aria-pressed={side === name} onClick={() => setSide(name)}>
            {sides[name]}
          </button>
        ))}
      </div>
      {byInterest(tensors, worst?.tensor).map((graded) => (
        <HeatTable key={graded.name} graded={graded} side={side} worst={worst} />
      ))}
      <p class="heat-legend quiet" aria-hidden="true">
        <span>too low</span>
        <i />
        <span>too high</span>
      </p>
    </div>
  );
}

function HeatTable({ graded, side, worst }: { graded: GradedTensor; side: Side; worst: Grade['worst'] }): VNode {
  const rows = heatRows(graded, side);
  const isWorst = ({ index }: HeatCell): boolean =>
    worst?.tensor === graded.name && String(worst.index) === String(index);
  return (
    <div class="heat-scroll" tabIndex={0} role="region" aria-label={`${graded.name}, ${sides[side]}`}>
      <table>
        <caption>
          <code>{graded.name}</code> <span class="quiet">({graded.shape.join(', ')})</span>
          <span class="visually-hidden"> {heatText(graded)}</span>
        </caption>
        {rows === null ? null : (
          <tbody>
            {rows.map((row) => (
              <tr key={String(row[0]?.index)}>
                {row.map((cell) => (
                  <td
                    key={String(cell.index)}
                    class={`${Number.isNaN(cell.heat) ? 'lost' : cell.heat < 0 ? 'low' : 'high'} ${isWorst(cell) ? 'worst-cell' : ''}`}
                    style={{ '--heat': Number.isNaN(cell.heat) ? 0 : Math.abs(cell.heat) }}
                  >
                    {shown(cell.value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        )}
      </table>
    </div>
  );
}
