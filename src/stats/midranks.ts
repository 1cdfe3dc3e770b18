import { ascendingOrder } from './ascending-order.js';

/** A sample with what is needed to rank it, whole or in part, without sorting again. */
export interface Ranked {
  readonly values: Float64Array;
  /** Indices of the values in ascending order, without NaN. */
  readonly order: Uint32Array;
  /** Ranks from 1, ties sharing their mean rank (scipy.stats.rankdata); NaN where there is no value. */
  readonly ranks: Float64Array;
}

export function rankValues(values: Float64Array): Ranked {
  const order = ascendingOrder(values);
  return { values, order, ranks: midranks(values, order) };
}

/** The ranks of a sample among the rows where `other` has a value too; NaN elsewhere. */
export function ranksWith({ values, order, ranks }: Ranked, other: Ranked): Float64Array {
  if (other.order.length === other.values.length) return ranks;
  const shared = new Uint32Array(order.length);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const value = other.values[row] as number;
    if (!Number.isNaN(value)) shared[count++] = row;
  }
  return count === order.length ? ranks : midranks(values, shared.subarray(0, count));
}

function midranks(values: Float64Array, order: Uint32Array): Float64Array {
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  for (let start = 0; start < order.length; ) {
    const value = values[order[start] as number] as number;
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === value) end++;
    for (let i = start; i < end; i++) ranks[order[i] as number] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}
