import type { Spread } from '../../operations.ts';
import type { Program, StepOp } from '../../program.ts';
import { domainOf, isReduction } from './domain.ts';

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
  /** Known only after all rows: a column sum, a total, and what is made of them. */
  readonly post: boolean;
}

/** What a pass over the columns of a row (of four rows at a time) adds up and writes. */
export interface Pass {
  readonly rowSums: number[];
  readonly colSums: number[];
  readonly stores: { value: number; to: Home }[];
  /** Into inputs: after everything that reads them. */
  readonly writes: { value: number; to: Home }[];
}

export interface Plan {
  readonly rows: number;
  readonly cols: number;
  readonly nodes: readonly Node[];
  readonly needed: readonly number[];
  readonly passes: readonly Pass[];
  readonly homes: ReadonlyMap<number, Home>;
  /** Results that are no matrix. */
  readonly stores: { value: number; to: Home }[];
  readonly totals: readonly number[];
  /** Of each input, whether it is a number. */
  readonly byValue: readonly boolean[];
  readonly scratchParam: number;
  /** Bytes. */
  readonly scratch: number;
}

const most = 2 ** 20;
const dear = 3;

/** Null if one nest of loops cannot compute the program. */
export function planOf(program: Program): Plan | null {
  const domain = domainOf(program);
  if (!domain) return null;
  const { rows, cols } = domain;
  const nodes = nodesOf(program, domain.kinds, rows);
  if (!nodes) return null;
  const inputs = program.inputs.length;
  const scratchParam = inputs + program.outputs.length;

  const needed = demanded(nodes, [...program.outputs, ...program.writes.map((w) => w.value)]);
  const homes = new Map<number, Home>();
  program.inputs.forEach((_, i) => homes.set(i, { base: i, offset: 0, byRow: nodes[i].kind === 'full' }));
  const results = program.outputs.map((value, i) => {
    const to = { base: inputs + i, offset: 0, byRow: nodes[value].kind === 'full' };
    if (!homes.has(value)) homes.set(value, to);
    return { value, to };
  });
  if (results.some(({ value }) => nodes[value].op === 'constant')) return null;

  const sums = needed.filter((v) => isReduction(nodes[v].op as StepOp));
  const passCount = Math.max(0, ...needed.filter((v) => nodes[v].kind === 'full').map((v) => nodes[v].pass)) + 1;
  const passes = Array.from({ length: passCount }, (_, q): Pass => {
    const here = sums.filter((v) => nodes[nodes[v].operands[0]].pass === q);
    return {
      rowSums: here.filter((v) => nodes[v].kind === 'col'),
      colSums: here.filter((v) => nodes[v].kind === 'row'),
      stores: results.filter(({ value }) => nodes[value].kind === 'full' && nodes[value].pass === q),
      writes: [],
    };
  });
  for (const { input, value } of program.writes) {
    const whole = nodes[value].kind === 'full' || nodes[value].op === 'constant';
    const maximum = sums.some((v) => nodes[v].op === 'rowMax' && nodes[v].operands[0] === input);
    if (nodes[input].kind !== 'full' || !whole || maximum) return null;
    passes[passCount - 1].writes.push({ value, to: homes.get(input)! });
  }

  let scratch = 64; // the first bytes are for a row maximum's second look
  const reserve = (floats: number): Home => {
    const home = { base: scratchParam, offset: scratch, byRow: false };
    scratch += 4 * floats;
    return home;
  };
  for (const v of sums) if (nodes[v].kind === 'row' && !homes.has(v)) homes.set(v, reserve(cols));
  for (const v of keptValues(nodes, homes, passes)) {
    const to = reserve(Math.min(rows, 4) * cols);
    homes.set(v, to);
    passes[nodes[v].pass].stores.push({ value: v, to });
  }
  if (scratch > most) return null;
  return {
    ...{ rows, cols, nodes, needed, passes, homes, scratchParam, scratch },
    stores: results.filter(({ value }) => nodes[value].kind !== 'full'),
    byValue: program.inputs.map((i) => i.byValue),
    totals: needed.filter((v) => nodes[v].op === 'total'),
  };
}

function nodesOf(program: Program, kinds: readonly Spread[], rows: number): Node[] | null {
  const nodes: Node[] = program.inputs.map((_, i) => ({
    ...{ op: 'input', kind: kinds[i], operands: [], constant: 0, pass: 0, post: false },
  }));
  const late: Node[] = []; // constants that stand for others, numbered after all values
  const inputs = program.inputs.length;
  for (const [i, step] of program.steps.entries()) {
    const kind = kinds[inputs + i];
    const operands = step.operands.map((o) => o.value);
    const of = operands.map((v) => nodes[v]);
    let op: Node['op'] = step.op;
    if (/^row/.test(op) && step.rows === 1 && rows > 1) {
      if (op === 'rowMax' || of[0].kind !== 'col' || step.cols !== rows) return null; // the sum of a matrix or a row
      op = 'total';
    } else if (isReduction(step.op) && of[0].kind !== 'full' && of[0].op !== 'constant') return null;
    const constant = step.constant ?? 0;
    const divisor = of[1]?.op === 'constant' ? of[1].constant : 0;
    if (op === 'div' && isPowerOf2(divisor)) {
      op = 'mul'; // the same bits
      operands[1] = inputs + program.steps.length + late.length;
      late.push({ op: 'constant', kind: 'scalar', operands: [], constant: 1 / divisor, pass: 0, post: false });
    }
    const post = op === 'total' || /^col/.test(op) || of.some((n) => n.post);
    if ((kind === 'full' || kind === 'col') && post) return null;
    const made = Math.max(0, ...of.map((n) => n.pass));
    nodes.push({ op, kind, operands, constant, post, pass: /^row/.test(op) ? made + 1 : made });
  }
  return [...nodes, ...late];
}

function isPowerOf2(x: number): boolean {
  const size = Math.abs(x);
  if (!(size >= 2 ** -100 && size <= 2 ** 100)) return false;
  let s = size;
  while (s < 1) s *= 2;
  while (s > 1) s /= 2;
  return s === 1;
}

/** What the results are made of, in order. */
function demanded(nodes: readonly Node[], results: readonly number[]): number[] {
  const found = new Set<number>();
  const visit = (v: number): void => {
    if (found.has(v)) return;
    found.add(v);
    nodes[v].operands.forEach(visit);
  };
  results.forEach(visit);
  return nodes.map((_, v) => v).filter((v) => found.has(v));
}

/** Matrices that a later pass reads again and that cost more to make again than to keep. */
function keptValues(nodes: readonly Node[], homes: ReadonlyMap<number, Home>, passes: readonly Pass[]): Set<number> {
  const kept = new Set<number>();
  const cost = (v: number): number => {
    const { op, kind, operands } = nodes[v];
    if (homes.has(v) || kept.has(v) || kind === 'col' || kind === 'scalar') return 0;
    const own = /^(add|sub|mul|neg|abs|square|g[te]|l[te]|eq|step|relu)$/.test(op) ? 1 : 4;
    return own + operands.reduce((sum, o) => sum + cost(o), 0);
  };
  const seen = new Set<string>();
  const visit = (v: number, q: number): void => {
    const { kind, pass, operands, op } = nodes[v];
    if (seen.has(`${v} ${q}`) || kind !== 'full' || op === 'input') return;
    seen.add(`${v} ${q}`);
    if (pass < q) {
      if (!homes.has(v) && cost(v) > dear) kept.add(v);
      if (homes.has(v) || kept.has(v)) return visit(v, pass);
    }
    for (const o of operands) visit(o, q);
  };
  passes.forEach(({ rowSums, colSums, stores, writes }, q) => {
    for (const r of rowSums) {
      const [x] = nodes[r].operands;
      if (nodes[r].op === 'rowMax' && !homes.has(x)) kept.add(x);
    }
    for (const v of [...rowSums, ...colSums]) visit(nodes[v].operands[0], q);
    for (const { value } of [...stores, ...writes]) visit(value, q);
  });
  return kept;
}
