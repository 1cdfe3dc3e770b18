import { drawRows } from './forest-draw';
import { growTree } from './forest-grow';
import { seedRandom } from './random';

export { setForestRules, setForestScratch, setForestTable } from './forest-state';

/** Layout of the records: see forest-state.ts. */
const TWO_CLASSES: i32 = 0;
const CLASSES: i32 = 1;
const WEIGHTED_CLASSES: i32 = 2;

/** Starts the random numbers of a tree and draws its rows; gives the number of records. */
export function drawTree(
  layout: i32,
  seedLow: u32,
  seedHigh: u32,
  tree: u32,
  size: i32,
  isBootstrap: bool,
): i32 {
  seedRandom(seedLow, seedHigh, tree);
  if (layout === TWO_CLASSES) return drawRows<u64>(size, isBootstrap);
  if (layout === CLASSES) return drawRows<i32>(size, isBootstrap);
  if (layout === WEIGHTED_CLASSES) return drawRows<f64>(size, isBootstrap);
  return drawRows<v128>(size, isBootstrap);
}

/** Grows the tree on the records that were drawn; gives the number of its nodes. */
export function growForestTree(layout: i32, drawn: i32): i32 {
  if (layout === TWO_CLASSES) return growTree<u64>(drawn);
  if (layout === CLASSES) return growTree<i32>(drawn);
  if (layout === WEIGHTED_CLASSES) return growTree<f64>(drawn);
  return growTree<v128>(drawn);
}
