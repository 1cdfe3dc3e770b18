const PASS_BITS = 11;
const BUCKETS = 1 << PASS_BITS;
const MASK = BUCKETS - 1;

/**
 * Sorts by index, in time linear in the number of values: a stable radix sort of the float32 bit patterns in
 * three passes of 11 bits. Made once per array `values` (no NaN, no −0), whose content may change between calls.
 *
 * @returns the indices of `values` in ascending order of value, valid until the next call
 */
export function createRadixSort(values: Float32Array): () => Uint32Array {
  const { length } = values;
  const bits = new Uint32Array(values.buffer, values.byteOffset, length);
  const keys = new Uint32Array(length);
  const order = new Uint32Array(length);
  const nextKeys = new Uint32Array(length);
  const nextOrder = new Uint32Array(length);
  const slots = new Uint32Array(3 * BUCKETS);

  return () => {
    slots.fill(0);
    for (let i = 0; i < length; i++) {
      const bit = bits[i] as number;
      // order-preserving: negative numbers are reversed, positive ones come after them
      const key = bit >>> 31 ? ~bit : bit | 0x80000000;
      keys[i] = key;
      (slots[key & MASK] as number)++;
      (slots[BUCKETS + ((key >>> PASS_BITS) & MASK)] as number)++;
      (slots[2 * BUCKETS + (key >>> (2 * PASS_BITS))] as number)++;
    }
    for (let pass = 0; pass < 3; pass++) toStartPositions(slots, pass * BUCKETS);
    for (let i = 0; i < length; i++) {
      const key = keys[i] as number;
      const to = (slots[key & MASK] as number)++;
      nextKeys[to] = key;
      nextOrder[to] = i;
    }
    for (let i = 0; i < length; i++) {
      const key = nextKeys[i] as number;
      const to = (slots[BUCKETS + ((key >>> PASS_BITS) & MASK)] as number)++;
      keys[to] = key;
      order[to] = nextOrder[i] as number;
    }
    for (let i = 0; i < length; i++) {
      const to = (slots[2 * BUCKETS + ((keys[i] as number) >>> (2 * PASS_BITS))] as number)++;
      nextOrder[to] = order[i] as number;
    }
    return nextOrder;
  };
}

/** Turns the counts of one pass into start positions. */
function toStartPositions(slots: Uint32Array, first: number): void {
  let position = 0;
  for (let slot = first; slot < first + BUCKETS; slot++) {
    const count = slots[slot] as number;
    slots[slot] = position;
    position += count;
  }
}
