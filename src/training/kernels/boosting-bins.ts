/*
 * Columns of gradient boosting on their way into bins: sorted, so that it can be seen where to cut, and cut.
 */
import { keyOf, sortPairs, valueOf } from './rank-column';

/**
 * Sorts `count` float32 values (no NaN), in place.
 *
 * @param pairs room for `count` words of 64 bits
 * @param spare room for as many again
 * @param slots room for 3 × 2,048 int32
 */
export function sortValues(values: usize, count: i32, pairs: usize, spare: usize, slots: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<u64>(pairs + (i << 3), (<u64>load<u32>(values + (i << 2))) << 32);
  }
  sortPairs(pairs, spare, slots, count);
  for (let i: usize = 0; i < <usize>count; i++) store<f32>(values + (i << 2), valueOf(load<u64>(spare + (i << 3))));
}

/**
 * Writes the bin of each value: the first whose edge it does not exceed. The upper 16 bits of a value give the first bin
 * that can be meant; from there the bins are tried in turn. A missing value gets the bin after the last.
 *
 * @param values float32
 * @param edges largest value of each bin, float32 ascending; the last is Infinity
 * @param bins number of bins; 0 where all values are missing
 * @param firstBins room for 65,536 bytes
 * @param to gets a byte per value, two bytes apart
 */
export function assignBins(
  values: usize,
  count: i32,
  edges: usize,
  bins: i32,
  firstBins: usize,
  to: usize,
): void {
  let prefix: u32 = 0;
  for (let bin = 0; bin < bins; bin++) {
    const end = keyOf(load<u32>(edges + ((<usize>bin) << 2))) >>> 16;
    for (; prefix <= end; prefix++) store<u8>(firstBins + prefix, <u8>bin);
  }
  for (let i: usize = 0; i < <usize>count; i++) {
    const value = load<f32>(values + (i << 2));
    let bin = <usize>bins;
    if (bins > 0 && value == value) {
      bin = load<u8>(firstBins + (keyOf(reinterpret<u32>(value)) >>> 16));
      while (value > load<f32>(edges + (bin << 2))) bin++;
    }
    store<u8>(to + (i << 1), <u8>bin);
  }
}
