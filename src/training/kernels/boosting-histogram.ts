/*
 * Histograms of gradient boosting: one per column, a cell of 16 bytes a bin. Gradients and hessians are whole numbers on a
 * grid (see boosting/precision.ts), so that all sums are exact whatever their order. A cell is the sum of gradients (i64)
 * and the packed sum of hessians and row count: count · 2^shift + hessians (u64).
 */

/**
 * Adds the rows of a node to the histograms of two columns whose bins lie side by side.
 *
 * @param bins two bytes a row, one for each column
 * @param ids row numbers, int32
 * @param pairs gradient and hessian by position, int32 pairs
 * @param first histogram of the first column
 * @param second histogram of the second column
 * @param shift where the count starts in a packed sum
 */
export function addRows(
  bins: usize,
  ids: usize,
  pairs: usize,
  first: usize,
  second: usize,
  start: i32,
  end: i32,
  shift: i32,
): void {
  const one = i64x2.replace_lane(i64x2.splat(0), 1, <i64>1 << (<i64>shift));
  for (let i = start; i < end; i++) {
    const row = load<u32>(ids + ((<usize>i) << 2));
    const both = <usize>load<u16>(bins + ((<usize>row) << 1));
    const cell = i64x2.add(v128.load_ext<i32>(pairs + ((<usize>i) << 3)), one);
    const at = first + ((both & 255) << 4);
    v128.store(at, i64x2.add(v128.load(at), cell));
    const other = second + ((both >> 8) << 4);
    v128.store(other, i64x2.add(v128.load(other), cell));
  }
}

/** The same for rows that lie one after the other: position i is row i. */
export function addAllRows(
  bins: usize,
  pairs: usize,
  first: usize,
  second: usize,
  start: i32,
  end: i32,
  shift: i32,
): void {
  const one = i64x2.replace_lane(i64x2.splat(0), 1, <i64>1 << (<i64>shift));
  for (let i = start; i < end; i++) {
    const both = <usize>load<u16>(bins + ((<usize>i) << 1));
    const cell = i64x2.add(v128.load_ext<i32>(pairs + ((<usize>i) << 3)), one);
    const at = first + ((both & 255) << 4);
    v128.store(at, i64x2.add(v128.load(at), cell));
    const other = second + ((both >> 8) << 4);
    v128.store(other, i64x2.add(v128.load(other), cell));
  }
}

/** Takes the cells of one child from those of the parent, which become the other child's. */
export function subtractCells(parent: usize, child: usize, bytes: i32): void {
  for (let at: usize = 0; at < <usize>bytes; at += 16) {
    v128.store(parent + at, i64x2.sub(v128.load(parent + at), v128.load(child + at)));
  }
}

/** Writes the sum of `count` cells. */
export function sumCells(histogram: usize, count: i32, to: usize): void {
  let sum = i64x2.splat(0);
  for (let bin = 0; bin < count; bin++) sum = i64x2.add(sum, v128.load(histogram + ((<usize>bin) << 4)));
  v128.store(to, sum);
}

export function clearBytes(at: usize, bytes: i32): void {
  memory.fill(at, 0, bytes);
}
