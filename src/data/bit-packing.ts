/**
 * Parquet's hybrid of run-length encoding and bit packing (apache/parquet-format, Encodings.md), each time as one
 * run of either kind.
 */

/** Whether each of `rows` values is there: one bit a value, or one run where all are alike. */
export function packPresence(missing: Uint8Array, rows: number, present: number): Uint8Array {
  if (present === rows || present === 0) {
    return Uint8Array.of(...varint(rows * 2), present === 0 ? 0 : 1);
  }
  const groups = Math.ceil(rows / 8);
  const head = varint(groups * 2 + 1);
  const bytes = new Uint8Array(head.length + groups);
  bytes.set(head);
  for (let row = 0; row < rows; row++) {
    const at = head.length + (row >> 3);
    if (missing[row] === 0) bytes[at] = (bytes[at] as number) | (1 << (row & 7));
  }
  return bytes;
}

/** Indices into a dictionary of `size` values, behind a byte that says how many bits each has. */
export function packIndices(indices: Uint32Array, count: number, size: number): Uint8Array {
  const width = Math.max(1, 32 - Math.clz32(size - 1));
  const groups = Math.ceil(count / 8);
  const head = [width, ...varint(groups * 2 + 1)];
  const bytes = new Uint8Array(head.length + groups * width);
  bytes.set(head);
  let at = head.length;
  // At most 7 bits wait when the next index of at most 24 bits is added: they fit in 32.
  let [waiting, bits] = [0, 0];
  for (let i = 0; i < count; i++) {
    waiting |= (indices[i] as number) << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      bytes[at++] = waiting & 255;
      waiting >>>= 8;
    }
  }
  if (bits > 0) bytes[at] = waiting;
  return bytes;
}

function varint(value: number): number[] {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
  return bytes;
}
