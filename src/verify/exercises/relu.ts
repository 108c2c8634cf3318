import type { Exercise } from '../exercise.ts';

export const relu: Exercise = {
  id: 'relu',
  title: 'ReLU',
  functionName: 'dReLU',
  parameters: [
    { name: 'dY', shape: '(B, H)', about: 'dL/dY, the gradient of the output Y = max(z, 0)' },
    { name: 'z', shape: '(B, H)', about: 'the input of the ReLU' },
  ],
  returns: { shape: '(B, H)', about: 'dL/dz; where z is 0, the slope is taken as 0' },
  starter: `// Y = max(z, 0)
// dY (B, H): dL/dY, the gradient of the output
// z (B, H): the input
// returns dL/dz (B, H); where z is 0, the slope is taken as 0
function dReLU(dY, z) {
  // your code
}
`,
  answer: `function dReLU(dY, z) {
  return dY.mul(z.gt(0)); // (B, H)
}
`,
  hints: [
    `There is one road from $z_{nj}$ to the loss, through its own $y_{nj}$. What is the slope of $\\max(z, 0)$ where $z$ is positive,
and where it is negative?`,
    `1 where $z > 0$, and 0 where $z < 0$. At 0 there is a corner; the slope there is taken as 0. So the ReLU is a gate: it lets the
gradient through or stops it.`,
    `$dz = dY \\odot [z \\gt 0]$, element by element. \`z.gt(0)\` is a tensor of ones and zeros; \`mul\` multiplies element by
element.`,
    `\`dY.mul(z.gt(0))\`. The library's line is the same (its \`x\` is our \`z\`), with \`fused\` around it, which makes one kernel of
the two operations.`,
  ],
  source: {
    file: 'src/layers/relu.ts',
    lines:
      "const gate = fused('relu.backward', (dY: Tensor, x: Tensor) => dY.mul(x.gt(0))); // dX = dY where x > 0   (2)",
  },
  chapter: 'course/02-mlp.md#through-the-relu',
};
