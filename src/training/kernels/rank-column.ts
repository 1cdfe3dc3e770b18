/*
 * Ranks of a column: every value becomes a number of 16 bits that is ordered like the values. Up to 65,536 distinct values
 * keep numbers of their own; a value that many rows share takes more room on the scale, so that equal parts of the scale
 * hold about as many rows, whatever the distribution.
 */
const PASS_BITS: u32 = 11;
const BUCKETS: u32 = 1 << PASS_BITS;
const MOST_RANKS: i32 = 65_536;

/** Columns with at most so many distinct values have no gaps on their scale: one histogram holds them all. */
const FEW_VALUES: i32 = 256;

/**
 * @param pairs `rows` words of 64 bits: the float32 value (no NaN) in the high half, the row in the low half; overwritten
 * @param spare room for as many again
 * @param slots room for 3 × 2,048 int32
 * @param ranks gets a u16 per row
 * @param edges gets the smallest and the largest value of each rank, float32; a rank without values gets those before it
 * @returns the number of ranks, at least 1
 */
export function rankColumn(
  pairs: usize,
  spare: usize,
  slots: usize,
  rows: i32,
  ranks: usize,
  edges: usize,
): i32 {
  sortPairs(pairs, spare, slots, rows);
  const sorted = spare;
  // a value counts for a histogram's bin at most
  const cap = (rows + FEW_VALUES - 1) / FEW_VALUES;
  let distinct = 0;
  let extra: f64 = 0;
  for (let at = 0, end = 0; at < rows; at = end) {
    end = endOfRun(sorted, at, rows);
    distinct++;
    extra += (min(end - at, cap) - 1) as f64;
  }
  const isMerged = distinct > MOST_RANKS;
  const perValue: f64 = isMerged ? ((MOST_RANKS - 1) as f64) / (extra + (distinct as f64)) : 1;
  const room: f64 = distinct <= FEW_VALUES ? 0 : ((MOST_RANKS - distinct) as f64);
  const perExtra: f64 = isMerged ? perValue : min<f64>(1, room / max<f64>(1, extra));
  let rank = 0;
  let seen: f64 = 0;
  let extras: f64 = 0;
  for (let at = 0, end = 0; at < rows; at = end) {
    end = endOfRun(sorted, at, rows);
    const own = floor(seen * perValue + extras * perExtra) as i32;
    const value = valueOf(load<u64>(sorted + ((<usize>at) << 3)));
    if (at === 0 || own > rank) {
      for (; rank < own; rank++) {
        const before = edges + ((<usize>rank) << 3);
        store<u64>(before, load<u64>(before), 8);
      }
      store<f32>(edges + ((<usize>own) << 3), value);
    }
    store<f32>(edges + ((<usize>own) << 3), value, 4);
    for (let i = at; i < end; i++) {
      const row = <usize>(load<u64>(sorted + ((<usize>i) << 3)) as u32);
      store<u16>(ranks + (row << 1), own as u16);
    }
    seen += 1;
    extras += (min(end - at, cap) - 1) as f64;
  }
  return rank + 1;
}

/** The bits of a float32 as a number that is ordered like the value: negative ones reversed, positive ones after them. */
// @ts-ignore: decorator
@inline
export function keyOf(bits: u32): u32 {
  return bits >>> 31 ? ~bits : bits | 0x8000_0000;
}

/** Sorts by the high half, ordered like float32 values: a radix sort in three passes of 11 bits. The keys end up in `spare`. */
export function sortPairs(pairs: usize, spare: usize, slots: usize, rows: i32): void {
  memory.fill(slots, 0, 3 * BUCKETS * 4);
  const stop = pairs + ((<usize>rows) << 3);
  for (let at = pairs; at < stop; at += 8) {
    const pair = load<u64>(at);
    const bits = (pair >>> 32) as u32;
    const key = keyOf(bits);
    store<u64>(at, ((key as u64) << 32) | (pair & 0xffff_ffff));
    count(slots, key & (BUCKETS - 1));
    count(slots, BUCKETS + ((key >>> PASS_BITS) & (BUCKETS - 1)));
    count(slots, 2 * BUCKETS + (key >>> (2 * PASS_BITS)));
  }
  movePairs(pairs, spare, slots, rows, 0);
  movePairs(spare, pairs, slots + BUCKETS * 4, rows, PASS_BITS);
  movePairs(pairs, spare, slots + 2 * BUCKETS * 4, rows, 2 * PASS_BITS);
}

@inline
function count(slots: usize, slot: u32): void {
  const at = slots + ((<usize>slot) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

function movePairs(from: usize, to: usize, slots: usize, rows: i32, shift: u32): void {
  let position: u32 = 0;
  for (let slot: u32 = 0; slot < BUCKETS; slot++) {
    const at = slots + ((<usize>slot) << 2);
    const size = load<u32>(at);
    store<u32>(at, position);
    position += size;
  }
  const stop = from + ((<usize>rows) << 3);
  for (let at = from; at < stop; at += 8) {
    const pair = load<u64>(at);
    const key = (pair >>> 32) as u32;
    const slot = slots + ((<usize>((key >>> shift) & (BUCKETS - 1))) << 2);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    store<u64>(to + ((<usize>place) << 3), pair);
  }
}

function endOfRun(sorted: usize, start: i32, rows: i32): i32 {
  const value = load<u32>(sorted + ((<usize>start) << 3), 4);
  let end = start + 1;
  while (end < rows && load<u32>(sorted + ((<usize>end) << 3), 4) === value) end++;
  return end;
}

/** The value of a sorted pair. */
export function valueOf(pair: u64): f32 {
  const key = (pair >>> 32) as u32;
  return reinterpret<f32>(key >>> 31 ? key & 0x7fff_ffff : ~key);
}
