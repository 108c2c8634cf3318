import type { Exercise } from '../exercise.ts';

export const linearDX: Exercise = {
  id: 'linear-dX',
  title: 'Linear: the input',
  functionName: 'dX',
  parameters: [
    { name: 'dY', shape: '(B, H)', about: 'dL/dY, the gradient of the output of Y = X W + b' },
    { name: 'W', shape: '(D, H)', about: 'the weights of the layer' },
  ],
  returns: { shape: '(B, D)', about: 'dL/dX, of the shape of X' },
  starter: `// Y = X W + b
// dY (B, H): dL/dY, the gradient of the layer's output
// W (D, H): the weights of the layer
// returns dL/dX (B, D)
function dX(dY, W) {
  // your code
}
`,
  answer: `function dX(dY, W) {
  return dY.matmul(W.T); // (B, D) <- (B, H)(H, D)
}
`,
  hints: [
    `An input is no parameter, but it passes the blame on to the layer before. Input $j$ of example $n$ reaches the loss through all
$H$ outputs of its example. What is the slope of each of these roads?`,
    `$y_{nk}$ changes by $W_{jk}$ when $x_{nj}$ changes. Add up over the outputs: $dX_{nj} = \\sum_k dY_{nk} W_{jk}$.`,
    `The sum runs over the *column* index of both factors, so the second one is transposed. The shapes say the same:
$(B, D) \\leftarrow (B, H)(H, D)$.`,
    `$dX = dY \\thinspace W^\\top$, which is \`dY.matmul(W.T)\`: the weights that carried values forward carry gradients back. The
library's line is the same, but for one question: nobody asks for the gradient of the data.`,
  ],
  source: {
    file: 'src/layers/linear.ts',
    lines: "      const dX = ctx.wantsInputGrad ? dY.matmul(ctx.param('W').T) : null; // (B, D) <- (B, H)(H, D)   (2)",
  },
  chapter: 'course/02-mlp.md#the-hidden-layer-before-it',
};
