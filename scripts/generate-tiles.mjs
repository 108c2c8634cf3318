// Writes src/backends/wasm/kernels/tiles.ts: the register tiles of the matrix product, one function a tile shape.
// Their unrolled bodies are mechanical; everything around them (matmul.ts) is written by hand.

const heights = [4, 2, 1];
const widths = [2, 1]; // in vectors of four columns
/** Steps of k a turn of the loop. */
const unrolled = (height, width) => (height * width === 8 ? 8 : 4);

const list = (n, f) => Array.from({ length: n }, (_, i) => f(i));

function tile(height, width) {
  const unroll = unrolled(height, width);
  const sums = list(height, (i) => list(width, (j) => `c${i}${j}`));
  const lines = [];
  const say = (depth, ...texts) => lines.push(...texts.map((t) => '  '.repeat(depth) + t));
  const each = (depth, write) => sums.flat().forEach((name, n) => void say(depth, write(name, n)));
  const writeBack = (depth, value) => {
    for (const row of sums) {
      row.forEach((name, j) => void say(depth, `v128.store(c, ${value(name, 16 * j)}, ${16 * j});`));
      say(depth, 'c += ldc;');
    }
  };
  say(0, `function tile${height}x${4 * width}(`);
  say(1, 'count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,');
  say(1, 'alpha: f32, beta: f32,');
  say(0, '): void {');
  say(1, 'const alphas = f32x4.splat(alpha);', 'const betas = f32x4.splat(beta);', 'for (; count > 0; count--) {');
  each(2, (name) => `let ${name} = f32x4.splat(0);`);
  for (let i = 0; i < height; i++) say(2, i ? `let a${i} = a${i - 1} + lda;` : 'let a0 = a;');
  say(2, `a = a${height - 1} + lda;`, 'let y = b;', 'let left = k;');
  say(2, 'if (mode & RESUME) {');
  each(3, (name, n) => `${name} = v128.load(t, ${16 * n});`);
  say(2, '}', 'if (left > 0) {', '  for (;;) {');
  for (let u = 0; u < unroll; u++) {
    for (let j = 0; j < width; j++) say(4, `const y${u}${j} = v128.load(y, ${16 * (u * width + j)});`);
    for (let i = 0; i < height; i++) {
      say(4, `const x${u}${i} = v128.load32_splat(a${i}, ${4 * u});`);
      sums[i].forEach((name, j) => void say(4, `${name} = f32x4.add(${name}, f32x4.mul(x${u}${i}, y${u}${j}));`));
    }
    say(4, 'if (--left == 0) break;');
  }
  for (let i = 0; i < height; i++) say(4, `a${i} += ${4 * unroll};`);
  say(4, `y += ${16 * width * unroll};`);
  say(2, '  }', '}', 'if (mode & KEEP) {');
  each(3, (name, n) => `v128.store(t, ${name}, ${16 * n});`);
  say(2, '} else if (mode & ADD) {');
  writeBack(3, (name, at) => `f32x4.add(f32x4.mul(alphas, ${name}), f32x4.mul(betas, v128.load(c, ${at})))`);
  say(2, '} else {');
  writeBack(3, (name) => `f32x4.mul(alphas, ${name})`);
  say(2, '}', `t += ${16 * height * width};`);
  say(1, '}');
  say(0, '}');
  return lines.join('\n');
}

export function tiles() {
  const shapes = heights.flatMap((h) => widths.map((w) => [h, w]));
  const call = (h, w) => `tile${h}x${4 * w}(count, a, lda, b, k, t, mode, c, ldc, alpha, beta);`;
  return `// Written by scripts/generate-tiles.mjs; edit that.
//
// tileHxW: c (H, W) = alpha * sum + beta * c with sum = a (H, k) b (k, W), \`count\` times down the rows of a and c; \`lda\`, \`ldc\`: bytes from a row to the next;
// b is packed, its W floats of each step of k side by side. Sums are kept in registers, each in the order of k. A sum
// over a part of k goes on from, and is kept in, the H * W floats at t.
//
// Each step of k ends in a way out of the loop. Without it V8 moves the loads of all unrolled steps to the front of the
// loop and spills the sums; with it 4x8 runs from registers alone (45 GFLOP/s where 6x8 and 4x12 give 40).

/** Go on from the sums at t. */
export const RESUME = 1;
/** Leave the sums at t, not in c. */
export const KEEP = 2;
/** Add beta * c; without it c is not read. */
export const ADD = 4;

${shapes.map(([h, w]) => tile(h, w)).join('\n\n')}

/** The tile of \`height\` (4, 2, 1) rows and \`width\` (2, 1) vectors of columns. */
// @ts-ignore: decorator
@inline
export function tile(
  height: i32, width: i32, count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  if (height == 4) {
    if (width == 2) ${call(4, 2)}
    else ${call(4, 1)}
  } else if (height == 2) {
    if (width == 2) ${call(2, 2)}
    else ${call(2, 1)}
  } else {
    if (width == 2) ${call(1, 2)}
    else ${call(1, 1)}
  }
}
`;
}
