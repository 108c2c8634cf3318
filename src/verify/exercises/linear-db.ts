import type { Exercise } from '../exercise.ts';

export const linearDb: Exercise = {
  id: 'linear-db',
  title: 'Linear: the biases',
  functionName: 'db',
  parameters: [{ name: 'dY', shape: '(B, H)', about: 'dL/dY, the gradient of the output of Y = X W + b' }],
  returns: { shape: '(H)', about: 'dL/db, of the shape of b' },
  starter: `// Y = X W + b
// dY (B, H): dL/dY, the gradient of the layer's output
// returns dL/db (H)
function db(dY) {
  // your code
}
`,
  answer: `function db(dY) {
  return dY.colSum(); // (H) <- (B, H)
}
`,
  hints: [
    `The bias $b_k$ is one number, and it is added to output $k$ of *every* example. How many roads lead from it to the loss?`,
    `One for each example, each with slope 1. Add up over them: $db_k = \\sum_n dY_{nk}$.`,
    `So each column of $dY$ is summed, and what is left has the shape of $b$, $(H)$: neither $(1, H)$ nor a mean, since the
$\\frac{1}{B}$ is in $dY$ already. Among the methods of a tensor, \`colSum\` and \`rowSum\` add up.`,
    `$db_k = \\sum_n dY_{nk}$, which is \`dY.colSum()\`: the columns' sums. The library's line is the same.`,
  ],
  source: {
    file: 'src/layers/linear.ts',
    lines: "      ctx.grad('b').add(dY.colSum()); // (H) <- (B, H)   (4)",
  },
  chapter: 'course/02-mlp.md#the-last-layers-weights-and-biases',
};
