import { columnOf, lowOf, marksOf, rankAt, shiftOf } from './forest-histogram';
import {
  BIN_LIST,
  BIN_ROWS,
  BINS,
  classes,
  minSamplesLeaf,
  ranksOf,
  recordBytes,
  records,
  scratch,
} from './forest-state';
import { setCandidates } from './forest-scan';

/** Lists the bins that a lane has marked, in ascending order, and clears the marks; gives their number. */
export function listMarked(lane: i32): i32 {
  let next = scratch + BIN_LIST;
  const marks = marksOf(lane);
  for (let first = 0; first < BINS; first += 32) {
    const at = marks + <usize>first;
    const low = i8x16.bitmask(v128.load(at));
    const high = i8x16.bitmask(v128.load(at, 16));
    v128.store(at, i64x2.splat(0));
    v128.store(at, i64x2.splat(0), 16);
    for (let rest = (high << 16) | low; rest !== 0; rest &= rest - 1) {
      store<i32>(next, first + ctz(rest));
      next += 4;
    }
  }
  return <i32>((next - scratch - BIN_LIST) >> 2);
}

/** Lists the bins of a histogram that hold rows, of the first `bins`; gives their number. */
export function listFilled<T>(histogram: usize, bins: i32): i32 {
  let next = scratch + BIN_LIST;
  for (let bin = 0; bin < bins; bin++) {
    store<i32>(next, bin);
    next += select<usize>(4, 0, isFilled<T>(histogram, bin));
  }
  return <i32>((next - scratch - BIN_LIST) >> 2);
}

@inline
function isFilled<T>(histogram: usize, bin: i32): bool {
  if (isVector<T>()) return load<f64>(histogram + ((<usize>bin) << 4), 8) !== 0;
  if (sizeof<T>() === 8 && !isFloat<T>()) return load<u64>(histogram + ((<usize>bin) << 3)) !== 0;
  const first = histogram + (<usize>(bin * classes)) * sizeof<T>();
  for (let k = 0; k < classes; k++) {
    if (load<T>(first + (<usize>k) * sizeof<T>()) !== 0) return true;
  }
  return false;
}

/** The rows of each bin of a lane; a row counts once, however often it was drawn. */
export function countRows<T>(lane: i32, start: i32, end: i32): void {
  const counts = scratch + BIN_ROWS;
  memory.fill(counts, 0, 4 * BINS);
  const ranks = ranksOf(columnOf(lane));
  const low = lowOf(lane);
  const shift = shiftOf(lane);
  const size = recordBytes<T>();
  const stop = records + <usize>end * size;
  for (let at = records + <usize>start * size; at < stop; at += size) {
    const bin = counts + ((<usize>((rankAt(ranks, load<u32>(at)) - low) >> shift)) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
  }
}

/** Allows the splits of a list of bins that leave at least `minSamplesLeaf` rows on either side, by the rows of the bins. */
export function limitCandidates(size: i32): void {
  let from = 0;
  let to = size - 1;
  if (minSamplesLeaf > 1) {
    for (let left = rowsOf(from); left < minSamplesLeaf && from < size - 1; ) left += rowsOf(++from);
    for (let right = rowsOf(to); right < minSamplesLeaf && to > 0; ) right += rowsOf(--to);
  }
  setCandidates(from, to);
}

function rowsOf(i: i32): i32 {
  const bin = <usize>load<i32>(scratch + BIN_LIST + ((<usize>i) << 2));
  return load<i32>(scratch + BIN_ROWS + (bin << 2));
}
