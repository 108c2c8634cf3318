import type { VNode } from 'preact';
import { MatrixView } from './matrix-view.tsx';
import { type InputName, inputNames, type Name, type ValueName } from './network.ts';
import { reading } from './reading.ts';
import type { DeriveState } from './state.ts';

const groups: readonly { readonly title: string; readonly names: readonly ValueName[] }[] = [
  { title: 'Data', names: ['X', 'T'] },
  { title: 'First layer', names: ['W1', 'b1', 'z1', 'h1'] },
  { title: 'Second layer', names: ['W2', 'b2', 'z2', 'h2'] },
  { title: 'Third layer', names: ['W3', 'b3', 'z3', 'P'] },
];
const meanings: Partial<Record<ValueName, string>> = {
  X: 'inputs, one example a row',
  T: 'labels, one-hot: choose a cell',
  P: 'probabilities',
};
const withoutGradient: readonly Name[] = ['X', 'T', 'P'];

/** Every number of the network, each value with its gradient; data, labels and parameters can be changed. */
export function AllNumbers({ state }: { state: DeriveState }): VNode {
  const values = state.values.value;
  const { used } = reading(state.step.value, values, state.cell.value.row, state.cell.value.col);
  const matrix = (name: Name): VNode => (
    <MatrixView
      name={name}
      matrix={values[name]}
      used={used}
      focus={state.cell.value}
      onEdit={isInput(name) ? (index, v) => state.edit(name, index, v) : undefined}
      onPick={(cell) => state.show(cell)}
      onChoose={name === 'T' ? (n, k) => state.label(n, k) : undefined}
    />
  );
  return (
    <div class="all-numbers">
      {groups.map(({ title, names }) => (
        <div class="layer" key={title} role="group" aria-label={title}>
          <h3>{title}</h3>
          {names.map((name) => (
            <div class="pair" key={name}>
              <figure>
                <figcaption>
                  <span class="operand-name" data-t={name}>
                    {name}
                  </span>
                  {meanings[name] ? <span class="quiet"> {meanings[name]}</span> : null}
                </figcaption>
                {matrix(name)}
              </figure>
              {withoutGradient.includes(name) ? null : (
                <figure class="gradient">
                  <figcaption>
                    <span class="operand-name" data-t={`d${name}`}>
                      d{name}
                    </span>
                  </figcaption>
                  {matrix(`d${name}` as Name)}
                </figure>
              )}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function isInput(name: Name): name is InputName {
  return (inputNames as readonly Name[]).includes(name);
}
