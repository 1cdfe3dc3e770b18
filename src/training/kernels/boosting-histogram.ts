/*
 * Histograms of gradient boosting: one per column, a cell of 16 bytes a bin. Gradients and hessians are whole numbers on a
 * grid (see boosting/precision.ts), so that all sums are exact whatever their order. A cell is the sum of gradients (i64)
 * and the packed sum of hessians and row count: count · 2^shift + hessians (u64).
 */

/** The bins of a row in both columns. */
// @ts-ignore: decorator
@inline
function binsOf(bins: usize, row: u32): usize {
  return <usize>load<u16>(bins + ((<usize>row) << 1));
}

// @ts-ignore: decorator
@inline
function addCell(first: usize, second: usize, both: usize, cell: v128): void {
  const at = first + ((both & 255) << 4);
  v128.store(at, i64x2.add(v128.load(at), cell));
  const other = second + ((both >> 8) << 4);
  v128.store(other, i64x2.add(v128.load(other), cell));
}

/** A row counted once: what its gradient and hessian are added to. */
// @ts-ignore: decorator
@inline
function countOne(shift: i32): v128 {
  return i64x2.replace_lane(i64x2.splat(0), 1, <i64>1 << (<i64>shift));
}

// @ts-ignore: decorator
@inline
function cellOf(pair: usize, one: v128): v128 {
  return i64x2.add(v128.load_ext<i32>(pair), one);
}

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
  const one = countOne(shift);
  let id = ids + ((<usize>start) << 2);
  let pair = pairs + ((<usize>start) << 3);
  const stop = ids + ((<usize>end) << 2);
  // four rows a turn: all are read before the first is written, so that none waits for another
  for (; id + 12 < stop; id += 16, pair += 32) {
    const a = binsOf(bins, load<u32>(id));
    const b = binsOf(bins, load<u32>(id, 4));
    const c = binsOf(bins, load<u32>(id, 8));
    const d = binsOf(bins, load<u32>(id, 12));
    addCell(first, second, a, cellOf(pair, one));
    addCell(first, second, b, cellOf(pair + 8, one));
    addCell(first, second, c, cellOf(pair + 16, one));
    addCell(first, second, d, cellOf(pair + 24, one));
  }
  for (; id < stop; id += 4, pair += 8) {
    addCell(first, second, binsOf(bins, load<u32>(id)), cellOf(pair, one));
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
  const one = countOne(shift);
  let row = bins + ((<usize>start) << 1);
  let pair = pairs + ((<usize>start) << 3);
  const stop = bins + ((<usize>end) << 1);
  for (; row + 6 < stop; row += 8, pair += 32) {
    const four = load<u64>(row);
    addCell(first, second, (<usize>four) & 0xffff, cellOf(pair, one));
    addCell(first, second, <usize>(four >>> 16) & 0xffff, cellOf(pair + 8, one));
    addCell(first, second, <usize>(four >>> 32) & 0xffff, cellOf(pair + 16, one));
    addCell(first, second, <usize>(four >>> 48), cellOf(pair + 24, one));
  }
  for (; row < stop; row += 2, pair += 8) {
    addCell(first, second, <usize>load<u16>(row), cellOf(pair, one));
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
