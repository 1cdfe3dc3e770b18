/** Rows of a block: what is written lies in the first cache while it is filled column by column. */
const BLOCK: i32 = 256;

/**
 * Puts columns of u16 that stand one after the other, `rows` cells each, side by side: from row to row `2 × columns` bytes.
 */
export function interleave(from: usize, to: usize, rows: i32, columns: i32): void {
  const stride = (<usize>columns) << 1;
  for (let first = 0; first < rows; first += BLOCK) {
    const last = min(first + BLOCK, rows);
    for (let column = 0; column < columns; column++) {
      const cells = from + ((<usize>column * <usize>rows) << 1);
      const stop = cells + ((<usize>last) << 1);
      let own = to + <usize>first * stride + ((<usize>column) << 1);
      for (let at = cells + ((<usize>first) << 1); at < stop; at += 2) {
        store<u16>(own, load<u16>(at));
        own += stride;
      }
    }
  }
}
