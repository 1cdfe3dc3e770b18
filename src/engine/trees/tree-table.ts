/** Trees that are walked side by side: see `walkTrees`. */
export const LANES = 8;

/** Slots of a row's keys that come before those of the columns: at a leaf they keep a walk where it is. */
export const ALWAYS_LEFT = 0;
export const ALWAYS_RIGHT = 1;
export const FIRST_COLUMN_SLOT = 2;

/**
 * Trees laid out for scoring. Plain data; all arrays lie in shared memory, so that threads get it without a copy.
 *
 * A node is two 32-bit words, and the two children of a split lie side by side. The first word holds the number of the pair
 * of its children above `slotBits` bits for the slot of a row's keys that it asks about; the second is the key of its
 * threshold (see keys.ts). The children of a leaf are the pair it is in, and its slot leads back to itself; its second word
 * is its value, or with several outputs the place of its first entry.
 */
export interface TreeTable {
  readonly outputs: number;
  /** A row needs at least as many columns. */
  readonly columns: number;
  readonly slotBits: number;
  /** Of each slot from `FIRST_COLUMN_SLOT` on: twice its column, plus 1 where a missing value goes left. */
  readonly slots: Int32Array;
  readonly nodes: Int32Array;
  /** The same bytes as `nodes`. */
  readonly values: Float32Array;
  /** Word of each root; as many as full groups of `LANES` need, the last ones of a tree that adds nothing. */
  readonly roots: Int32Array;
  /** Most splits on a way through each group. */
  readonly depths: Int32Array;
  /** With several outputs: those of the leaves, where the last of a leaf has its bits turned around. Else empty. */
  readonly entryOutputs: Int32Array;
  readonly entryValues: Float32Array;
}

/** What is read of an operator, whatever its form. Nodes of a tree lie together, a split before its children. */
export interface TreeSource {
  readonly outputs: number;
  readonly trees: number;
  /** The first node of each tree, in order; behind them the number of nodes that may be splits. */
  readonly starts: Int32Array;
  /** Splits and leaves. */
  readonly nodes: number;
  /** 1 at splits; what lies behind its end are leaves. */
  readonly isSplit: Uint8Array;
  readonly column: Int32Array;
  /** Bits of a float32. */
  readonly threshold: Int32Array;
  readonly missingLeft: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Of each node: the first of its entries; −1 where it has none. */
  readonly firstEntry: Int32Array;
  /** A leaf's entries lie together; they end where the node changes. */
  readonly entryNode: Int32Array;
  readonly entryOutput: Int32Array;
  readonly entryValue: Float32Array;
  /** No more trees than outputs: each may have some of its own, and values off any grid. */
  readonly isLookup: boolean;
  /** Leaves have one output each: trees may be layers of one, of which a single one adds to an output. */
  readonly isLayered: boolean;
}
