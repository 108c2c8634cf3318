import type { VNode } from 'preact';
import { Formula } from '../shell/formula.tsx';
import { MatrixView } from './matrix-view.tsx';
import type { GradientCheck } from './measure.ts';
import { isGradient, type Name, undifferentiated } from './network.ts';
import { precise, shown } from './number-text.ts';
import { type Cell, reading } from './reading.ts';
import type { DeriveState } from './state.ts';
import type { Operation } from './steps.ts';

/** What stands between and around the matrices of a step: signs, and operands that are shown turned. */
type Part = string | { readonly name: Name; readonly transposed?: boolean };

function partsOf(o: Operation): Part[] {
  switch (o.kind) {
    case 'affine':
      return [{ name: o.x }, { name: o.W }, '+', { name: o.b }];
    case 'relu':
      return ['max(', { name: o.z }, ', 0)'];
    case 'softmax':
      return ['softmax', { name: o.z }];
    case 'loss':
      return ['mean of −log', { name: o.P }, 'where', { name: o.T }, 'is 1'];
    case 'difference':
      return ['(', { name: o.P }, '−', { name: o.T }, ') / 3'];
    case 'weights':
      return [{ name: o.x, transposed: true }, { name: o.dY }];
    case 'columns':
      return ['sum of the rows of', { name: o.dY }];
    case 'back':
      return [{ name: o.dY }, { name: o.W, transposed: true }];
    case 'gate':
      return [{ name: o.dh }, '⊙', '[', { name: o.z }, '> 0 ]'];
  }
}

/** The step in large: its operands, its result, how the cell in focus came about, and whether it is right. */
export function Stage({ state }: { state: DeriveState }): VNode {
  const step = state.step.value;
  const values = state.values.value;
  const cell = state.cell.value;
  const { used, sum } = reading(step, values, cell.row, cell.col);
  const result = values[step.result];
  const value = result.values[cell.row * result.cols + cell.col];
  const matrix = (name: Name, transposed = false, focus: Cell | null = null): VNode => (
    <div class="operand" key={name}>
      <span class="operand-name" data-t={name}>
        {name}
        {transposed ? <sup>⊤</sup> : null}
      </span>
      <MatrixView
        name={name}
        matrix={values[name]}
        transposed={transposed}
        used={used}
        focus={focus}
        onFocus={focus ? (at) => (state.focus.value = at) : undefined}
      />
    </div>
  );
  return (
    <div class="stage">
      <p class="why">{step.why}</p>
      <div class="expression">
        <div class="side-of-equation">
          {matrix(step.result, false, cell)}
          <span class="sign">=</span>
        </div>
        <div class="side-of-equation">
          {partsOf(step.operation).map((part) =>
            typeof part === 'string' ? (
              <span class="sign" key={part}>
                {part}
              </span>
            ) : (
              matrix(part.name, part.transposed)
            ),
          )}
        </div>
      </div>
      <dl class="reading">
        <div>
          <dt>
            <CellName cell={cell} rows={result.rows} cols={result.cols} />
          </dt>
          <dd>
            {sum} = <strong>{shown(value)}</strong>
          </dd>
        </div>
        <Measured state={state} />
      </dl>
    </div>
  );
}

function CellName({ cell, rows, cols }: { cell: Cell; rows: number; cols: number }): VNode {
  const index = rows > 1 ? `[${cell.row}][${cell.col}]` : cols > 1 ? `[${cell.col}]` : '';
  return (
    <code data-t={cell.name}>
      {cell.name}
      {index}
    </code>
  );
}

/** The gradient of the cell in focus against a numerical one, computed now. */
function Measured({ state }: { state: DeriveState }): VNode | null {
  const result = state.check.value;
  const { name } = state.cell.value;
  if (!result || !isGradient(name)) return null;
  return (
    <div class={`measured ${kinds[result.outcome]}`}>
      <dt>
        measured <Formula tex={`\\frac{L(${undifferentiated(name)} + h) - L(${undifferentiated(name)} - h)}{2h}`} />
      </dt>
      <dd>
        <span class="digits">{precise(result.measured)}</span>
        <span class="digits">{precise(result.computed)} by the formula</span>
        <strong class="judgement">{judgement(result)}</strong>
      </dd>
    </div>
  );
}

const kinds: Readonly<Record<GradientCheck['outcome'], string>> = {
  agrees: 'agrees',
  close: 'agrees',
  differs: 'differs',
  corner: 'untold',
  unmeasurable: 'untold',
};

function judgement({ outcome, uncertainty }: GradientCheck): string {
  switch (outcome) {
    case 'agrees':
      return '✓ they agree';
    case 'close':
      return `✓ they agree, as far as rounding leaves to be measured (±${shown(uncertainty)})`;
    case 'differs':
      return '✗ they differ';
    case 'corner':
      return 'no derivative here: a ReLU stands at its corner';
    case 'unmeasurable':
      return 'too large to be measured in float64';
  }
}
