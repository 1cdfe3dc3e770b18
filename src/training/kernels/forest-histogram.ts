import {
  classes,
  histograms,
  LANE_STATE,
  laneBytes,
  MARKS,
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
  const marks = marksOf(lane);
  const stop = records + <usize>end * size;
  for (let at = records + <usize>start * size; at < stop; at += size) {
    const bin = <usize>((rankAt(ranks, load<u32>(at)) - low) >> shift);
    addRecord<T>(histogram, bin, at);
    store<u8>(marks + bin, 0xff);
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
  const marks = marksOf(0);
  const size = recordBytes<T>();
  const stop = records + <usize>end * size;
  for (let at = records + <usize>start * size; at < stop; at += size) {
    const row = load<u32>(at);
    const b0 = <usize>((rankAt(r0, row) - l0) >> s0);
    const b1 = <usize>((rankAt(r1, row) - l1) >> s1);
    const b2 = <usize>((rankAt(r2, row) - l2) >> s2);
    const b3 = <usize>((rankAt(r3, row) - l3) >> s3);
    // what a record counts is loaded once for the four
    if (isVector<T>()) {
      const moments = momentsOf(at);
      addMoments(h0, b0, moments);
      addMoments(h1, b1, moments);
      addMoments(h2, b2, moments);
      addMoments(h3, b3, moments);
    } else if (isFloat<T>()) {
      const label = <usize>load<u32>(at, 8);
      const weight = <f64>load<f32>(at, 4);
      addTo<f64>(h0, b0 * <usize>classes + label, weight);
      addTo<f64>(h1, b1 * <usize>classes + label, weight);
      addTo<f64>(h2, b2 * <usize>classes + label, weight);
      addTo<f64>(h3, b3 * <usize>classes + label, weight);
    } else if (sizeof<T>() === 8) {
      const pair = pairOf(at);
      addTo<u64>(h0, b0, pair);
      addTo<u64>(h1, b1, pair);
      addTo<u64>(h2, b2, pair);
      addTo<u64>(h3, b3, pair);
    } else {
      const label = <usize>load<u16>(at, 6);
      const draws = <i32>load<u16>(at, 4);
      addTo<i32>(h0, b0 * <usize>classes + label, draws);
      addTo<i32>(h1, b1 * <usize>classes + label, draws);
      addTo<i32>(h2, b2 * <usize>classes + label, draws);
      addTo<i32>(h3, b3 * <usize>classes + label, draws);
    }
    if (isMarked) {
      store<u8>(marks + b0, 0xff);
      store<u8>(marks + b1, 0xff, 256);
      store<u8>(marks + b2, 0xff, 512);
      store<u8>(marks + b3, 0xff, 768);
    }
  }
}

/** The rank of a row in a column. */
@inline
export function rankAt(ranks: usize, row: u32): i32 {
  return <i32>load<u16>(ranks + <usize>row);
}

/** Of one lane: a byte for each bin, 255 where it holds rows. */
@inline
export function marksOf(lane: i32): usize {
  return scratch + MARKS + <usize>(256 * lane);
}

/** Adds what a record counts to a bin of a histogram: the four layouts of forest-state.ts. */
@inline
export function addRecord<T>(histogram: usize, bin: usize, record: usize): void {
  if (isVector<T>()) addMoments(histogram, bin, momentsOf(record));
  else if (isFloat<T>()) {
    const label = <usize>load<u32>(record, 8);
    addTo<f64>(histogram, bin * <usize>classes + label, <f64>load<f32>(record, 4));
  } else if (sizeof<T>() === 8) addTo<u64>(histogram, bin, pairOf(record));
  else {
    const label = <usize>load<u16>(record, 6);
    addTo<i32>(histogram, bin * <usize>classes + label, <i32>load<u16>(record, 4));
  }
}

@inline
function addTo<E>(histogram: usize, entry: usize, value: E): void {
  const at = histogram + entry * sizeof<E>();
  store<E>(at, load<E>(at) + value);
}

@inline
function addMoments(histogram: usize, bin: usize, moments: v128): void {
  const at = histogram + (bin << 4);
  v128.store(at, f64x2.add(v128.load(at), moments));
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
