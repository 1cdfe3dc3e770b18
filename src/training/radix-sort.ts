const PASS_BITS = 11;
const BUCKETS = 1 << PASS_BITS;
const MASK = BUCKETS - 1;

/**
 * The bits of a float32 as an unsigned number that is ordered like the value: negative numbers are reversed,
 * positive ones come after them.
 */
export function orderedBits(bits: number): number {
  return (bits >>> 31 ? ~bits : bits | 0x80000000) >>> 0;
}

/**
 * Sorts float32 values in time linear in their number: a radix sort of the bit patterns in three passes of
 * 11 bits. A kernel (see splitter.ts) for arrays of one length.
 *
 * @returns from `values` (no NaN), a sorted copy that is valid until the next call
 */
export function createRadixSort(length: number): (values: Float32Array) => Float32Array {
  const keys = new Uint32Array(length);
  const spare = new Uint32Array(length);
  const sorted = new Float32Array(spare.buffer);
  const slots = new Uint32Array(3 * BUCKETS);

  return (values) => {
    slots.fill(0);
    keys.set(new Uint32Array(values.buffer, values.byteOffset, length));
    for (let i = 0; i < length; i++) {
      const key = orderedBits(keys[i] as number);
      keys[i] = key;
      (slots[key & MASK] as number)++;
      (slots[BUCKETS + ((key >>> PASS_BITS) & MASK)] as number)++;
      (slots[2 * BUCKETS + (key >>> (2 * PASS_BITS))] as number)++;
    }
    for (let pass = 0; pass < 3; pass++) toStartPositions(slots, pass * BUCKETS);
    for (let i = 0; i < length; i++) {
      const key = keys[i] as number;
      spare[(slots[key & MASK] as number)++] = key;
    }
    for (let i = 0; i < length; i++) {
      const key = spare[i] as number;
      keys[(slots[BUCKETS + ((key >>> PASS_BITS) & MASK)] as number)++] = key;
    }
    for (let i = 0; i < length; i++) {
      const key = keys[i] as number;
      // the bits of the value again
      spare[(slots[2 * BUCKETS + (key >>> (2 * PASS_BITS))] as number)++] =
        key >>> 31 ? key & 0x7fffffff : ~key;
    }
    return sorted;
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
