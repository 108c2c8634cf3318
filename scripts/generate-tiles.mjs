// Writes src/backends/wasm/kernels/tiles.ts: the register tiles of the matrix product, one function a tile shape.
// Their unrolled bodies are mechanical; everything around them (matmul.ts) is written by hand.

const heights = [4, 2, 1];
const widths = [3, 2, 1]; // in vectors of four columns
const unroll = 2;

const list = (n, f) => Array.from({ length: n }, (_, i) => f(i));

function tile(height, width) {
  const sums = list(height, (i) => list(width, (j) => `c${i}${j}`));
  const lines = [];
  const say = (depth, ...texts) => lines.push(...texts.map((t) => '  '.repeat(depth) + t));
  say(
    0,
    `function tile${height}x${4 * width}(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {`,
  );
  sums.flat().forEach((name) => void say(1, `let ${name} = f32x4.splat(0);`));
  say(1, 'if (mode & RESUME) {');
  sums.flat().forEach((name, n) => void say(2, `${name} = v128.load(t, ${16 * n});`));
  say(1, '}');
  const column = (depth, u) => {
    for (let j = 0; j < width; j++) say(depth, `const y${u}${j} = v128.load(b, ${16 * (u * width + j)});`);
    for (let i = 0; i < height; i++) {
      say(depth, `const x${u}${i} = v128.load32_splat(a, ${4 * (u * height + i)});`);
      sums[i].forEach((name, j) => void say(depth, `${name} = f32x4.add(${name}, f32x4.mul(x${u}${i}, y${u}${j}));`));
    }
  };
  say(1, `for (; k >= ${unroll}; k -= ${unroll}) {`);
  for (let u = 0; u < unroll; u++) column(2, u);
  say(2, `a += ${4 * height * unroll};`, `b += ${16 * width * unroll};`);
  say(1, '}', 'if (k) {');
  column(2, 0);
  say(1, '}', 'if (mode & KEEP) {');
  sums.flat().forEach((name, n) => void say(2, `v128.store(t, ${name}, ${16 * n});`));
  say(1, '} else if (mode & ADD) {');
  sums.forEach((row, i) => {
    if (i) say(2, 'c += step;');
    row.forEach((name, j) => {
      const old = `f32x4.mul(beta, v128.load(c, ${16 * j}))`;
      say(2, `v128.store(c, f32x4.add(f32x4.mul(alpha, ${name}), ${old}), ${16 * j});`);
    });
  });
  say(1, '} else {');
  sums.forEach((row, i) => {
    if (i) say(2, 'c += step;');
    row.forEach((name, j) => void say(2, `v128.store(c, f32x4.mul(alpha, ${name}), ${16 * j});`));
  });
  say(1, '}', '}');
  return lines.join('\n');
}

export function tiles() {
  const shapes = heights.flatMap((h) => widths.map((w) => [h, w]));
  return `// Written by scripts/generate-tiles.mjs; edit that.
//
// tileHxW: c (H, W) = alpha * sum + beta * c with sum = a (k, H) transposed times b (k, W), both packed: step p of k reads
// H floats of a and W of b at the next addresses. Sums are kept in registers, each in the order of k. \`step\`: bytes
// from a row of c to the next. A sum over a part of k goes on from, and is kept in, the H * W floats at t.

/** Go on from the sums at t. */
export const RESUME = 1;
/** Leave the sums at t, not in c. */
export const KEEP = 2;
/** Add beta * c; without it c is not read. */
export const ADD = 4;

${shapes.map(([h, w]) => tile(h, w)).join('\n\n')}

/** The tile of \`height\` (4, 2, 1) rows and \`width\` (3, 2, 1) vectors of columns. */
// @ts-ignore: decorator
@inline
export function tile(height: i32, width: i32, a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
${heights
  .map((h) => {
    const inner = widths
      .map(
        (w, n) =>
          `${n === widths.length - 1 ? 'else' : `${n ? 'else ' : ''}if (width == ${w})`} tile${h}x${4 * w}(a, b, k, t, mode, c, step, alpha, beta);`,
      )
      .map((l) => `    ${l}`)
      .join('\n');
    return `  ${h === heights[0] ? '' : ''}${h === heights.at(-1) ? '{' : `if (height == ${h}) {`}\n${inner}\n  }`;
  })
  .join(' else ')}
}
`;
}
