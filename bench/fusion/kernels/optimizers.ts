/** theta -= lr g; n is a multiple of 16. */
export function sgd(theta: usize, g: usize, lr: f32, n: i32): void {
  const rate = f32x4.splat(lr);
  for (const end = theta + ((<usize>n) << 2); theta < end; theta += 64, g += 64) {
    v128.store(theta, f32x4.sub(v128.load(theta), f32x4.mul(v128.load(g), rate)));
    v128.store(theta, f32x4.sub(v128.load(theta, 16), f32x4.mul(v128.load(g, 16), rate)), 16);
    v128.store(theta, f32x4.sub(v128.load(theta, 32), f32x4.mul(v128.load(g, 32), rate)), 32);
    v128.store(theta, f32x4.sub(v128.load(theta, 48), f32x4.mul(v128.load(g, 48), rate)), 48);
  }
}

/** AdamW in one pass over theta, g, m and v; n is a multiple of 4. */
export function adamw(
  theta: usize, g: usize, m: usize, v: usize, lr: f32, unbiasM: f32, unbiasV: f32, n: i32,
): void {
  const rate = f32x4.splat(lr);
  const um = f32x4.splat(unbiasM);
  const uv = f32x4.splat(unbiasV);
  for (const end = theta + ((<usize>n) << 2); theta < end; theta += 16, g += 16, m += 16, v += 16) {
    const d = v128.load(g);
    const mean = f32x4.add(f32x4.mul(v128.load(m), f32x4.splat(0.9)), f32x4.mul(d, f32x4.splat(0.09999999999999998)));
    const square = f32x4.mul(f32x4.mul(d, d), f32x4.splat(0.0010000000000000009));
    const variance = f32x4.add(f32x4.mul(v128.load(v), f32x4.splat(0.999)), square);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(variance, uv)), f32x4.splat(1e-8));
    const t = v128.load(theta);
    const direction = f32x4.add(f32x4.div(f32x4.mul(mean, um), root), f32x4.mul(t, f32x4.splat(0.01)));
    v128.store(m, mean);
    v128.store(v, variance);
    v128.store(theta, f32x4.sub(t, f32x4.mul(direction, rate)));
  }
}
