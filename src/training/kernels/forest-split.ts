import { countRows, limitCandidates, listFilled, listMarked } from './forest-bins';
import { columnOf, fillFour, lowOf, markFour, markOne, setLane, shiftOf } from './forest-histogram';
import { gather } from './forest-gather';
import { startNode, rootWeight } from './forest-node';
import { drawnBound, drawnThreshold, fillDrawn } from './forest-random-split';
import { bestScore, nodeScore, nodeWeight, scan } from './forest-scan';
import { fillSorted } from './forest-small';
import {
  at32,
  BIN_LIST,
  BIN_RANKS,
  columns,
  highs,
  histograms,
  isRandomSplit,
  laneBytes,
  LANES,
  lows,
  maxDepth,
  maxFeatures,
  minDecrease,
  minSamplesLeaf,
  minSamplesSplit,
  order,
  scratch,
  weights,
} from './forest-state';
import { nextBelow } from './random';

/** Nodes of fewer rows are scanned by sorting; those of at least so many fill most bins. */
const FEW_ROWS: i32 = 24;
const MANY_ROWS: i32 = 512;

/** The best split of the node: rows whose rank is below the bound go left. */
export let bestColumn: i32 = -1;
export let bestBound: i32 = 0;
/** The threshold, where it was drawn. */
export let bestThreshold: f32 = 0;

/** Looks for the best split of a node; false where it is to be a leaf. */
export function findSplit<T>(start: i32, end: i32, depth: i32): bool {
  const size = end - start;
  if (depth >= maxDepth || size < minSamplesSplit || size < 2 * minSamplesLeaf) return false;
  if (!startNode<T>(start, end)) return false;
  gather<T>(start, end);
  bestColumn = -1;
  // two rows are split equally well by every column that tells them apart: the first one is taken; a row that weighs two is
  // no such pair, so that whole weights draw as repeated rows would
  const isPair = size === 2 && (weights === 0 || nodeWeight === 2);
  const atOnce = isPair ? 1 : maxFeatures;
  let drawn = 0;
  while (drawn < atOnce) drawColumn(drawn++);
  let varying = tryColumns<T>(0, drawn, start, end);
  // columns that are constant in the node do not count: go on until one varies
  while (varying === 0 && drawn < columns) {
    drawColumn(drawn);
    varying = tryColumns<T>(drawn, drawn + 1, start, end);
    drawn++;
  }
  if (bestColumn < 0) return false;
  if (minDecrease === 0) return true;
  return bestScore - nodeScore<T>() + f64.EPSILON * rootWeight >= minDecrease * rootWeight;
}

/** One step of a Fisher–Yates shuffle: any of the columns from `position` on is put there. */
function drawColumn(position: i32): void {
  const pick = at32(order, position + <i32>nextBelow(columns - position));
  const column = load<i32>(pick);
  store<i32>(pick, load<i32>(at32(order, position)));
  store<i32>(at32(order, position), column);
}

/** Looks for a better split in the columns drawn at `from … to − 1`; gives how many of them are not constant in the node. */
function tryColumns<T>(from: i32, to: i32, start: i32, end: i32): i32 {
  let varying = 0;
  let lane = 0;
  for (let position = from; position < to; position++) {
    const column = load<i32>(at32(order, position));
    const low = load<i32>(at32(lows, column));
    const range = load<i32>(at32(highs, column)) - low;
    if (range === 0) continue;
    if (isRandomSplit || end - start < FEW_ROWS) {
      setLane(0, column, low, -1);
      varying += tryBins<T>(0, isRandomSplit ? fillDrawn<T>(column, start, end) : fillSorted<T>(column, start, end));
      continue;
    }
    setLane(lane++, column, low, max(0, 24 - <i32>clz<i32>(range)));
    if (lane === LANES) {
      varying += tryLanes<T>(lane, start, end);
      lane = 0;
    }
  }
  return varying + tryLanes<T>(lane, start, end);
}

/** Fills and scans the lanes that are set. */
function tryLanes<T>(count: i32, start: i32, end: i32): i32 {
  const isMarked = count < LANES || end - start < MANY_ROWS;
  if (count < LANES) {
    for (let lane = 0; lane < count; lane++) markOne<T>(lane, start, end);
  } else if (isMarked) markFour<T>(start, end);
  else fillFour<T>(start, end);
  let varying = 0;
  for (let lane = 0; lane < count; lane++) {
    const range = load<i32>(at32(highs, columnOf(lane))) - lowOf(lane);
    const bins = (range >> shiftOf(lane)) + 1;
    const size = isMarked ? listMarked(lane) : listFilled<T>(histograms + <usize>lane * laneBytes, bins);
    if (minSamplesLeaf > 1) countRows<T>(lane, start, end);
    varying += tryBins<T>(lane, size);
  }
  return varying;
}

/** Scans the listed bins of a lane; 1 where the column varies, else 0. */
function tryBins<T>(lane: i32, size: i32): i32 {
  limitCandidates(size);
  const found = scan<T>(histograms + <usize>lane * laneBytes, size);
  if (found >= 0) {
    bestColumn = columnOf(lane);
    if (isRandomSplit) {
      bestBound = drawnBound;
      bestThreshold = drawnThreshold;
    } else if (shiftOf(lane) < 0) bestBound = load<i32>(at32(scratch + BIN_RANKS, found + 1));
    else bestBound = lowOf(lane) + ((load<i32>(at32(scratch + BIN_LIST, found)) + 1) << shiftOf(lane));
  }
  return <i32>(size > 1);
}
