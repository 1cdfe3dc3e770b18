/** Bits sorted by at a time, least significant first. */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
/** Up to so many values with one key are sorted by insertion. */
const SHORT_RUN = 24;

/**
 * Indices of the values in ascending order, equal values in the order in which they stand; NaN is left out. Radix sort
 * over the upper half of a double's bits, which tells nearly all values apart; the rest is put right by comparing.
 */
export function ascendingOrder(values: Float64Array): Uint32Array {
  let keys = new Uint32Array(values.length);
  let order = new Uint32Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    // Signs are flipped so that bits order like numbers; -0 is 0.
    const word = value === 0 ? 0 : (words[2 * i + 1] as number);
    keys[count] = word >>> 31 === 1 ? ~word : word | 0x80000000;
    order[count++] = i;
  }
  keys = keys.subarray(0, count);
  order = order.subarray(0, count);
  let [spareKeys, spareOrder] = [new Uint32Array(count), new Uint32Array(count)];
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    dealByDigit({ keys, order }, { keys: spareKeys, order: spareOrder }, shift);
    [keys, order, spareKeys, spareOrder] = [spareKeys, spareOrder, keys, order];
  }
  settleEqualKeys(values, keys, order);
  return order;
}

interface Keyed {
  readonly keys: Uint32Array;
  readonly order: Uint32Array;
}

function dealByDigit(from: Keyed, into: Keyed, shift: number): void {
  const starts = new Uint32Array(DIGITS + 1);
  const { keys, order } = from;
  for (let i = 0; i < keys.length; i++) {
    const next = (((keys[i] as number) >>> shift) & (DIGITS - 1)) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let digit = 1; digit < DIGITS; digit++) {
    starts[digit] = (starts[digit] as number) + (starts[digit - 1] as number);
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const digit = (key >>> shift) & (DIGITS - 1);
    const place = starts[digit] as number;
    into.keys[place] = key;
    into.order[place] = order[i] as number;
    starts[digit] = place + 1;
  }
}

/** Sorts each run of one key by the values themselves, where they are not equal anyway. */
function settleEqualKeys(values: Float64Array, keys: Uint32Array, order: Uint32Array): void {
  for (let start = 0; start < keys.length; ) {
    const first = values[order[start] as number];
    let isMixed = false;
    let end = start + 1;
    for (; end < keys.length && keys[end] === keys[start]; end++) {
      if (values[order[end] as number] !== first) isMixed = true;
    }
    if (isMixed && end - start > SHORT_RUN) {
      order.subarray(start, end).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
    } else if (isMixed) insertionSort(values, order, start, end);
    start = end;
  }
}

function insertionSort(values: Float64Array, order: Uint32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const row = order[i] as number;
    const value = values[row] as number;
    let place = i;
    for (; place > start && (values[order[place - 1] as number] as number) > value; place--) {
      order[place] = order[place - 1] as number;
    }
    order[place] = row;
  }
}
