import type { Name } from './network.ts';

/** What a step computes its result from, cell by cell. */
export type Operation =
  | { readonly kind: 'affine'; readonly x: Name; readonly W: Name; readonly b: Name }
  | { readonly kind: 'relu'; readonly z: Name }
  | { readonly kind: 'softmax'; readonly z: Name }
  | { readonly kind: 'loss'; readonly P: Name; readonly T: Name }
  | { readonly kind: 'difference'; readonly P: Name; readonly T: Name }
  /** x.T dY */
  | { readonly kind: 'weights'; readonly x: Name; readonly dY: Name }
  | { readonly kind: 'columns'; readonly dY: Name }
  /** dY W.T */
  | { readonly kind: 'back'; readonly dY: Name; readonly W: Name }
  | { readonly kind: 'gate'; readonly dh: Name; readonly z: Name };

export interface Step {
  readonly result: Name;
  readonly pass: 'forward' | 'backward';
  readonly title: string;
  /** `@name` stands for a term that lights up. */
  readonly tex: string;
  readonly code: string;
  readonly shape: string;
  readonly operation: Operation;
  /** One sentence on what happens, and why. */
  readonly why: string;
  /** The number of the equation in the chapter. */
  readonly equation: string;
}

interface Told {
  readonly title: string;
  readonly why: string;
  readonly equation: string;
}

function affine(result: Name, x: Name, W: Name, b: Name, shape: string, told: Told): Step {
  const tex = `@${result} = @${x} \\, @${W} + @${b}`;
  const code = `${result} = ${x}.matmul(${W}).add(${b})`;
  return { result, pass: 'forward', tex, code, shape, operation: { kind: 'affine', x, W, b }, ...told };
}

function relu(result: Name, z: Name, shape: string, told: Told): Step {
  const tex = `@${result} = \\max(@${z}, 0)`;
  return {
    result,
    pass: 'forward',
    tex,
    code: `${result} = ${z}.relu()`,
    shape,
    operation: { kind: 'relu', z },
    ...told,
  };
}

function weights(result: Name, x: Name, dY: Name, shape: string, told: Told): Step {
  const tex = `@${result} = @${x}^\\top @${dY}`;
  const code = `${result} = ${x}.T.matmul(${dY})`;
  return { result, pass: 'backward', tex, code, shape, operation: { kind: 'weights', x, dY }, ...told };
}

function columns(result: Name, dY: Name, shape: string, told: Told): Step {
  const tex = `@${result} = \\textstyle\\sum_n @${dY}_n`;
  const code = `${result} = ${dY}.colSum()`;
  return { result, pass: 'backward', tex, code, shape, operation: { kind: 'columns', dY }, ...told };
}

function back(result: Name, dY: Name, W: Name, shape: string, told: Told): Step {
  const tex = `@${result} = @${dY} \\, @${W}^\\top`;
  const code = `${result} = ${dY}.matmul(${W}.T)`;
  return { result, pass: 'backward', tex, code, shape, operation: { kind: 'back', dY, W }, ...told };
}

function gate(result: Name, dh: Name, z: Name, shape: string, told: Told): Step {
  const tex = `@${result} = @${dh} \\odot [@${z} > 0]`;
  const code = `${result} = ${dh}.mul(${z}.gt(0))`;
  return { result, pass: 'backward', tex, code, shape, operation: { kind: 'gate', dh, z }, ...told };
}

/** The document whose equations these are. */
export const chapter = 'course/02-mlp.md';

/** The whole chain: seven steps to the loss, eleven back to the first bias. */
export const steps: readonly Step[] = [
  affine('z1', 'X', 'W1', 'b1', '(3, 4) ← (3, 2)(2, 4) + (4)', {
    title: 'First layer',
    why: 'Each hidden unit adds up the features of an example, weighted, and its bias.',
    equation: '1',
  }),
  relu('h1', 'z1', '(3, 4)', {
    title: 'First ReLU',
    why: 'What is positive passes, the rest is stopped: without this, two layers would be one.',
    equation: '1',
  }),
  affine('z2', 'h1', 'W2', 'b2', '(3, 2) ← (3, 4)(4, 2) + (2)', {
    title: 'Second layer',
    why: 'The same again, with the first layer’s outputs in place of the features.',
    equation: '1',
  }),
  relu('h2', 'z2', '(3, 2)', {
    title: 'Second ReLU',
    why: 'A unit that is at or below zero for an example says nothing about it.',
    equation: '1',
  }),
  affine('z3', 'h2', 'W3', 'b3', '(3, 3) ← (3, 2)(2, 3) + (3)', {
    title: 'Logits',
    why: 'Three numbers an example, one a class, of any sign and size.',
    equation: '1',
  }),
  {
    result: 'P',
    pass: 'forward',
    title: 'Softmax',
    tex: '@P = \\mathrm{softmax}(@z3)',
    code: 'P = z3.softmax()',
    shape: '(3, 3)',
    operation: { kind: 'softmax', z: 'z3' },
    why: 'The exponential makes everything positive, the division makes each row sum to 1.',
    equation: '2',
  },
  {
    result: 'L',
    pass: 'forward',
    title: 'Loss',
    tex: '@L = -\\tfrac{1}{B} \\textstyle\\sum_n \\log @P_{n y_n}',
    code: 'L = P.mul(T).rowSum().log().mean().neg()',
    shape: '()',
    operation: { kind: 'loss', P: 'P', T: 'T' },
    why: 'The surprise at the truth: of each row only the true class’s probability counts.',
    equation: '3',
  },
  {
    result: 'dz3',
    pass: 'backward',
    title: 'Loss by the logits',
    tex: '@dz3 = (@P - @T) / B',
    code: 'dz3 = P.sub(T).div(X.rows)',
    shape: '(3, 3)',
    operation: { kind: 'difference', P: 'P', T: 'T' },
    why: 'Predicted minus true. The mean over the batch enters here, once; everything further back inherits it.',
    equation: '15',
  },
  weights('dW3', 'h2', 'dz3', '(2, 3) ← (2, 3)(3, 3)', {
    title: 'Last weights',
    why: 'A weight is used once for every example: add up over the examples what it was fed times what was asked for.',
    equation: '7',
  }),
  columns('db3', 'dz3', '(3)', {
    title: 'Last biases',
    why: 'A bias was added to every row with slope 1: its gradient is the sum of the column.',
    equation: '8',
  }),
  back('dh2', 'dz3', 'W3', '(3, 2) ← (3, 3)(3, 2)', {
    title: 'Blame for the hidden units',
    why: 'The weights that carried values forward carry gradients back, through the transpose.',
    equation: '9',
  }),
  gate('dz2', 'dh2', 'z2', '(3, 2)', {
    title: 'Back through the ReLU',
    why: 'One road, of slope 1 or 0: where the ReLU stopped the value, it stops the gradient.',
    equation: '10',
  }),
  weights('dW2', 'h1', 'dz2', '(4, 2) ← (4, 3)(3, 2)', {
    title: 'Second weights',
    why: 'Nothing new is needed: the same three steps, one layer down.',
    equation: '11',
  }),
  columns('db2', 'dz2', '(2)', {
    title: 'Second biases',
    why: 'The sum over the examples again.',
    equation: '11',
  }),
  back('dh1', 'dz2', 'W2', '(3, 4) ← (3, 2)(2, 4)', {
    title: 'Blame for the first units',
    why: 'Each first unit collects what both second units ask of it.',
    equation: '11',
  }),
  gate('dz1', 'dh1', 'z1', '(3, 4)', {
    title: 'Through the first ReLU',
    why: 'Units that were off hear nothing, however much was asked of them.',
    equation: '12',
  }),
  weights('dW1', 'X', 'dz1', '(2, 4) ← (2, 3)(3, 4)', {
    title: 'First weights',
    why: 'The first layer is fed the data. Nobody asks for dX: the data are not to be changed.',
    equation: '13',
  }),
  columns('db1', 'dz1', '(4)', {
    title: 'First biases',
    why: 'And with this the chain has reached the first bias.',
    equation: '14',
  }),
];

/** The names that a step reads, in the order of its formula. */
export function operandsOf({ operation: o }: Step): Name[] {
  switch (o.kind) {
    case 'affine':
      return [o.x, o.W, o.b];
    case 'relu':
    case 'softmax':
      return [o.z];
    case 'loss':
    case 'difference':
      return [o.P, o.T];
    case 'weights':
      return [o.x, o.dY];
    case 'columns':
      return [o.dY];
    case 'back':
      return [o.dY, o.W];
    case 'gate':
      return [o.dh, o.z];
  }
}
