import type { Program } from '../backends/program.ts';
import { Recorder } from '../backends/recorder.ts';
import type { Shape } from '../core/shape.ts';
import { sizeOf } from '../core/shape.ts';
import { Arena } from './arena.ts';
import { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

/** One result of a traced function: the argument of that number itself, or else a new tensor. */
export interface TracedResult {
  readonly argument: number;
  /** Its number among the program's outputs. */
  readonly output: number;
  readonly shape: Shape;
  readonly size: number;
  /** Bit i: argument i has a part in it. */
  readonly madeOf: number;
}

export interface Traced {
  readonly program: Program;
  /** Elements of each argument. */
  readonly sizes: readonly number[];
  readonly results: readonly TracedResult[];
  /** It writes a tensor that it has: where a new result lives then depends on more than what it is made of. */
  readonly writesInPlace: boolean;
  /** The results as the function gives them: alone, in an array, by name. */
  assemble(tensors: readonly Tensor[]): Tensor | Tensor[] | Record<string, Tensor>;
}

/** Bits of {@link TracedResult.madeOf}. */
const mostArguments = 30;
/** A longer function is cheaper run as written than made into a kernel. */
const mostSteps = 1000;

/** Runs `fn` on tensors that only write its operations down; null if it does what cannot be written down. */
export function trace(
  name: string,
  fn: (...tensors: Tensor[]) => unknown,
  args: readonly (Tensor | number)[],
): Traced | null {
  if (args.length > mostArguments) return null;
  const recorder = new Recorder();
  const arena = new Arena(recorder, name);
  try {
    const inputs = args.map((a) => {
      const shape = typeof a === 'number' ? [] : a.shape;
      const input = new Tensor(Storage.inArena(arena, sizeOf(shape)), shape);
      const column = shape.length === 2 && shape[1] === 1;
      recorder.input(input.address(arena), { size: input.size, column, byValue: typeof a === 'number' });
      return input;
    });
    const form = formOf(fn(...inputs));
    if (!form) return null;
    const made = form.tensors.filter((t) => !inputs.includes(t));
    if (new Set(made.map((t) => t.storage)).size < made.length) return null; // results that are views of one another
    const ofInput = made.some((t) => inputs.some((x) => x.storage === t.storage));
    if (ofInput || made.some((t) => t.transposed || t.backend !== recorder)) return null;
    const program = recorder.program(
      name,
      made.map((t) => ({ at: t.address(arena), size: t.size })),
    );
    if (program.writes.some(({ input }) => program.inputs[input].byValue)) return null;
    if (program.steps.length > mostSteps) return null;
    const parts = partsOf(program);
    const results = form.tensors.map((t) => {
      const output = made.indexOf(t);
      const madeOf = output < 0 ? 0 : parts[program.outputs[output]];
      return { argument: inputs.indexOf(t), output, shape: t.shape, size: t.size, madeOf };
    });
    if (results.some((r) => r.argument >= 0 && program.inputs[r.argument].byValue)) return null;
    const { writesInPlace } = recorder;
    return { program, sizes: inputs.map((x) => x.size), results, writesInPlace, assemble: form.assemble };
  } catch {
    return null; // run as written, the function says itself what is wrong
  }
}

function formOf(result: unknown): { tensors: Tensor[]; assemble: Traced['assemble'] } | null {
  if (result instanceof Tensor) return { tensors: [result], assemble: ([t]) => t };
  const plain = result !== null && typeof result === 'object' && Object.getPrototypeOf(result) === Object.prototype;
  if (!plain && !Array.isArray(result)) return null;
  const names = Object.keys(result as object);
  const tensors: unknown[] = Object.values(result as object);
  if (!tensors.every((t) => t instanceof Tensor) || new Set(tensors).size < tensors.length) return null;
  if (Array.isArray(result)) return { tensors, assemble: (made) => [...made] };
  return {
    tensors,
    assemble(made) {
      const record: Record<string, Tensor> = {};
      for (let i = 0; i < names.length; i++) record[names[i]] = made[i];
      return record;
    },
  };
}

/** Of each value, which inputs it is made of, as bits. */
function partsOf(program: Program): number[] {
  const parts = program.inputs.map((_, i) => 1 << i);
  for (const { operands } of program.steps) parts.push(operands.reduce((bits, o) => bits | parts[o.value], 0));
  return parts;
}
