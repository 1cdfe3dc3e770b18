import { BIN_STRIDE } from './binning.js';

/** Words of the bitmap of one column's bins. */
export const BITMAP_WORDS = BIN_STRIDE / 32;

/**
 * Lists the bins marked in the bitmap that starts at word `at`, in ascending order, into `occupied`, and
 * clears the bitmap; gives their number. So a small node never looks at the bins that it has no rows in.
 */
export type ListBins = (at: number) => number;

export function createListBins(bitmaps: Int32Array, occupied: Int32Array): ListBins {
  const bits = bitmaps;
  const list = occupied;
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
