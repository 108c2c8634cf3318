import type { Exercise } from '../exercise.ts';

export const chain: Exercise = {
  id: 'chain',
  title: 'The chain',
  functionName: 'backward',
  parameters: [
    {
      name: 'net',
      shape: '{ X, z1, h1, z2, h2, W2, W3 }',
      about:
        'what the forward pass left: z1 = X W1 + b1, h1 = ReLU(z1), z2 = h1 W2 + b2, h2 = ReLU(z2), z3 = h2 W3 + b3',
    },
    { name: 'dz3', shape: '(B, K)', about: 'dL/dz3, the gradient of the logits' },
    { name: 'my', shape: '{ dW, db, dX, dReLU }', about: 'your own four functions' },
  ],
  returns: {
    shape: '{ dW1, db1, dW2, db2, dW3, db3 }',
    about: 'the gradient of each weight matrix and each bias vector, of its shape',
  },
  starter: `// z1 = X W1 + b1   h1 = ReLU(z1)     X (B, D), z1, h1 (B, H1)
// z2 = h1 W2 + b2  h2 = ReLU(z2)     z2, h2 (B, H2), W2 (H1, H2)
// z3 = h2 W3 + b3                    z3 (B, K), W3 (H2, K)
// dz3 (B, K): dL/dz3
// my: your dW(X, dY), db(dY), dX(dY, W), dReLU(dY, z)
// returns { dW1, db1, dW2, db2, dW3, db3 }
function backward(net, dz3, my) {
  const { X, z1, h1, z2, h2, W2, W3 } = net;
  // your code
}
`,
  answer: `function backward(net, dz3, my) {
  const { X, z1, h1, z2, h2, W2, W3 } = net;
  const dW3 = my.dW(h2, dz3); // (H2, K)
  const db3 = my.db(dz3); // (K)
  const dh2 = my.dX(dz3, W3); // (B, H2)
  const dz2 = my.dReLU(dh2, z2); // (B, H2)
  const dW2 = my.dW(h1, dz2); // (H1, H2)
  const db2 = my.db(dz2); // (H2)
  const dh1 = my.dX(dz2, W2); // (B, H1)
  const dz1 = my.dReLU(dh1, z1); // (B, H1)
  const dW1 = my.dW(X, dz1); // (D, H1)
  const db1 = my.db(dz1); // (H1)
  return { dW1, db1, dW2, db2, dW3, db3 };
}
`,
  hints: [
    `Start at the loss and walk back. $dz3$ is given, and $z3 = h2 \\thinspace W3 + b3$ is a linear layer whose input is $h2$: your
\`my.dW\` and \`my.db\` give $dW3$ and $db3$. Which of your functions leads on, to $h2$?`,
    `\`my.dX(dz3, W3)\` is $dh2$, and $h2 = \\mathrm{ReLU}(z2)$, so \`my.dReLU(dh2, z2)\` is $dz2$. With $dz2$ you are where you were
with $dz3$, one layer down.`,
    `Three times the same: weights, biases, input, gate. The layer that made $z2$ has the input $h1$ and the weights $W2$; the one that
made $z1$ has the input $X$, and nobody asks for $dX$. Give the six gradients back under their names:
\`return { dW1, db1, dW2, db2, dW3, db3 }\`.`,
    `The library's \`sequential\` walks the same road as a loop: each layer turns the gradient \`d\` of its output into that of its
input and hands it to the layer before. Written out for our network these are ten lines:
$dW3$, $db3$, $dh2$, $dz2$, $dW2$, $db2$, $dh1$, $dz1$, $dW1$, $db1$.`,
  ],
  source: {
    file: 'src/models/sequential.ts',
    lines: `        for (let i = layers.length - 1; i >= 0; i--) {
          const child = ctx.child(names[i], { wantsInputGrad: i > 0 });
          child.probe('dOutput', d);
          const dX = layers[i].backward(child, d, caches[i]);
          if (dX === null) return null; // only the first layer may have none to give
          checkInputGradient(layers[i], child, d, dX);
          d = dX;
          trail.add(d.shape);
        }`,
  },
  chapter: 'course/02-mlp.md#24-backward-on-paper',
};
