import {
  BITMAP_BYTES,
  BITMAPS,
  classes,
  histograms,
  LANE_STATE,
  laneBytes,
  ranksOf,
  recordBytes,
  records,
  scratch,
} from './forest-state';

/** Counts a column in a lane: bin b holds the ranks from `low + (b << shift)` on. */
export function setLane(lane: i32, column: i32, low: i32, shift: i32): void {
  store<i32>(laneAt(lane), column);
  store<i32>(laneAt(lane), low, 4);
  store<i32>(laneAt(lane), shift, 8);
}

@inline
function laneAt(lane: i32): usize {
  return scratch + LANE_STATE + <usize>(12 * lane);
}

@inline
export function columnOf(lane: i32): i32 {
  return load<i32>(laneAt(lane));
}

@inline
export function lowOf(lane: i32): i32 {
  return load<i32>(laneAt(lane), 4);
}

@inline
export function shiftOf(lane: i32): i32 {
  return load<i32>(laneAt(lane), 8);
}

/** Adds the records `start … end` to all four lanes. */
export function fillFour<T>(start: i32, end: i32): void {
  addFour<T>(start, end, false);
}

/** Marks the bins as well: for nodes that leave many of them empty. */
export function markFour<T>(start: i32, end: i32): void {
  addFour<T>(start, end, true);
}

/** Adds the records to one lane and marks the bins. */
export function markOne<T>(lane: i32, start: i32, end: i32): void {
  const ranks = ranksOf(columnOf(lane));
  const low = lowOf(lane);
  const shift = shiftOf(lane);
  const size = recordBytes<T>();
  const histogram = histograms + <usize>lane * laneBytes;
  const stop = records + <usize>end * size;
  for (let at = records + <usize>start * size; at < stop; at += size) {
    const bin = binAt(ranks, at, low, shift);
    addRecord<T>(histogram, bin, at);
    mark(<usize>lane, bin);
  }
}

@inline
function addFour<T>(start: i32, end: i32, isMarked: bool): void {
  const r0 = ranksOf(columnOf(0));
  const r1 = ranksOf(columnOf(1));
  const r2 = ranksOf(columnOf(2));
  const r3 = ranksOf(columnOf(3));
  const l0 = lowOf(0);
  const l1 = lowOf(1);
  const l2 = lowOf(2);
  const l3 = lowOf(3);
  const s0 = shiftOf(0);
  const s1 = shiftOf(1);
  const s2 = shiftOf(2);
  const s3 = shiftOf(3);
  const h0 = histograms;
  const h1 = h0 + laneBytes;
  const h2 = h1 + laneBytes;
  const h3 = h2 + laneBytes;
  const size = recordBytes<T>();
  const stop = records + <usize>end * size;
  for (let at = records + <usize>start * size; at < stop; at += size) {
    const b0 = binAt(r0, at, l0, s0);
    const b1 = binAt(r1, at, l1, s1);
    const b2 = binAt(r2, at, l2, s2);
    const b3 = binAt(r3, at, l3, s3);
    addRecord<T>(h0, b0, at);
    addRecord<T>(h1, b1, at);
    addRecord<T>(h2, b2, at);
    addRecord<T>(h3, b3, at);
    if (isMarked) {
      mark(0, b0);
      mark(1, b1);
      mark(2, b2);
      mark(3, b3);
    }
  }
}

@inline
export function rankAt(ranks: usize, record: usize): i32 {
  return <i32>load<u16>(ranks + ((<usize>load<u32>(record)) << 1));
}

@inline
function binAt(ranks: usize, record: usize, low: i32, shift: i32): i32 {
  return (rankAt(ranks, record) - low) >> shift;
}

@inline
function mark(lane: usize, bin: i32): void {
  const at = scratch + BITMAPS + lane * BITMAP_BYTES + (((<usize>bin) >> 5) << 2);
  store<u32>(at, load<u32>(at) | (1 << (bin & 31)));
}

/** Adds what a record counts to a bin of a histogram: the four layouts of forest-state.ts. */
@inline
export function addRecord<T>(histogram: usize, bin: i32, record: usize): void {
  if (isVector<T>()) {
    const at = histogram + ((<usize>bin) << 4);
    v128.store(at, f64x2.add(v128.load(at), momentsOf(record)));
  } else if (isFloat<T>()) {
    const at = histogram + ((<usize>(bin * classes) + <usize>load<u32>(record, 8)) << 3);
    store<f64>(at, load<f64>(at) + <f64>load<f32>(record, 4));
  } else if (sizeof<T>() === 8) {
    const at = histogram + ((<usize>bin) << 3);
    store<u64>(at, load<u64>(at) + pairOf(record));
  } else {
    const at = histogram + ((<usize>(bin * classes) + <usize>load<u16>(record, 6)) << 2);
    store<i32>(at, load<i32>(at) + <i32>load<u16>(record, 4));
  }
}

/** {draws u32, draws × class u32} of a record of two classes. */
@inline
export function pairOf(record: usize): u64 {
  const packed = load<u32>(record, 4);
  return <u64>(packed & 0xffff) | ((<u64>(packed & 0xffff_0000)) << 16);
}

/** {weight × value, weight} of a record of values. */
@inline
export function momentsOf(record: usize): v128 {
  const weight = <f64>load<f32>(record, 4);
  return f64x2.replace_lane(f64x2.splat(weight * load<f64>(record, 8)), 1, weight);
}
