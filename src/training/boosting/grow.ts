import type { Tree } from '../ensemble.js';
import { TreeBuffer } from '../tree-buffer.js';
import type { RunPhase } from './crew.js';
import { binsAt, type Layout, NODE_BYTES } from './layout.js';
import { type Bounds, NodeValues, UNBOUNDED } from './node-values.js';
import { type Precision, precisionOf, type Scales } from './precision.js';
import type { BoostingSettings } from './settings.js';
import { readSplit, type Split, type Sums } from './split.js';
import { type Desk, PHASES, WORDS } from './tasks.js';

/** A leaf of the tree that is grown: a range of the row numbers. */
interface Leaf {
  /** Its number in the tree. */
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly sums: Sums;
  readonly bounds: Bounds;
  /** Where its histograms are kept, −1 where they are not. */
  slot: number;
  /** Its best split and what that gains; null where there is none. */
  split: Split | null;
  gain: number;
}

/** Below so many nanoseconds of work a phase is over before other threads have heard of it. */
const WORTH_SHARING_NS = 12_000;
const ROW_NS = 1;
const CELL_NS = 3;

/**
 * Grows one tree leaf by leaf, the leaf of largest gain first (as LightGBM does; H. Shi, "Best-first decision tree
 * learning", 2007). Of two children only the smaller one's histograms are built; the other's are the parent's less these.
 */
export class LeafwiseGrower {
  readonly #layout: Layout;
  readonly #settings: BoostingSettings;
  readonly #desk: Desk;
  readonly #runPhase: RunPhase;
  readonly #cuts: readonly Float32Array[];
  readonly #precision: Precision;
  readonly #buffer = new TreeBuffer(1);
  readonly #boundCells: Float64Array;
  readonly #totals: BigInt64Array;
  readonly #nodes: DataView;
  #freeSlots: number[] = [];
  #leaves: Leaf[] = [];
  #values: NodeValues;

  constructor(
    layout: Layout,
    settings: BoostingSettings,
    cuts: readonly Float32Array[],
    desk: Desk,
    runPhase: RunPhase,
  ) {
    const { memory, at } = layout;
    this.#layout = layout;
    this.#settings = settings;
    this.#cuts = cuts;
    this.#desk = desk;
    this.#runPhase = runPhase;
    this.#precision = precisionOf(layout.trainingRows);
    this.#boundCells = new Float64Array(memory.buffer, at.bounds, 4);
    this.#totals = new BigInt64Array(memory.buffer, at.totals, 4);
    this.#nodes = new DataView(memory.buffer, at.nodes, NODE_BYTES * 2 * layout.numLeaves);
    this.#values = new NodeValues(settings, { gradient: 1, hessian: 1 }, this.#precision);
  }

  /**
   * Grows a tree on the rows `ids[0 ... rows]` by the rounded gradients, and leaves its leaves on the desk: where their rows
   * start, and their values before the learning rate.
   *
   * @param isTable whether the ids are 0 ... rows − 1
   * @returns how many leaves there are
   */
  grow(
    scales: Scales,
    rows: number,
    isTable: boolean,
  ): { readonly leaves: number; readonly gains: Float64Array } {
    const { numLeaves, leastGain } = this.#settings;
    const gains = new Float64Array(this.#layout.bins.length);
    this.#values = new NodeValues(this.#settings, scales, this.#precision);
    const penalties = new Float64Array(this.#layout.memory.buffer, this.#layout.at.penalties, 3);
    penalties.set([this.#values.lambda, this.#values.alpha, this.#values.leastHessian]);
    this.#buffer.clear();
    this.#freeSlots = Array.from({ length: this.#layout.slots - 1 }, (_, slot) => slot).reverse();
    this.#leaves = [this.#plantRoot(rows, isTable)];
    while (this.#leaves.length < numLeaves) {
      const leaf = this.#mostPromising();
      if (leaf === undefined || leaf.split === null || leaf.gain <= leastGain) break;
      (gains[leaf.split.column] as number) += leaf.gain;
      this.#divide(leaf, leaf.split, this.#leaves.length + 1 < numLeaves);
    }
    this.#leaves.sort((a, b) => a.start - b.start);
    this.#leaves.forEach((leaf, index) => {
      this.#desk.leafStarts[index] = leaf.start;
      this.#desk.leafValues[index] = this.#values.valueOf(leaf.sums, leaf.bounds);
    });
    this.#desk.leafStarts[this.#leaves.length] = rows;
    return { leaves: this.#leaves.length, gains };
  }

  /** Keeps values between the bounds of their leaves. */
  boundValue(leaf: number, value: number): number {
    const { bounds } = this.#leaves[leaf] as Leaf;
    return this.#values.boundedValue(value, bounds);
  }

  /**
   * The tree that was grown last, with one of `outputs` values filled at each leaf.
   * @param weightOf weight of the rows of each leaf
   */
  finish(outputs: number, output: number, weightOf: (start: number, end: number) => number): Tree {
    const tree = this.#buffer.finish();
    const value = new Float64Array(tree.feature.length * outputs);
    this.#leaves.forEach((leaf, index) => {
      value[leaf.node * outputs + output] = this.#desk.leafValues[index] as number;
      tree.cover[leaf.node] = weightOf(leaf.start, leaf.end);
    });
    for (let node = tree.feature.length - 1; node >= 0; node--) {
      if ((tree.feature[node] as number) < 0) continue;
      const left = tree.cover[tree.left[node] as number] as number;
      tree.cover[node] = left + (tree.cover[tree.right[node] as number] as number);
    }
    return { ...tree, value };
  }

  /** Writes the leaf values into the tree that is told in bins, for rows that were not in it. */
  writeNodeValues(): void {
    this.#leaves.forEach((leaf, index) => {
      const at = leaf.node * NODE_BYTES;
      this.#nodes.setUint32(at, 0, true);
      this.#nodes.setFloat64(at + 24, this.#desk.leafValues[index] as number, true);
    });
  }

  #plantRoot(rows: number, isTable: boolean): Leaf {
    const { words } = this.#desk;
    words[WORDS.isRoot] = 1;
    words[WORDS.isTable] = isTable ? 1 : 0;
    this.#setBounds(0, UNBOUNDED);
    const slot = this.#freeSlots.pop() as number;
    this.#build(slot, -1, 0, rows, true, false);
    words[WORDS.isRoot] = 0;
    words[WORDS.isTable] = 0;
    const { columnsUsed } = this.#desk;
    const sums = this.#rootSums(columnsUsed.indexOf(1));
    const root: Leaf = {
      node: this.#buffer.addNode(0),
      start: 0,
      end: rows,
      depth: 0,
      sums,
      bounds: UNBOUNDED,
      slot,
      split: null,
      gain: 0,
    };
    this.#takeBestSplit(0, root);
    return root;
  }

  #rootSums(column: number): Sums {
    const { memory, bins, at } = this.#layout;
    const address = at.splits + (bins.length + column) * 32;
    const [gradient = 0n, packed = 0n] = new BigInt64Array(memory.buffer, address, 2);
    return { gradient, packed: BigInt.asUintN(64, packed) };
  }

  /** The leaf of largest gain, the earliest of equals. */
  #mostPromising(): Leaf | undefined {
    let best: Leaf | undefined;
    let most = 0;
    for (const leaf of this.#leaves) {
      if (leaf.gain <= most) continue;
      most = leaf.gain;
      best = leaf;
    }
    return best;
  }

  #divide(leaf: Leaf, split: Split, isGrownFurther: boolean): void {
    const { start, end, depth, node, bounds } = leaf;
    const leftSums = split.left;
    const rightSums = {
      gradient: leaf.sums.gradient - leftSums.gradient,
      packed: leaf.sums.packed - leftSums.packed,
    };
    const leftRows = this.#values.rowsOf(leftSums);
    const middle = start + leftRows;
    const isLeftSmall = 2 * leftRows <= end - start;
    const [leftBounds, rightBounds] = this.#childBounds(split, leftSums, rightSums, bounds);
    const left: Leaf = {
      node: this.#buffer.addNode(0),
      start,
      end: middle,
      depth: depth + 1,
      sums: leftSums,
      bounds: leftBounds,
      slot: -1,
      split: null,
      gain: 0,
    };
    const right: Leaf = {
      ...left,
      node: this.#buffer.addNode(0),
      start: middle,
      end,
      sums: rightSums,
      bounds: rightBounds,
    };
    this.#link(node, split, left.node, right.node);
    const small = isLeftSmall ? left : right;
    const large = isLeftSmall ? right : left;
    const canSmall = isGrownFurther && this.#canSplit(small);
    const canLarge = isGrownFurther && this.#canSplit(large);
    const isBuilt = canSmall || (canLarge && leaf.slot >= 0);
    this.#partition(leaf, split, leftRows, isBuilt ? (isLeftSmall ? 1 : 0) : -1);
    this.#leaves.splice(this.#leaves.indexOf(leaf), 1, left);
    this.#leaves.push(right);
    this.#findSplits(leaf, small, large, canSmall, canLarge);
  }

  #findSplits(parent: Leaf, small: Leaf, large: Leaf, canSmall: boolean, canLarge: boolean): void {
    const spare = this.#layout.slots - 1;
    if (parent.slot >= 0 && (canSmall || canLarge)) {
      small.slot = canSmall ? (this.#freeSlots.pop() ?? -1) : -1;
      large.slot = parent.slot;
      this.#place(0, small);
      this.#place(1, large);
      this.#build(
        small.slot < 0 ? spare : small.slot,
        parent.slot,
        small.start,
        small.end,
        canSmall,
        canLarge,
      );
      if (canSmall) this.#takeBestSplit(0, small);
      if (canLarge) this.#takeBestSplit(1, large);
    } else {
      large.slot = parent.slot;
      // without the parent's histograms, each child's are built
      if (canSmall) this.#findSplitAlone(small);
      if (canLarge) {
        const gather = [large.start, large.end] as const;
        this.#shareRows(PHASES.gather, ...gather);
        this.#findSplitAlone(large);
      }
    }
    for (const leaf of [small, large]) if (leaf.split === null) this.#release(leaf);
  }

  #findSplitAlone(leaf: Leaf): void {
    leaf.slot = this.#freeSlots.pop() ?? -1;
    this.#place(0, leaf);
    this.#build(leaf.slot < 0 ? this.#layout.slots - 1 : leaf.slot, -1, leaf.start, leaf.end, true, false);
    this.#takeBestSplit(0, leaf);
  }

  #release(leaf: Leaf): void {
    if (leaf.slot >= 0) this.#freeSlots.push(leaf.slot);
    leaf.slot = -1;
  }

  #canSplit({ start, end, depth, sums }: Leaf): boolean {
    const { leastRows, maxDepth, leastHessian } = this.#settings;
    return (
      depth < maxDepth && end - start >= 2 * leastRows && this.#values.hessianOf(sums) >= 2 * leastHessian
    );
  }

  /** Midway between the children's values, where a constrained column parts them: Microsoft LightGBM's "basic" method. */
  #childBounds(split: Split, left: Sums, right: Sums, bounds: Bounds): readonly [Bounds, Bounds] {
    const direction = this.#settings.monotone[split.column] as number;
    if (direction === 0) return [bounds, bounds];
    const middle = (this.#values.outputOf(left, bounds) + this.#values.outputOf(right, bounds)) / 2;
    const below = { lower: bounds.lower, upper: middle };
    const above = { lower: middle, upper: bounds.upper };
    return direction > 0 ? [below, above] : [above, below];
  }

  #link(node: number, split: Split, left: number, right: number): void {
    const { column, bin, isMissingLeft } = split;
    const edges = this.#cuts[column] as Float32Array;
    this.#buffer.setSplit(node, column, edges[bin] as number, isMissingLeft);
    this.#buffer.setChild(node, true, left);
    this.#buffer.setChild(node, false, right);
    const at = node * NODE_BYTES;
    this.#nodes.setUint32(at, binsAt(this.#layout, column), true);
    this.#nodes.setInt32(at + 4, bin, true);
    this.#nodes.setInt32(at + 8, edges.length, true);
    this.#nodes.setInt32(at + 12, isMissingLeft ? 1 : 0, true);
    this.#nodes.setUint32(at + 16, left, true);
    this.#nodes.setUint32(at + 20, right, true);
  }

  #partition(leaf: Leaf, split: Split, lefts: number, isLeftGathered: number): void {
    const { words } = this.#desk;
    words[WORDS.column] = split.column;
    words[WORDS.lastBin] = split.bin;
    words[WORDS.isMissingLeft] = split.isMissingLeft ? 1 : 0;
    words[WORDS.lefts] = lefts;
    words[WORDS.isLeftGathered] = isLeftGathered;
    this.#shareRows(PHASES.sort, leaf.start, leaf.end);
    this.#shareRows(PHASES.collect, leaf.start, leaf.end);
  }

  #shareRows(phase: number, start: number, end: number): void {
    const { words } = this.#desk;
    words[WORDS.start] = start;
    words[WORDS.end] = end;
    this.#runPhase(phase, Math.ceil((end - start) / this.#layout.chunkRows));
  }

  #place(place: number, { sums, bounds }: Leaf): void {
    this.#totals[2 * place] = sums.gradient;
    this.#totals[2 * place + 1] = BigInt.asIntN(64, sums.packed);
    this.#setBounds(place, bounds);
  }

  #setBounds(place: number, { lower, upper }: Bounds): void {
    this.#boundCells[2 * place] = lower;
    this.#boundCells[2 * place + 1] = upper;
  }

  #build(
    slot: number,
    parent: number,
    start: number,
    end: number,
    isScanned: boolean,
    isOtherScanned: boolean,
  ): void {
    const { words } = this.#desk;
    const { bins, histogramBytes } = this.#layout;
    const pairs = Math.ceil(bins.length / 2);
    const work = (end - start) * bins.length * ROW_NS + (histogramBytes / 16) * CELL_NS;
    const tasks = work < WORTH_SHARING_NS ? 1 : Math.min(pairs, 512);
    words[WORDS.start] = start;
    words[WORDS.end] = end;
    words[WORDS.slot] = slot;
    words[WORDS.parent] = parent;
    words[WORDS.isScanned] = isScanned ? 1 : 0;
    words[WORDS.isOtherScanned] = isOtherScanned ? 1 : 0;
    words[WORDS.tasks] = tasks;
    this.#runPhase(PHASES.build, tasks);
  }

  /** Gives a leaf the best of the columns' splits, where one gains enough. */
  #takeBestSplit(place: number, leaf: Leaf): void {
    const split = readSplit(this.#layout, place, this.#desk.columnsUsed);
    if (split === null || !this.#values.isWorthIt(split, leaf.sums, leaf.bounds)) return;
    leaf.split = split;
    leaf.gain = this.#values.gainOf(split, leaf.sums, leaf.bounds);
  }
}
