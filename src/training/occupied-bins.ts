import { BIN_STRIDE } from './binning.js';

/** Words of the bitmap of one column's bins. */
export const BITMAP_WORDS = BIN_STRIDE / 32;

/** A bin list: room for one, and after it the list of all bins, for nodes that fill most of them anyway. */
export function createBinList(): Int32Array {
  return Int32Array.from({ length: 2 * BIN_STRIDE }, (_, i) => i % BIN_STRIDE);
}

/** Where the list of all bins starts. */
export const ALL_BINS = BIN_STRIDE;

/**
 * Lists the bins marked in the bitmap that starts at word `at`, in ascending order, at the start of the
 * bin list, and clears the bitmap; gives their number. So a small node never looks at the bins that it has no rows in.
 */
export type ListBins = (at: number) => number;

export function createListBins(bitmaps: Int32Array, binList: Int32Array): ListBins {
  const bits = bitmaps;
  const list = binList;
  return (at) => {
    let size = 0;
    for (let word = 0; word < BITMAP_WORDS; word++) {
      let rest = bits[at + word] as number;
      bits[at + word] = 0;
      while (rest !== 0) {
        list[size++] = (word << 5) + 31 - Math.clz32(rest & -rest);
        rest &= rest - 1;
      }
    }
    return size;
  };
}
