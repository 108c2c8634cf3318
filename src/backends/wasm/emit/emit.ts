import type { Compiled, Program } from '../../program.ts';
import { Code, type Import, moduleBytes, types } from './encode.ts';
import { isCall } from './lanes.ts';
import { Nest } from './nest.ts';
import { planOf } from './plan.ts';

const { i32, f32, v128 } = types;
const laneFunction = { params: [v128], results: [v128] };
const kernels: Readonly<Record<string, Pick<Import, 'params' | 'results'>>> = {
  fill: { params: [i32, f32, i32], results: [] },
  unary: { params: [i32, i32, i32, i32], results: [] },
  reduceRows: { params: [i32, i32, i32, i32, i32], results: [] },
};

export type Emitted = Omit<Compiled, 'run'>;

/** The module of a program; null if it fits no nest of loops. `shared`: whether the memory is. */
export function emit(program: Program, shared: boolean): Emitted | null {
  const plan = planOf(program);
  if (!plan) return null;
  const addresses = Array.from({ length: program.outputs.length + 3 }, () => i32);
  const params = [...program.inputs.map((input) => (input.byValue ? f32 : i32)), ...addresses];
  const code = new Code(params.length);
  const imports: Import[] = [];
  const call = (what: string): void => {
    const name = isCall(what) ? `${what}Lanes` : what;
    const index = imports.findIndex((f) => f.name === name);
    code.add('call', index >= 0 ? index : imports.push({ name, ...(kernels[what] ?? laneFunction) }) - 1);
  };
  new Nest(plan, code, call, program.inputs).write();
  const { rows, cols, scratch, nodes, needed } = plan;
  const whole = needed.some((v) => nodes[v].post) || (rows === 1 && needed.some((v) => nodes[v].kind === 'col'));
  return {
    bytes: moduleBytes(imports, params, code, shared),
    split: whole ? null : rows === 1 ? 'elements' : 'rows',
    extent: rows === 1 ? cols : rows,
    scratch: scratch / 4,
  };
}
