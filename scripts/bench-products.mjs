// node scripts/bench-products.mjs [batch ...]: GFLOP/s of the eight products of a training step of 784-512-128-10, and
// their share of the bare register tile's rate, measured in the same process. Best of several rounds.
import { buildKernels, loadKernels } from './build-kernels.mjs';

await buildKernels();
const { kernels, memory } = loadKernels(2048);
const place = (n) => 2 ** 24 * n; // 16 MiB apart
const [a, b, c, scratch] = [1, 2, 3, 4].map(place);
new Float32Array(memory.buffer).fill(0.5);

/** GFLOP/s of one call of `flop` operations. */
function rate(flop, call, rounds = 25) {
  const times = Math.max(1, Math.round(5e7 / flop));
  let best = Infinity;
  for (let r = 0; r < rounds; r++) {
    const from = performance.now();
    for (let i = 0; i < times; i++) call();
    best = Math.min(best, (performance.now() - from) / times);
  }
  return flop / best / 1e6;
}

const layers = [784, 512, 128, 10];
for (const batch of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [32, 128]) {
  const tile = rate(2 * 32 * 512 * 50, () => kernels.tileRate(a, b, 512, c, 50));
  console.log(`batch ${batch}, bare tile ${tile.toFixed(1)} GFLOP/s`);
  let total = 0;
  for (let l = 1; l < layers.length; l++) {
    const [inner, outer] = [layers[l - 1], layers[l]];
    const products = [
      ['forward', 'NN', batch, outer, inner, 1, 0],
      ['dW', 'TN', inner, outer, batch, -1e-9, 1],
      ['dX', 'NT', batch, inner, outer, 1, 0],
    ];
    for (const [name, layout, m, n, k, alpha, beta] of products) {
      if (name === 'dX' && l === 1) continue;
      const [ta, tb] = [layout[0] === 'T', layout[1] === 'T'];
      const flop = 2 * m * n * k;
      const gflops = rate(flop, () =>
        kernels.matmul(c, a, b, m, n, k, +ta, +tb, alpha, beta, +(beta !== 0), 0, m, 0, n, scratch),
      );
      total += flop / gflops / 1e3;
      const size = `(${m}, ${n}, ${k})`.padEnd(16);
      console.log(
        `  ${name.padEnd(8)} ${layout} ${size} ${gflops.toFixed(1)}  ${(gflops / tile).toFixed(2)} of the tile`,
      );
    }
  }
  console.log(`  all eight: ${total.toFixed(0)} us`);
}
