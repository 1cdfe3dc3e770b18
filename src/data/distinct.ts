const LARGE = 1 << 14;
const PARTS = 256;

/** Memory that is used again when several columns are counted one after the other. */
export interface Room {
  memory: Float64Array;
}

/**
 * Number of distinct values among doubles, exactly; NaN is passed over, -0 equals 0. Hashing with linear
 * probing; past LARGE distinct values first a value is told from the others by a place of its own, and the rest are
 * dealt into parts by hash, so that each part's table stays in the processor's cache.
 */
export function countDistinct(values: Float64Array, room: Room = { memory: new Float64Array(0) }): number {
  let slots: Float64Array = new Float64Array(1024).fill(Number.NaN);
  const words = wordsOf(values);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value) || !insert(slots, value, hashAt(words, i))) continue;
    count++;
    if (count > LARGE) return countLarge(values, room);
    if (count * 2 > slots.length) slots = doubled(slots);
  }
  return count;
}

/** Places that a value may hash to, for each value. */
const PLACES = 4;

/**
 * Two bits for each place: whether a value hashes to it, and whether another one does too. A value alone at its place
 * is distinct; only the others, few where most values are distinct, need be looked at themselves.
 */
function countLarge(values: Float64Array, room: Room): number {
  const words = wordsOf(values);
  const bits = Math.min(31, Math.ceil(Math.log2(values.length * PLACES)));
  const shift = 32 - bits;
  // Words in pairs, so that both bits of a place are in one line of the cache.
  const marks = new Int32Array(2 ** (bits - 4));
  let present = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    present++;
    const place = hashAt(words, i) >>> shift;
    const mask = 1 << (place & 31);
    const pair = (place >>> 5) << 1;
    const seen = marks[pair] as number;
    marks[pair + 1] = (marks[pair + 1] as number) | (seen & mask);
    marks[pair] = seen | mask;
  }
  const others = new Float64Array(present - countAlone(marks));
  let count = 0;
  for (let i = 0; i < values.length && count < others.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const place = hashAt(words, i) >>> shift;
    if (((marks[((place >>> 5) << 1) + 1] as number) >>> (place & 31)) & 1) others[count++] = value;
  }
  return present - others.length + countInParts(others, room);
}

/** Places that one value alone hashes to. */
function countAlone(marks: Int32Array): number {
  let count = 0;
  for (let pair = 0; pair < marks.length; pair += 2) {
    let alone = (marks[pair] as number) & ~(marks[pair + 1] as number);
    for (; alone !== 0; count++) alone &= alone - 1;
  }
  return count;
}

function countInParts(values: Float64Array, room: Room): number {
  const { dealt, ends } = deal(values, room);
  const largest = ends.reduce((size, end, part) => Math.max(size, end - (ends[part - 1] ?? 0)), 1);
  const slots = new Float64Array(2 ** Math.ceil(Math.log2(largest * 2)));
  const words = wordsOf(dealt);
  let count = 0;
  let i = 0;
  for (const end of ends) {
    slots.fill(Number.NaN);
    for (; i < end; i++) if (insert(slots, dealt[i] as number, hashAt(words, i))) count++;
  }
  return count;
}

/** The values that are there, part by part, and where each part ends. */
function deal(values: Float64Array, room: Room): { dealt: Float64Array; ends: Int32Array } {
  const words = wordsOf(values);
  const sizes = new Int32Array(PARTS);
  let present = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const part = hashAt(words, i) >>> 24;
    sizes[part] = (sizes[part] as number) + 1;
    present++;
  }
  const ends = new Int32Array(PARTS);
  for (let part = 1; part < PARTS; part++)
    ends[part] = (ends[part - 1] as number) + (sizes[part - 1] as number);
  if (room.memory.length < present) room.memory = new Float64Array(present);
  const dealt = room.memory;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const part = hashAt(words, i) >>> 24;
    const place = ends[part] as number;
    dealt[place] = value;
    ends[part] = place + 1;
  }
  return { dealt, ends };
}

/** Puts a value where it is not yet; true if it was new. */
function insert(slots: Float64Array, value: number, hash: number): boolean {
  const mask = slots.length - 1;
  let slot = hash & mask;
  for (let held = slots[slot] as number; !Number.isNaN(held); held = slots[slot] as number) {
    if (held === value) return false;
    slot = (slot + 1) & mask;
  }
  slots[slot] = value;
  return true;
}

function doubled(slots: Float64Array): Float64Array {
  const larger = new Float64Array(slots.length * 2).fill(Number.NaN);
  const words = wordsOf(slots);
  for (let i = 0; i < slots.length; i++) {
    const value = slots[i] as number;
    if (!Number.isNaN(value)) insert(larger, value, hashAt(words, i));
  }
  return larger;
}

/** The two halves of each double, side by side. */
function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** All 32 bits well mixed: the high ones pick the part, the low ones the slot. -0 and 0 hash alike. */
function hashAt(words: Uint32Array, index: number): number {
  const low = words[index * 2] as number;
  const high = words[index * 2 + 1] as number;
  const sign = low === 0 && high === 0x80000000 ? 0 : high;
  const hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(sign, 0x85ebca6b);
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
