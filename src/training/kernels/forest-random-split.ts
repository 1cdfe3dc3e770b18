import { addRecord, rankAt } from './forest-histogram';
import { BIN_LIST, BIN_ROWS, edgeOf, histograms, ranksOf, recordBytes, records, scratch } from './forest-state';
import { nextBelow, nextUniform } from './random';

/** The threshold drawn last, and the first rank above it. */
export let drawnThreshold: f32 = 0;
export let drawnBound: i32 = 0;

/**
 * Draws a threshold between the smallest and the largest value that the records have in the column (P. Geurts, D. Ernst,
 * L. Wehenkel, Extremely randomized trees, Machine Learning 63, 2006) and fills lane 0 with two bins, its sides.
 * @returns 2, or 1 where the values are all the same
 */
export function fillDrawn<T>(column: i32, start: i32, end: i32): i32 {
  const ranks = ranksOf(column);
  const size = recordBytes<T>();
  const first = records + <usize>start * size;
  const stop = records + <usize>end * size;
  let low = 65_536;
  let high = -1;
  for (let at = first; at < stop; at += size) {
    const rank = rankAt(ranks, load<u32>(at));
    low = min(low, rank);
    high = max(high, rank);
  }
  if (low === high) return 1;
  drawThreshold(column, low, high);
  const bound = drawnBound;
  let left = 0;
  for (let at = first; at < stop; at += size) {
    const isRight = <usize>(rankAt(ranks, load<u32>(at)) >= bound);
    left += 1 - <i32>isRight;
    addRecord<T>(histograms, isRight, at);
  }
  store<u64>(scratch + BIN_LIST, (<u64>1) << 32);
  store<i32>(scratch + BIN_ROWS, left);
  store<i32>(scratch + BIN_ROWS, end - start - left, 4);
  return 2;
}

/** Missing and infinite values have no distance from others: where there are any, all ranks are as likely. */
function drawThreshold(column: i32, low: i32, high: i32): void {
  const from = <f64>load<f32>(edgeOf(column, low));
  const width = <f64>load<f32>(edgeOf(column, high), 4) - from;
  if (!isFinite(width)) {
    drawnBound = low + 1 + <i32>nextBelow(high - low);
    drawnThreshold = load<f32>(edgeOf(column, drawnBound - 1), 4);
    return;
  }
  let drawn = <f32>(from + nextUniform() * width);
  if (drawn >= load<f32>(edgeOf(column, high))) drawn = <f32>from;
  let below = low;
  let above = high;
  // the largest rank that begins at or below the threshold is `below`
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (load<f32>(edgeOf(column, middle)) <= drawn) below = middle;
    else above = middle;
  }
  drawnBound = above;
  // a rank of several values stays together
  drawnThreshold = max(drawn, load<f32>(edgeOf(column, below), 4));
}
