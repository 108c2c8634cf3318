import { tile } from './tiles';

/** Runs the largest tile `times` times on operands in cache: the rate that whole products are held against. */
export function tileRate(a: usize, b: usize, k: i32, c: usize, times: i32): void {
  for (; times > 0; times--) tile(4, 2, 1, a, (<usize>k) << 2, b, k, c, 0, c, 32, 1, 1);
}
