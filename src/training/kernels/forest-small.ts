import { addRecord, rankAt } from './forest-histogram';
import { BIN_LIST, BIN_RANKS, BIN_ROWS, histograms, KEYS, ranksOf, recordBytes, records, scratch } from './forest-state';

/**
 * Fills lane 0 with a bin for each rank that occurs in the records `start … end`, of which there are few, and lists them: the
 * ranks are sorted by insertion.
 * @returns the number of bins
 */
export function fillSorted<T>(column: i32, start: i32, end: i32): i32 {
  const ranks = ranksOf(column);
  const size = recordBytes<T>();
  const first = records + <usize>start * size;
  const keys = scratch + KEYS;
  const count = <usize>(end - start);
  for (let i: usize = 0; i < count; i++) {
    const key = ((<u32>rankAt(ranks, load<u32>(first + i * size))) << 8) | <u32>i;
    let at = keys + (i << 2);
    while (at > keys && load<u32>(at - 4) > key) {
      store<u32>(at, load<u32>(at - 4));
      at -= 4;
    }
    store<u32>(at, key);
  }
  let bin = -1;
  let last: u32 = 0xffff_ffff;
  for (let i: usize = 0; i < count; i++) {
    const key = load<u32>(keys + (i << 2));
    const rank = key >>> 8;
    if (rank !== last) {
      last = rank;
      bin++;
      const own = scratch + ((<usize>bin) << 2);
      store<i32>(own + BIN_LIST, bin);
      store<i32>(own + BIN_RANKS, rank);
      store<i32>(own + BIN_ROWS, 0);
    }
    const rowsAt = scratch + BIN_ROWS + ((<usize>bin) << 2);
    store<i32>(rowsAt, load<i32>(rowsAt) + 1);
    addRecord<T>(histograms, <usize>bin, first + <usize>(key & 0xff) * size);
  }
  return bin + 1;
}
