import type { Exercise } from '../exercise.ts';

export const linearDW: Exercise = {
  id: 'linear-dW',
  title: 'Linear: the weights',
  functionName: 'dW',
  parameters: [
    { name: 'X', shape: '(B, D)', about: 'the input of the layer Y = X W + b' },
    { name: 'dY', shape: '(B, H)', about: 'dL/dY, the gradient of its output' },
  ],
  returns: { shape: '(D, H)', about: 'dL/dW, of the shape of W' },
  starter: `// Y = X W + b
// X (B, D): the input of the layer
// dY (B, H): dL/dY, the gradient of its output
// returns dL/dW (D, H)
function dW(X, dY) {
  // your code
}
`,
  answer: `function dW(X, dY) {
  return X.T.matmul(dY); // (D, H) <- (D, B)(B, H)
}
`,
  hints: [
    `The weight $W_{jk}$ leads from input $j$ to output $k$. It is used once for every example. How much does $y_{nk}$ change when
$W_{jk}$ changes?`,
    `By $x_{nj}$, since $y_{nk} = \\sum_j x_{nj} W_{jk} + b_k$. The roads from $W_{jk}$ to the loss run over the examples, so add up:
$dW_{jk} = \\sum_n x_{nj} \\thinspace dY_{nk}$.`,
    `A sum over the *row* index of both factors is a product with the first one transposed. Let the shapes decide:
$(D, H) \\leftarrow (D, B)(B, H)$. Nothing is divided: the $\\frac{1}{B}$ of the mean is in $dY$ already.`,
    `$dW = X^\\top dY$, which is \`X.T.matmul(dY)\`. The library hands the two factors over in place of their product, so that an
update can be folded into it; the mathematics is the same.`,
  ],
  source: {
    file: 'src/layers/linear.ts',
    lines: "      ctx.grad('W').addProduct(x.T, dY); // (D, H) <- (D, B)(B, H)   (3)",
  },
  chapter: 'course/02-mlp.md#the-last-layers-weights-and-biases',
};
