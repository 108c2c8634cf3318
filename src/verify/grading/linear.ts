import { linear } from '../../layers/linear.ts';
import type { ExerciseId } from '../exercise.ts';
import { centralDifferences } from '../finite-differences.ts';
import { copied, draws, Rig } from '../rig.ts';
import { linearDXSuspects } from './linear-dx-suspects.ts';
import { linearDbSuspects, linearDWSuspects } from './linear-suspects.ts';
import type { Named, Piece, Question, Suspect, Wanted } from './question.ts';

/** Batch, inputs and outputs of each draw: odd shapes, so that a wrong transpose has nowhere to hide. */
const shapes = [
  [5, 4, 3],
  [3, 5, 2],
  [8, 3, 7],
] as const;

/** Everything about one linear layer: X, W and dY, and the three gradients. */
function layer(seed: number, draw: number): { inputs: Record<string, Named>; wanted: Record<string, Wanted> } {
  const [B, D, H] = shapes[draw];
  const rig = new Rig(linear(H), { input: [D], batch: B, seed, training: true });
  try {
    const x = draws(B * D, seed, `exercise/X/${draw}`);
    const dY = draws(B * H, seed, `exercise/dY/${draw}`);
    const got = rig.gradients(x, dY);
    const differences = (at: Float64Array, terms: (v: Float64Array) => Float64Array): Float64Array =>
      centralDifferences(at, dY, 1e-5, terms);
    const moving = (name: 'W' | 'b'): Float64Array => {
      const p = rig.parameters.param(name);
      const kept = copied(p);
      const slopes = differences(kept, (v) => {
        p.set(v);
        return rig.terms(x);
      });
      p.set(kept);
      return slopes;
    };
    const W = copied(rig.parameters.param('W'));
    return {
      inputs: {
        X: { name: 'X', shape: [B, D], values: x },
        W: { name: 'W', shape: [D, H], values: W },
        dY: { name: 'dY', shape: [B, H], values: dY },
      },
      wanted: {
        dW: { name: 'dW', letters: '(D, H)', shape: [D, H], values: got.params.get('W')!, slopes: moving('W') },
        db: { name: 'db', letters: '(H)', shape: [H], values: got.params.get('b')!, slopes: moving('b') },
        dX: {
          name: 'dX',
          letters: '(B, D)',
          shape: [B, D],
          values: got.dX!,
          slopes: differences(x, (v) => rig.terms(v)),
        },
      },
    };
  } finally {
    rig.dispose();
  }
}

const asides = {
  'divided-by-B': 'the 1/B of the mean is in dY already',
  'times-B': 'nothing is to be multiplied by it',
};

function piece(id: ExerciseId, takes: readonly string[], gives: string, suspects: readonly Suspect[]): Piece {
  const question = (seed: number, draw: number): Question => {
    const { inputs, wanted } = layer(seed, draw);
    const [B, D, H] = shapes[draw];
    return { inputs: takes.map((name) => inputs[name]), wanted: [wanted[gives]], sizes: { B, D, H } };
  };
  return { id, questions: (seed) => shapes.map((_, draw) => question(seed, draw)), suspects, asides };
}

export const linearDW: Piece = piece('linear-dW', ['X', 'dY'], 'dW', linearDWSuspects);
export const linearDb: Piece = piece('linear-db', ['dY'], 'db', linearDbSuspects);
export const linearDX: Piece = piece('linear-dX', ['dY', 'W'], 'dX', linearDXSuspects);
