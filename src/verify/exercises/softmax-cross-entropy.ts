import type { Exercise } from '../exercise.ts';

export const softmaxCrossEntropy: Exercise = {
  id: 'softmax-cross-entropy',
  title: 'Softmax and cross-entropy',
  functionName: 'dz',
  parameters: [
    { name: 'P', shape: '(B, K)', about: 'probabilities, the softmax of the logits z' },
    { name: 'T', shape: '(B, K)', about: 'the labels as one-hot rows: 1 at the true class, else 0' },
  ],
  returns: { shape: '(B, K)', about: 'dL/dz, where L is the mean cross-entropy of the batch' },
  starter: `// P (B, K): probabilities, the softmax of the logits z
// T (B, K): the labels as one-hot rows
// returns dL/dz (B, K), where L is the mean cross-entropy of the batch
function dz(P, T) {
  // your code
}
`,
  answer: `function dz(P, T) {
  return P.sub(T).div(P.rows); // (B, K)
}
`,
  hints: [
    `A logit reaches the loss through every probability of its row: the softmax divides by a sum in which all logits stand.
Write the loss of one example in the logits before you differentiate it: $-\\log p_y = \\log \\sum_c e^{z_c} - z_y$.`,
    `The derivative of $\\log \\sum_c e^{z_c}$ by $z_k$ is $\\frac{e^{z_k}}{\\sum_c e^{z_c}} = p_k$. That of $z_y$ is 1 at the true
class and 0 elsewhere, which is what the one-hot row says: $t_k$.`,
    `So for one example it is *predicted minus true*, $p_k - t_k$. And $L$ is the mean over the batch: each example counts for
$\\frac{1}{B}$, with $B$ = \`P.rows\`.`,
    `$dz = \\frac{P - T}{B}$, which is \`P.sub(T).div(P.rows)\`. The library has logits in place of probabilities, so it takes the
softmax first; \`y\` is our \`T\`, and the rest is the same line.`,
  ],
  source: {
    file: 'src/losses/cross-entropy.ts',
    lines: '  const dZ = z.softmax().sub(y).div(z.rows); // (p - y) / B   (4)',
  },
  chapter: 'course/02-mlp.md#25-the-long-road-and-the-short-one',
};
