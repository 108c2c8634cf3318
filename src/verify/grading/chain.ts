import { mlp } from '../../models/mlp.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { centralDifferences } from '../finite-differences.ts';
import { copied, draws, Rig } from '../rig.ts';
import { namedOf, type Piece, type Question, type Suspect, type Values } from './question.ts';

/** Batch, inputs, hidden units of both layers, and classes of each draw. */
const shapes = [
  [5, 4, 6, 3, 2],
  [3, 5, 4, 7, 6],
] as const;

/** How near a unit comes to its corner: a gate that opens further off is seen. */
const beside = 1.5e-3;

/** The gradients in the order in which a backward pass makes them, with the library's names of their parameters. */
const parameters = {
  dW3: ['4.W', '(H2, K)'],
  db3: ['4.b', '(K)'],
  dW2: ['2.W', '(H1, H2)'],
  db2: ['2.b', '(H2)'],
  dW1: ['0.W', '(D, H1)'],
  db1: ['0.b', '(H1)'],
} as const;

/** What the network keeps of its forward pass: the input of each of its layers. */
interface Kept {
  readonly caches: readonly { readonly x: Tensor }[];
}

/** X, z1, h1, z2 and h2, the inputs of the layers of a `linear, ReLU, linear, ReLU, linear`. */
export function valuesOnTheWay(cache: unknown): Record<'X' | 'z1' | 'h1' | 'z2' | 'h2', Tensor> {
  const [X, z1, h1, z2, h2] = (cache as Kept).caches.map(({ x }) => x);
  return { X, z1, h1, z2, h2 };
}

function question(seed: number, draw: number): Question {
  const [B, D, H1, H2, K] = shapes[draw];
  const rig = new Rig(mlp({ hidden: [H1, H2], outputs: K }), {
    input: [D],
    batch: B,
    seed: seed + draw,
    training: true,
  });
  try {
    rig.jitter(seed, 0.3);
    let x = draws(B * D, seed, `exercise/X/${draw}`);
    besideCorners(rig, x);
    // Nearer to a corner of a ReLU than this, a difference crosses it; and each ReLU is to stop some and let others through.
    for (let again = 1; again < 1000 && !(rig.margin(x, ['0', '2']) > 1e-3 && halfOpen(rig, x)); again++) {
      x = draws(B * D, seed, `exercise/X/${draw}/${again}`);
      besideCorners(rig, x);
    }
    const dz3 = draws(B * K, seed, `exercise/dz3/${draw}`);
    const { params } = rig.gradients(x, dz3);
    const wanted = Object.entries(parameters).map(([name, [path, letters]]) => {
      const p = rig.parameters.param(path);
      const kept = copied(p);
      const slopes = centralDifferences(kept, dz3, 1e-5, (v) => {
        p.set(v);
        return rig.terms(x);
      });
      p.set(kept);
      return { name, letters, shape: p.shape, values: params.get(path)!, slopes };
    });
    rig.arena.reset();
    const { cache } = rig.forward(rig.place(x, rig.xShape));
    const weights = { W2: rig.parameters.param('2.W'), W3: rig.parameters.param('4.W') };
    const net = Object.entries({ ...valuesOnTheWay(cache), ...weights }).map(([name, t]) => namedOf(name, t));
    return { inputs: [...net, { name: 'dz3', shape: [B, K], values: dz3 }], wanted, sizes: { B, D, H1, H2, K } };
  } finally {
    rig.dispose();
  }
}

/** Moves the biases so that each unit is just beside its corner for one example, every other one on the other side. */
function besideCorners(rig: Rig, x: Float64Array): void {
  for (const [layer, name] of [
    ['0.b', 'z1'],
    ['2.b', 'z2'],
  ] as const) {
    rig.arena.reset();
    const z = valuesOnTheWay(rig.forward(rig.place(x, rig.xShape)).cache)[name];
    const at = copied(z);
    const biases = rig.parameters.param(layer);
    biases.set(copied(biases).map((b, k) => b - at[(k % z.rows) * z.cols + k] + (k % 2 === 0 ? beside : -beside)));
  }
}

/** Whether each ReLU lets something through and stops something, so that a forgotten one shows. */
function halfOpen(rig: Rig, x: Float64Array): boolean {
  rig.arena.reset();
  const { z1, z2 } = valuesOnTheWay(rig.forward(rig.place(x, rig.xShape)).cache);
  return [z1, z2].every((z) => {
    const open = z.gt(0).mean().item();
    return open > 0.25 && open < 0.75;
  });
}

/** The four functions that the chain calls, right. */
export const parts = {
  dW: (X: Tensor, dY: Tensor): Tensor => X.T.matmul(dY),
  db: (dY: Tensor): Tensor => dY.colSum(),
  dX: (dY: Tensor, W: Tensor): Tensor => dY.matmul(W.T),
  dReLU: (dY: Tensor, z: Tensor): Tensor => dY.mul(z.gt(0)),
};

type Step = (v: Values) => Tensor;
const { dW, db, dX, dReLU } = parts;

/** The backward pass of the network, one value after the other. */
const steps: Readonly<Record<string, Step>> = {
  dW3: (v) => dW(v.h2, v.dz3),
  db3: (v) => db(v.dz3),
  dh2: (v) => dX(v.dz3, v.W3),
  dz2: (v) => dReLU(v.dh2, v.z2),
  dW2: (v) => dW(v.h1, v.dz2),
  db2: (v) => db(v.dz2),
  dh1: (v) => dX(v.dz2, v.W2),
  dz1: (v) => dReLU(v.dh1, v.z1),
  dW1: (v) => dW(v.X, v.dz1),
  db1: (v) => db(v.dz1),
};

/** All values of the backward pass, with some steps done otherwise. */
export function walk(inputs: Values, twist: Readonly<Record<string, Step>> = {}): Values {
  const v: Record<string, Tensor> = { ...inputs };
  for (const [name, step] of Object.entries(steps)) v[name] = (twist[name] ?? step)(v);
  return v;
}

function suspect(id: string, text: string, twist: Readonly<Record<string, Step>>): Suspect {
  return {
    id,
    text,
    give: (inputs) => {
      const v = walk(inputs, twist);
      return Object.fromEntries(Object.keys(parameters).map((name) => [name, v[name]]));
    },
  };
}

/** One gradient made of something else than what belongs there. */
function mistaken(): Suspect[] {
  const inputs = { dW3: 'h2', dW2: 'h1', dW1: 'X' };
  const outputs = { dW3: 'dz3', dW2: 'dz2', dW1: 'dz1', db3: 'dz3', db2: 'dz2', db1: 'dz1' };
  const found: Suspect[] = [];
  for (const [name, right] of Object.entries(inputs)) {
    for (const used of ['X', 'z1', 'h1', 'z2', 'h2'].filter((u) => u !== right)) {
      const d = outputs[name as keyof typeof inputs];
      const text = `${name} is made of ${used}; the input of that layer is ${right}`;
      found.push(suspect(`${used}-for-${right}`, text, { [name]: (v) => dW(v[used], v[d]) }));
    }
  }
  for (const [name, right] of Object.entries(outputs)) {
    for (const used of ['dz3', 'dh2', 'dz2', 'dh1', 'dz1'].filter((u) => u !== right)) {
      const from = inputs[name as keyof typeof inputs];
      const text = `${name} is made of ${used}; the gradient of that layer's output is ${right}`;
      const late = Object.keys(steps).indexOf(used) > Object.keys(steps).indexOf(name);
      if (late) continue; // not yet there when it is needed
      found.push(suspect(`${used}-for-${right}`, text, { [name]: (v) => (from ? dW(v[from], v[used]) : db(v[used])) }));
    }
  }
  return found;
}

export const chain: Piece = {
  id: 'chain',
  questions: (seed) => shapes.map((_, draw) => question(seed, draw)),
  asides: { 'divided-by-B': 'the 1/B of the mean is in dz3 already' },
  suspects: [
    suspect('no-relu-2', 'dh2 goes on as dz2: the ReLU between z2 and h2 is skipped', { dz2: (v) => v.dh2 }),
    suspect('no-relu-1', 'dh1 goes on as dz1: the ReLU between z1 and h1 is skipped', { dz1: (v) => v.dh1 }),
    suspect('no-relus', 'both ReLUs are skipped on the way back', { dz2: (v) => v.dh2, dz1: (v) => v.dh1 }),
    suspect('gate-of-gradient', 'the second ReLU is gated by dh2 itself: the gate asks z2', {
      dz2: (v) => dReLU(v.dh2, v.dh2),
    }),
    suspect('gate-of-gradient', 'the first ReLU is gated by dh1 itself: the gate asks z1', {
      dz1: (v) => dReLU(v.dh1, v.dh1),
    }),
    suspect('arguments-swapped', 'my.dReLU(dY, z): its two arguments have changed places at the second ReLU', {
      dz2: (v) => dReLU(v.z2, v.dh2),
    }),
    suspect('arguments-swapped', 'my.dReLU(dY, z): its two arguments have changed places at the first ReLU', {
      dz1: (v) => dReLU(v.z1, v.dh1),
    }),
    suspect(
      'dh2-for-dz2',
      'my.dX is given dh2 where dz2 belongs: the gate of the second ReLU is lost on the way down',
      {
        dh1: (v) => dX(v.dh2, v.W2),
      },
    ),
    ...mistaken(),
  ],
};
