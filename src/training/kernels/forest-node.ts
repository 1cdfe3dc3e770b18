import { momentsOf, pairOf } from './forest-histogram';
import { classes, classSums, minWeightShare, recordBytes, records } from './forest-state';
import { nodeWeight, startScans } from './forest-scan';

/** Weight of all records of the tree. */
export let rootWeight: f64 = 0;

/** Sums the records of a tree's root: see startNode. */
export function startRoot<T>(end: i32): void {
  rootWeight = 0;
  startNode<T>(0, end);
  rootWeight = nodeWeight;
}

/** Sums a node; false where all its rows have the same target. */
export function startNode<T>(start: i32, end: i32): bool {
  const size = recordBytes<T>();
  const first = records + <usize>start * size;
  const stop = records + <usize>end * size;
  if (isVector<T>()) return startValues(first, stop);
  if (sizeof<T>() === 8 && !isFloat<T>()) return startPairs(first, stop);
  memory.fill(classSums, 0, (<usize>classes) << 3);
  for (let at = first; at < stop; at += size) {
    const label = isFloat<T>() ? <usize>load<u32>(at, 8) : <usize>load<u16>(at, 6);
    const own = classSums + (label << 3);
    store<f64>(own, load<f64>(own) + (isFloat<T>() ? <f64>load<f32>(at, 4) : <f64>load<u16>(at, 4)));
  }
  let present = 0;
  let weight: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const own = load<f64>(classSums + ((<usize>k) << 3));
    weight += own;
    present += <i32>(own > 0);
  }
  startScans(load<f64>(classSums + ((<usize>(classes - 1)) << 3)), weight, minWeightShare * rootWeight);
  return present > 1;
}

function startPairs(first: usize, stop: usize): bool {
  let pair: u64 = 0;
  for (let at = first; at < stop; at += 8) pair += pairOf(at);
  const sum = <f64>(pair >>> 32);
  const weight = <f64>(pair & 0xffff_ffff);
  startScans(sum, weight, minWeightShare * rootWeight);
  return sum > 0 && sum < weight;
}

function startValues(first: usize, stop: usize): bool {
  const target = load<f64>(first, 8);
  let isMixed = false;
  let moments = f64x2.splat(0);
  for (let at = first; at < stop; at += 16) {
    isMixed = isMixed || load<f64>(at, 8) !== target;
    moments = f64x2.add(moments, momentsOf(at));
  }
  startScans(f64x2.extract_lane(moments, 0), f64x2.extract_lane(moments, 1), minWeightShare * rootWeight);
  return isMixed;
}
