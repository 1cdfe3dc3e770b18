/*
 * Kernels. The loops over rows and bins are closures made once per worker by `create…` functions, over arrays
 * bound to `const`. V8 compiles such a closure with the addresses and lengths of the arrays built in; the same
 * loop over parameters or fields checks and loads them again for every element and takes three times as long.
 */

/**
 * Finds the best split of one node of a tree. A splitter owns the sampled rows of the tree being grown; every
 * node is a range `start ... end` of them, partitioned in place as the tree grows.
 *
 * Only splits that leave at least `minSamplesLeaf` rows on either side count.
 */
export interface Splitter {
  /** Starts a tree with row r drawn `draws[r]` times; gives the number of rows that were drawn at all. */
  readonly beginTree: (draws: Int32Array) => number;
  /** Starts a node; false where all its rows have the same target. */
  readonly beginNode: (start: number, end: number) => boolean;
  /** Looks for a better split in `columns[from ... to]`; gives how many of them are not constant in the node. */
  readonly tryColumns: (columns: Int32Array, from: number, to: number) => number;
  /** The best split of the node so far. */
  readonly best: BestSplit;
  /** Moves the rows that go left under the best split to the front; gives where the others start. */
  readonly partition: () => number;
  /** Weight of the node's rows: how often they were drawn in all. */
  readonly nodeWeight: () => number;
  /** The score of the node as a leaf; a split decreases weight × impurity by its score minus this. */
  readonly nodeScore: () => number;
  /** Writes the prediction of the node's rows, one value per output. */
  readonly leafValues: (into: Float64Array) => void;
}

export interface BestSplit {
  /** −1 where no split was found. */
  column: number;
  /** Last occupied bin on the left and first occupied bin on the right. */
  leftBin: number;
  rightBin: number;
  /** The higher, the better: weight × impurity of the children is a constant of the node minus the score. */
  score: number;
}

export function createBestSplit(): BestSplit {
  return { column: -1, leftBin: 0, rightBin: 0, score: Number.NEGATIVE_INFINITY };
}

/** Forgets the split of the node before. */
export function clearSplit(best: BestSplit): void {
  best.column = -1;
  best.score = Number.NEGATIVE_INFINITY;
}

/**
 * Looks through the split points of the column counted in `lane`, keeps the best one of the candidate range and
 * clears the lane. The bins to look at are the `size` entries of the bin list from `first` on; those without
 * rows are passed over. Gives the number of bins with rows.
 */
export type Scan = (lane: number, column: number, first: number, size: number) => number;
