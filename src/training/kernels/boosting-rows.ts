/*
 * Rows of gradient boosting on their way through a tree: partitioned at each split, and scored when it is grown.
 */

/** Whether a row goes left. */
// @ts-ignore: decorator
@inline
function goesLeft(bin: i32, last: i32, missing: i32, isMissingLeft: i32): i32 {
  return bin == missing ? isMissingLeft : <i32>(bin <= last);
}

/**
 * Sorts the row numbers `ids[start ... end]` into two lists, both from `start` on, in unchanged order.
 *
 * @param bins bin of row r at bins + 2r
 * @param last last bin on the left
 * @param missing bin of missing values
 * @returns how many go left
 */
export function sortRows(
  bins: usize,
  ids: usize,
  lefts: usize,
  rights: usize,
  start: i32,
  end: i32,
  last: i32,
  missing: i32,
  isMissingLeft: i32,
): i32 {
  let left = lefts + ((<usize>start) << 2);
  let right = rights + ((<usize>start) << 2);
  for (let i = start; i < end; i++) {
    const row = load<u32>(ids + ((<usize>i) << 2));
    const isLeft = goesLeft(load<u8>(bins + ((<usize>row) << 1)), last, missing, isMissingLeft);
    // both written, one kept: cheaper than a branch that cannot be foretold
    store<u32>(left, row);
    store<u32>(right, row);
    left += (<usize>isLeft) << 2;
    right += (<usize>(1 - isLeft)) << 2;
  }
  return <i32>((left - lefts) >> 2) - start;
}

/** Copies `count` row numbers. */
export function copyRows(from: usize, to: usize, count: i32): void {
  memory.copy(to, from, (<usize>count) << 2);
}

/** Puts gradient and hessian of the rows `ids[start ... end]` side by side. */
export function gatherPairs(ids: usize, pairs: usize, to: usize, start: i32, end: i32): void {
  for (let i = start; i < end; i++) {
    const row = load<u32>(ids + ((<usize>i) << 2));
    store<u64>(to + ((<usize>i) << 3), load<u64>(pairs + ((<usize>row) << 3)));
  }
}

/** Writes the numbers `start ... end`. */
export function countRows(ids: usize, start: i32, end: i32): void {
  for (let i = start; i < end; i++) store<i32>(ids + ((<usize>i) << 2), i);
}

/** Adds a leaf's value to the scores of its rows. */
export function addToScores(ids: usize, scores: usize, start: i32, end: i32, value: f64): void {
  for (let i = start; i < end; i++) {
    const at = scores + ((<usize>load<u32>(ids + ((<usize>i) << 2))) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
}

/**
 * Sends rows through a tree that is told in bins and adds the value of their leaf to their scores.
 *
 * @param nodes 32 bytes a node: bins of its column (i32 address; 0 at a leaf), last bin on the left, bin of missing
 * values, whether these go left, left child, right child (i32 each), value (f64)
 */
export function addTreeToScores(nodes: usize, ids: usize, scores: usize, start: i32, end: i32): void {
  for (let i = start; i < end; i++) {
    const row = <usize>load<u32>(ids + ((<usize>i) << 2));
    let node = nodes;
    for (;;) {
      const bins = <usize>load<u32>(node);
      if (bins == 0) break;
      const bin = <i32>load<u8>(bins + (row << 1));
      const isLeft = goesLeft(bin, load<i32>(node, 4), load<i32>(node, 8), load<i32>(node, 12));
      node = nodes + ((<usize>(isLeft ? load<u32>(node, 16) : load<u32>(node, 20))) << 5);
    }
    const at = scores + (row << 3);
    store<f64>(at, load<f64>(at) + load<f64>(node, 24));
  }
}
