import { startTables } from './forest-gather';
import { startRoot } from './forest-node';
import { leftRank, partition, rightRank } from './forest-partition';
import { bestScore, nodeScore } from './forest-scan';
import { bestBound, bestColumn, bestThreshold, findSplit } from './forest-split';
import {
  at32,
  columns,
  edgeOf,
  gains,
  highs,
  isRandomSplit,
  lows,
  nodes,
  order,
  path,
  rankCounts,
} from './forest-state';

/** Entries of a node and of a step of the path: see forest-state.ts. */
const NODE_BYTES: usize = 20;
const STEP_BYTES: usize = 12;

/**
 * Grows a tree depth first on the records `0 … drawn`. Children come after their parent, a left child right after it.
 * @returns the number of nodes
 */
export function growTree<T>(drawn: i32): i32 {
  startColumns();
  startRoot<T>(drawn);
  startTables(drawn);
  let start = 0;
  let end = drawn;
  let depth = 0;
  let node = 0;
  while (true) {
    const at = nodes + <usize>node * NODE_BYTES;
    store<i32>(at, -1);
    store<f32>(at, 0, 4);
    store<i32>(at, start, 8);
    store<i32>(at, end, 12);
    store<i32>(at, 0, 16);
    const isSplit = findSplit<T>(start, end, depth);
    if (isSplit) {
      end = splitNode<T>(at, start, end);
      goLeft(path + <usize>depth * STEP_BYTES, node, bestColumn);
      depth++;
      node++;
      continue;
    }
    node++;
    // up to the first node whose right child is still to be grown
    while (depth > 0 && !goRight(path + <usize>(depth - 1) * STEP_BYTES, node)) depth--;
    if (depth === 0) return node;
    const parent = nodes + <usize>load<i32>(path + <usize>(depth - 1) * STEP_BYTES) * NODE_BYTES;
    start = load<i32>(parent + NODE_BYTES, 12);
    end = load<i32>(parent, 12);
  }
}

function startColumns(): void {
  for (let column = 0; column < columns; column++) {
    store<i32>(at32(order, column), column);
    store<i32>(at32(lows, column), 0);
    store<i32>(at32(highs, column), load<i32>(at32(rankCounts, column)) - 1);
    store<f64>(gains + ((<usize>column) << 3), 0);
  }
}

/** Writes the best split into a node and parts its records; gives where those of the right child start. */
function splitNode<T>(node: usize, start: i32, end: i32): i32 {
  const column = bestColumn;
  const gain = gains + ((<usize>column) << 3);
  store<f64>(gain, load<f64>(gain) + max<f64>(bestScore - nodeScore<T>(), 0));
  const middle = partition<T>(column, bestBound, start, end);
  store<i32>(node, column);
  store<f32>(node, isRandomSplit ? bestThreshold : midThreshold(column), 4);
  return middle;
}

/** Midway between the largest value on the left, a, and the smallest on the right, b; `a` where rounding reaches b. */
function midThreshold(column: i32): f32 {
  const a = load<f32>(edgeOf(column, leftRank), 4);
  const b = load<f32>(edgeOf(column, rightRank));
  const middle = <f32>((<f64>a + <f64>b) / 2);
  return middle >= a && middle < b ? middle : a;
}

/** Goes down to the left child: its ranks of the column end where the partition found them to. */
function goLeft(step: usize, node: i32, column: i32): void {
  store<i32>(step, node);
  store<i32>(step, load<i32>(at32(highs, column)), 4);
  store<i32>(step, rightRank, 8);
  store<i32>(at32(highs, column), leftRank);
}

/** Goes over to the right child, which is node `next`; from there it goes back up, and gives false. */
function goRight(step: usize, next: i32): bool {
  const parent = nodes + <usize>load<i32>(step) * NODE_BYTES;
  const column = load<i32>(parent);
  if (load<i32>(parent, 16) !== 0) {
    store<i32>(at32(lows, column), load<i32>(step, 4));
    return false;
  }
  store<i32>(parent, next, 16);
  store<i32>(at32(highs, column), load<i32>(step, 4));
  store<i32>(step, load<i32>(at32(lows, column)), 4);
  store<i32>(at32(lows, column), load<i32>(step, 8));
  return true;
}
