/**
 * Adds gradient and hessian of the rows `ids[start ... end]` to the histogram of one column: 256 pairs of float64.
 *
 * @param bins bin of every row of the column, one byte each
 * @param ids row numbers, int32
 * @param gradients gradient and hessian by position in the node, float32 pairs
 * @param histogram 256 × (gradient, hessian), float64
 */
export function addGradients(
  bins: usize,
  ids: usize,
  gradients: usize,
  histogram: usize,
  start: i32,
  end: i32,
): void {
  for (let i = start; i < end; i++) {
    const row = load<u32>(ids + ((<usize>i) << 2));
    const at = histogram + ((<usize>load<u8>(bins + row)) << 4);
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(gradients + ((<usize>i) << 3)));
    v128.store(at, f64x2.add(v128.load(at), pair));
  }
}
