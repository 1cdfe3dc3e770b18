import { areSumsExact } from './exact-sums.js';
import { keyOf, LOWEST_KEY } from './keys.js';
import { ALWAYS_LEFT, FIRST_COLUMN_SLOT, LANES, type TreeSource, type TreeTable } from './tree-table.js';

const MOST_COLUMNS = 1 << 24;
const MOST_OUTPUTS = 1 << 16;
const WORD_BITS = 32;

/**
 * Lays trees out for scoring; null where a number is out of range, a node has no parent or two, or the table would be too
 * large for its words. What a file holds is not trusted: a walk through a table that is returned stays in it and ends.
 */
export function layOut(source: TreeSource): TreeTable | null {
  if (!areEntriesSound(source)) return null;
  const slots = assignSlots(source);
  if (slots === null) return null;
  const slotBits = WORD_BITS - Math.clz32(FIRST_COLUMN_SLOT + slots.list.length - 1);
  const positions = source.nodes + source.trees + 2;
  if (positions / 2 > 2 ** (WORD_BITS - slotBits)) return null;
  const nodes = sharedInts(2 * positions);
  const placed = placeTrees(source, slots.slotOf, slotBits, nodes);
  if (placed === null) return null;
  const order = orderOf(source, placed);
  if (order === null) return null;
  const roots = sharedInts(Math.ceil(order.length / LANES) * LANES);
  const depths = sharedInts(roots.length / LANES);
  order.forEach((tree, lane) => {
    const group = Math.floor(lane / LANES);
    roots[lane] = placed.roots[tree] as number;
    depths[group] = Math.max(depths[group] as number, placed.depths[tree] as number);
  });
  const list = sharedInts(slots.list.length);
  list.set(slots.list);
  return {
    outputs: source.outputs,
    columns: slots.columns,
    slotBits,
    slots: list,
    nodes,
    values: new Float32Array(nodes.buffer),
    roots,
    depths,
    ...packEntries(source),
  };
}

function areEntriesSound({ outputs, entryOutput, entryValue }: TreeSource): boolean {
  if (!(outputs >= 1 && outputs <= MOST_OUTPUTS)) return false;
  for (let entry = 0; entry < entryOutput.length; entry++) {
    if ((entryOutput[entry] as number) >= outputs || !Number.isFinite(entryValue[entry])) return false;
  }
  return true;
}

interface Slots {
  /** By twice the column, plus 1 where a missing value goes left. */
  readonly slotOf: Int32Array;
  /** The other way round, from `FIRST_COLUMN_SLOT` on. */
  readonly list: readonly number[];
  readonly columns: number;
}

/** A row's keys are made for the columns that are asked about, twice where missing values go both ways. */
function assignSlots({ isSplit, column, missingLeft }: TreeSource): Slots | null {
  // leaves are in no order that a processor could guess: they are counted as nothing instead of being left out
  let last = -1;
  let flags = 0;
  for (let node = 0; node < isSplit.length; node++) {
    const isAsked = isSplit[node] as number;
    last = Math.max(last, ((column[node] as number) + 1) * isAsked - 1);
    flags |= (missingLeft[node] as number) * isAsked;
  }
  if (last >= MOST_COLUMNS || flags > 1) return null;
  const columns = last + 1;
  const slotOf = new Int32Array(2 * columns + 1);
  for (let node = 0; node < isSplit.length; node++) {
    const isAsked = isSplit[node] as number;
    const question = (2 * (column[node] as number) + (missingLeft[node] as number)) * isAsked;
    slotOf[question] = (slotOf[question] as number) | isAsked;
  }
  const list: number[] = [];
  for (let question = 0; question < slotOf.length; question++) {
    if (slotOf[question] === 0) continue;
    slotOf[question] = FIRST_COLUMN_SLOT + list.length;
    list.push(question);
  }
  return { slotOf, list, columns };
}

/** What is known once all nodes have their place. */
interface Placed {
  /** Of each tree: the word of its root, most splits on a way, and its greatest |value|. */
  readonly roots: Int32Array;
  readonly depths: Int32Array;
  readonly largest: Float64Array;
}

/** What is written while nodes get their places. */
interface Layout {
  readonly words: Int32Array;
  readonly slotOf: Int32Array;
  readonly slotBits: number;
  /** Of each node, counted in nodes; 0 where it has none yet: there lies the tree that adds nothing. */
  readonly place: Int32Array;
  /** Of a split: the splits above it. Of a leaf: its tree. */
  readonly note: Int32Array;
  /** The place that comes next. */
  next: number;
}

function placeTrees(
  source: TreeSource,
  slotOf: Int32Array,
  slotBits: number,
  words: Int32Array,
): Placed | null {
  const { trees, nodes, outputs, entryValue } = source;
  const layout: Layout = {
    words,
    slotOf,
    slotBits,
    place: new Int32Array(nodes),
    note: new Int32Array(nodes),
    next: 2,
  };
  words[0] = ALWAYS_LEFT;
  words[1] = outputs === 1 ? 0 : entryValue.length;
  const roots = new Int32Array(trees);
  const depths = new Int32Array(trees);
  for (let tree = 0; tree < trees; tree++) {
    roots[tree] = 2 * layout.next;
    const depth = placeTree(source, layout, tree);
    if (depth < 0) return null;
    depths[tree] = depth;
  }
  if (layout.next !== nodes + trees + 2) return null;
  const largest = new Float64Array(trees);
  return writeLeaves(source, layout, largest) ? { roots, depths, largest } : null;
}

/** Gives the nodes of a tree their places and writes its splits: the most on one way, or −1 where it is no tree. */
function placeTree(source: TreeSource, layout: Layout, tree: number): number {
  const { starts, nodes, isSplit, left, right, column, missingLeft, threshold } = source;
  const { words, slotOf, slotBits, place, note } = layout;
  const start = starts[tree] as number;
  const end = starts[tree + 1] as number;
  const firstLeaf = isSplit.length;
  let { next } = layout;
  place[start] = next;
  next += 2;
  if (isSplit[start] === 0) note[start] = tree;
  let deepest = 0;
  for (let node = start; node < end; node++) {
    const own = place[node] as number;
    if (own === 0) return -1;
    if (isSplit[node] === 0) continue;
    const isMissingLeft = missingLeft[node] as number;
    const slot = slotOf[2 * (column[node] as number) + isMissingLeft] as number;
    words[2 * own] = ((next >> 1) << slotBits) | slot;
    // no number is at most NaN: all go right but a missing value that goes left, whose key is the lowest
    words[2 * own + 1] = keyOf(threshold[node] as number, LOWEST_KEY);
    const level = (note[node] as number) + 1;
    if (level > deepest) deepest = level;
    for (let side = 0; side < 2; side++) {
      const child = (side === 0 ? left[node] : right[node]) as number;
      // a child comes after its parent, is of the same tree, and has no other parent
      if (child <= node || child >= nodes || (child >= end && child < firstLeaf)) return -1;
      if (place[child] !== 0) return -1;
      place[child] = next++;
      note[child] = child < firstLeaf && isSplit[child] === 1 ? level : tree;
    }
  }
  layout.next = next;
  return deepest;
}

/** Writes the leaves, and the greatest |value| of each tree; false where a leaf has no value. */
function writeLeaves(
  { outputs, nodes, isSplit, firstEntry, entryNode, entryValue }: TreeSource,
  { words, slotBits, place, note }: Layout,
  largest: Float64Array,
): boolean {
  const valueBits = new Int32Array(entryValue.buffer, entryValue.byteOffset, entryValue.length);
  for (let node = 0; node < nodes; node++) {
    if (node < isSplit.length && isSplit[node] === 1) continue;
    const own = place[node] as number;
    const first = firstEntry[node] as number;
    // with one output, zeros are written too
    if (first < 0 && outputs === 1) return false;
    words[2 * own] = ((own >> 1) << slotBits) | (own & 1);
    if (outputs === 1) words[2 * own + 1] = valueBits[first] as number;
    else words[2 * own + 1] = first < 0 ? entryValue.length : first;
    if (first < 0) continue;
    const tree = note[node] as number;
    for (let entry = first; entry < entryNode.length && entryNode[entry] === node; entry++) {
      const size = Math.abs(entryValue[entry] as number);
      if (size > (largest[tree] as number)) largest[tree] = size;
    }
  }
  return true;
}

/**
 * The order in which trees are walked; null where sums could depend on the order in which ONNX Runtime adds. Trees that are
 * walked side by side should end together; of lookups and layers the order is kept.
 */
function orderOf(source: TreeSource, { depths, largest }: Placed): Int32Array | null {
  const order = Int32Array.from({ length: source.trees }, (_, tree) => tree);
  const most = largest.reduce((a, b) => (source.isLayered ? Math.max(a, b) : a + b), 0);
  if (!areSumsExact(source.entryValue, most)) return source.isLookup ? order : null;
  if (source.isLayered) return order;
  return order.sort((a, b) => (depths[a] as number) - (depths[b] as number) || a - b);
}

function packEntries({ outputs, entryNode, entryOutput, entryValue }: TreeSource) {
  const entries = outputs === 1 ? 0 : entryValue.length + 1;
  const entryOutputs = sharedInts(entries);
  const entryValues = new Float32Array(new SharedArrayBuffer(4 * entries));
  if (entries === 0) return { entryOutputs, entryValues };
  entryValues.set(entryValue);
  for (let entry = 0; entry < entryOutput.length; entry++) {
    const output = entryOutput[entry] as number;
    entryOutputs[entry] = entryNode[entry] === entryNode[entry + 1] ? output : ~output;
  }
  entryOutputs[entries - 1] = ~0;
  return { entryOutputs, entryValues };
}

function sharedInts(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}
