import type { Spread } from '../../operations.ts';
import type { Program, StepOp } from '../../program.ts';
import { domainOf, isReduction } from './domain.ts';
import { isCall } from './lanes.ts';

/** Where a value lies: `offset` bytes after the address in parameter `base`. */
export interface Home {
  readonly base: number;
  readonly offset: number;
  /** Steps by a row with each row; false for a row, and for the buffer of a block of rows. */
  readonly byRow: boolean;
}

export interface Node {
  readonly op: StepOp | 'input' | 'total';
  readonly kind: Spread;
  readonly operands: readonly number[];
  readonly constant: number;
  /** The pass over a row that makes it, or from which on it is known. */
  readonly pass: number;
  /** A function of the kernels, done in memory between two passes for all rows at once. */
  readonly mapped: boolean;
  /** Known only after all rows: a column sum, a total, and what is made of them. */
  readonly post: boolean;
}

interface Store {
  readonly value: number;
  readonly to: Home;
}

/** What a pass over the columns of a row (of four rows at a time) adds up and writes. */
export interface Pass {
  readonly rowSums: number[];
  readonly colSums: number[];
  readonly stores: Store[];
  /** Mapped values whose operand this pass has written to their place. */
  readonly maps: number[];
}

export interface Plan {
  readonly rows: number;
  readonly cols: number;
  readonly nodes: readonly Node[];
  /** The values that results are made of, in order. */
  readonly needed: readonly number[];
  readonly passes: readonly Pass[];
  readonly homes: ReadonlyMap<number, Home>;
  /** Results that are no matrix. */
  readonly stores: readonly Store[];
  readonly totals: readonly number[];
  /** The parameter that holds the address of so many bytes of scratch. */
  readonly scratchParam: number;
  readonly scratch: number;
}

const mostScratch = 2 ** 20;
/** A value that costs more operations than this to make again is kept for a later pass. */
const dear = 3;

/** Null if one nest of loops cannot compute the program. */
export function planOf(program: Program): Plan | null {
  const domain = domainOf(program);
  const nodes = domain && nodesOf(program, domain.kinds, domain.rows);
  if (!domain || !nodes || program.outputs.some((v) => nodes[v].op === 'constant')) return null;
  const { rows, cols } = domain;
  const inputs = program.inputs.length;
  const demanded = new Set([...program.outputs, ...program.writes.map((w) => w.value)]);
  for (let v = nodes.length - 1; v >= 0; v--) if (demanded.has(v)) for (const o of nodes[v].operands) demanded.add(o);
  const needed = [...demanded].sort((a, b) => a - b);
  const sums = needed.filter((v) => isReduction(nodes[v].op as StepOp));

  const homes = new Map<number, Home>();
  const home = (v: number, base: number): Home => ({ base, offset: 0, byRow: nodes[v].kind === 'full' });
  for (let i = 0; i < inputs; i++) homes.set(i, home(i, i));
  const results = program.outputs.map((value, i) => ({ value, to: home(value, inputs + i) }));
  for (const { value, to } of results) if (!homes.has(value)) homes.set(value, to);

  const matrices = needed.filter((v) => nodes[v].kind === 'full');
  const last = Math.max(0, ...matrices.map((v) => nodes[v].pass));
  const passes = Array.from({ length: last + 1 }, (_, q): Pass => {
    const here = sums.filter((v) => nodes[nodes[v].operands[0]].pass === q);
    return {
      rowSums: here.filter((v) => nodes[v].kind === 'col'),
      colSums: here.filter((v) => nodes[v].kind === 'row'),
      stores: results.filter(({ value, to }) => {
        const inPlace = nodes[value].mapped && homes.get(value) === to;
        return nodes[value].kind === 'full' && nodes[value].pass === q && !inPlace;
      }),
      maps: matrices.filter((v) => nodes[v].mapped && nodes[v].pass === q + 1),
    };
  });
  // Inputs are written in the last pass, when nothing is left that reads them.
  for (const { input, value } of program.writes) {
    const whole = nodes[input].kind === 'full' && (nodes[value].kind === 'full' || nodes[value].op === 'constant');
    if (!whole || sums.some((v) => nodes[v].op === 'rowMax' && nodes[v].operands[0] === input)) return null;
    passes[last].stores.push({ value, to: homes.get(input)! });
  }

  const scratchParam = inputs + program.outputs.length;
  let scratch = 64; // the first bytes serve calls of kernels
  const reserve = (floats: number): Home => {
    scratch += 4 * floats;
    return { base: scratchParam, offset: scratch - 4 * floats, byRow: false };
  };
  for (const v of sums) if (nodes[v].kind === 'row' && !homes.has(v)) homes.set(v, reserve(cols));
  for (const v of matrices) {
    if (!nodes[v].mapped) continue;
    if (!homes.has(v)) homes.set(v, reserve(Math.min(rows, 4) * cols));
    passes[nodes[v].pass - 1].stores.push({ value: nodes[v].operands[0], to: homes.get(v)! });
  }
  for (const value of keptValues(nodes, homes, passes)) {
    const to = reserve(Math.min(rows, 4) * cols);
    homes.set(value, to);
    passes[nodes[value].pass].stores.push({ value, to });
  }
  if (scratch > mostScratch) return null;
  const stores = results.filter(({ value }) => nodes[value].kind !== 'full');
  const totals = needed.filter((v) => nodes[v].op === 'total');
  return { rows, cols, nodes, needed, passes, homes, stores, totals, scratchParam, scratch };
}

function nodesOf({ inputs, steps }: Program, kinds: readonly Spread[], rows: number): Node[] | null {
  const leaf = { operands: [], constant: 0, pass: 0, mapped: false, post: false };
  const nodes = inputs.map((_, i): Node => ({ op: 'input', kind: kinds[i], ...leaf }));
  for (const step of steps) {
    const kind = kinds[nodes.length];
    const operands = step.operands.map((o) => o.value);
    const of = operands.map((v) => nodes[v]);
    let op: Node['op'] = step.op;
    if (/^row/.test(op) && step.rows === 1 && rows > 1) {
      if (op === 'rowMax' || of[0].kind !== 'col') return null; // of a matrix or a row
      op = 'total';
    } else if (isReduction(step.op) && of[0].kind !== 'full' && of[0].op !== 'constant') return null;
    const post = op === 'total' || /^col/.test(op) || of.some((n) => n.post);
    if ((kind === 'full' || kind === 'col') && post) return null;
    const made = Math.max(0, ...of.map((n) => n.pass));
    const mapped = kind === 'full' && rows > 1 && isCall(op);
    const pass = mapped || /^row/.test(op) ? made + 1 : made;
    nodes.push({ op, kind, operands, constant: step.constant ?? 0, pass, mapped, post });
  }
  return nodes;
}

/** Matrices that a later pass reads again and that cost more to make again than to keep. */
function keptValues(nodes: readonly Node[], homes: ReadonlyMap<number, Home>, passes: readonly Pass[]): Set<number> {
  const kept = new Set<number>();
  const cost = (v: number): number => {
    const { op, kind, operands } = nodes[v];
    if (homes.has(v) || kept.has(v) || kind === 'col' || kind === 'scalar') return 0;
    const own = /^(add|sub|mul|neg|abs|square|g[te]|l[te]|eq|step|relu)$/.test(op) ? 1 : 4;
    return operands.reduce((sum, o) => (sum > dear ? sum : sum + cost(o)), own);
  };
  const seen = new Set<number>();
  const visit = (v: number, q: number): void => {
    const { kind, pass, operands, op, mapped } = nodes[v];
    const key = v * passes.length + q;
    if (kind !== 'full' || op === 'input' || mapped || seen.has(key)) return;
    seen.add(key);
    if (pass < q && !homes.has(v) && cost(v) > dear) kept.add(v);
    const again = pass === q || !(homes.has(v) || kept.has(v));
    for (const o of operands) visit(o, again ? q : pass);
  };
  passes.forEach(({ rowSums, colSums, stores }, q) => {
    const maxima = rowSums.filter((v) => nodes[v].op === 'rowMax').map((v) => nodes[v].operands[0]);
    for (const v of maxima) if (!homes.has(v)) kept.add(v); // to be looked at twice
    for (const v of [...rowSums, ...colSums]) visit(nodes[v].operands[0], q);
    for (const { value } of stores) visit(value, q);
  });
  return kept;
}
