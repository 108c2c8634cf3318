// Loads and stores of the last one to three floats of a range.

/** Floats a[0 .. r) with r in 1..3, the other lanes 0. */
// @ts-ignore: decorator
@inline
export function loadTail(a: usize, r: i32): v128 {
  if (r == 1) return v128.load32_zero(a);
  let v = v128.load64_zero(a);
  if (r == 3) v = v128.load_lane<f32>(a, v, 2, 8);
  return v;
}

/** Writes lanes 0 .. r) of v, r in 1..3. */
// @ts-ignore: decorator
@inline
export function storeTail(out: usize, v: v128, r: i32): void {
  if (r == 1) {
    v128.store_lane<f32>(out, v, 0);
    return;
  }
  v128.store_lane<f64>(out, v, 0);
  if (r == 3) v128.store_lane<f32>(out, v, 2, 8);
}
