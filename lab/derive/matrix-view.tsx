import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useUniqueId } from '../shell/unique-id.ts';
import type { Matrix, Name } from './network.ts';
import { shown, taken, typed } from './number-text.ts';
import type { Cell } from './reading.ts';

export interface MatrixViewProps {
  readonly name: Name;
  readonly matrix: Matrix;
  /** Shown with rows and columns exchanged; cells keep their own indices. */
  readonly transposed?: boolean;
  /** Cells that somebody may change, or choose (one a row). */
  readonly onEdit?: (index: number, value: number) => void;
  readonly onChoose?: (row: number, col: number) => void;
  /** The cell in focus, and the cells that it was computed from. */
  readonly focus?: Cell | null;
  readonly used?: readonly Cell[];
  readonly onFocus?: (cell: Cell) => void;
  /** A computed cell was pressed. */
  readonly onPick?: (cell: Cell) => void;
}

/** A matrix as cells: one stop of the Tab key, arrow keys inside. */
export function MatrixView(props: MatrixViewProps): VNode {
  const { name, matrix, transposed = false, onEdit, onChoose, focus, used = [], onFocus, onPick } = props;
  const [stop, setStop] = useState(0);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const refusalId = useUniqueId(`derive-refused-${name}`);
  const [rows, cols] = transposed ? [matrix.cols, matrix.rows] : [matrix.rows, matrix.cols];
  const own = used.filter((cell) => cell.name === name);
  const active = stop < matrix.values.length ? stop : 0;

  const cell = (r: number, c: number): VNode => {
    const [row, col] = transposed ? [c, r] : [r, c];
    const index = row * matrix.cols + col;
    const value = matrix.values[index];
    const focused = focus?.name === name && focus.row === row && focus.col === col;
    const classes = ['cell'];
    if (onPick && !onEdit && !onChoose) classes.push('pickable');
    if (shown(value) === '0') classes.push('zero');
    if (focused) classes.push('focused');
    if (own.some((u) => u.row === row && u.col === col)) classes.push('used');
    const common = {
      class: classes.join(' '),
      tabIndex: index === active ? 0 : -1,
      'data-index': index,
      'aria-label': `${name}, row ${row + 1}, column ${col + 1}`,
      onFocus: () => {
        setStop(index);
        onFocus?.({ name, row, col });
      },
    };
    return (
      <td key={c}>
        {onEdit ? (
          <NumberInput
            {...common}
            aria-describedby={refused?.index === index ? refusalId : undefined}
            value={value}
            onValue={(v) => onEdit(index, v)}
            onRefused={(text, left) => setRefused(text === null ? null : { index, text, left })}
          />
        ) : (
          <button
            type="button"
            {...common}
            aria-pressed={onChoose ? value === 1 : undefined}
            aria-label={`${common['aria-label']}: ${shown(value)}`}
            onClick={() => (onChoose ? onChoose(row, col) : onPick?.({ name, row, col }))}
          >
            {shown(value)}
          </button>
        )}
      </td>
    );
  };

  const table = (
    <div class="matrix" data-t={name}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are focused, by arrow keys
        role="grid"
        aria-label={`${name}, ${matrix.rows} by ${matrix.cols}`}
        onKeyDown={(event) => moveFocus(event, cols)}
      >
        <tbody>
          {range(rows).map((r) => (
            <tr key={r}>{range(cols).map((c) => cell(r, c))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
  if (!onEdit) return table;
  return (
    <div class="editable">
      {table}
      <p class="refused" id={refusalId} role="status">
        {refused ? said(refused, shown(matrix.values[refused.index])) : ''}
      </p>
    </div>
  );
}

/** What was typed into a cell and is no number that is taken; `left`: the cell shows its last number again. */
interface Refusal {
  readonly index: number;
  readonly text: string;
  readonly left: boolean;
}

function said({ text, left }: Refusal, kept: string): string {
  const what = text.trim() === '' ? 'An empty cell' : `“${text.trim().slice(0, 20)}”`;
  return left ? `${what} was not taken: ${kept} stays.` : `${what} is not taken: ${taken}.`;
}

interface NumberInputProps {
  readonly value: number;
  readonly onValue: (v: number) => void;
  /** Text that is not taken, and whether it was left so; null when all is well again. */
  readonly onRefused: (text: string | null, left: boolean) => void;
  readonly class: string;
  readonly tabIndex: number;
  readonly 'data-index': number;
  readonly 'aria-label': string;
  readonly 'aria-describedby'?: string;
  readonly onFocus: () => void;
}

/** A number that follows each keystroke; what is no number is marked and leaves the last one standing. */
function NumberInput({ value, onValue, onRefused, onFocus, ...rest }: NumberInputProps): VNode {
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? shown(value);
  const bad = draft !== null && typed(draft) === null;
  const take = (v: number): void => {
    onRefused(null, false);
    onValue(v);
  };
  const nudge = (by: number): void => {
    const v = Math.round((value + by) * 1e6) / 1e6;
    if (typed(String(v)) !== null) take(v);
    setDraft(null);
  };
  const leave = (): void => {
    if (draft !== null && bad) onRefused(draft, true);
    setDraft(null);
  };
  return (
    <input
      {...rest}
      type="text"
      inputMode="decimal"
      autocomplete="off"
      spellcheck={false}
      value={text}
      aria-invalid={bad}
      onFocus={(event) => {
        onFocus();
        event.currentTarget.select();
      }}
      onBlur={leave}
      onInput={(event) => {
        const next = event.currentTarget.value;
        setDraft(next);
        const v = typed(next);
        if (v === null) onRefused(next, false);
        else take(v);
      }}
      onKeyDown={(event) => {
        if (event.key === 'PageUp') nudge(0.1);
        else if (event.key === 'PageDown') nudge(-0.1);
        else if (event.key === 'Enter') leave();
        else return;
        event.preventDefault();
      }}
    />
  );
}

const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** Arrow keys go from cell to cell; in a text they first go to its end. */
function moveFocus(event: KeyboardEvent, cols: number): void {
  const step = steps[event.key];
  const from = event.target as HTMLElement;
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.stopPropagation();
  if (from instanceof HTMLInputElement && step[1] !== 0) {
    const { selectionStart: start, selectionEnd: end, value } = from;
    const whole = start === 0 && end === value.length;
    if (!whole && (step[1] < 0 ? end !== 0 : start !== value.length)) return;
  }
  const cells = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.cell')];
  const at = cells.indexOf(from);
  const [row, col] = [Math.floor(at / cols) + step[0], (at % cols) + step[1]];
  if (col < 0 || col >= cols) return;
  const to = cells[row * cols + col];
  event.preventDefault();
  to?.focus();
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
