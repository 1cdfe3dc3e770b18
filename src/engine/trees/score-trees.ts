import { HIGHEST_KEY, keyOf, LOWEST_KEY } from './keys.js';
import { ALWAYS_LEFT, ALWAYS_RIGHT, FIRST_COLUMN_SLOT, LANES, type TreeTable } from './tree-table.js';

/** Rows that go through a group of trees before the next group's turn, and keys that all of them have at most: 64 KB. */
const MOST_ROWS = 256;
const MOST_KEYS = 16_384;

let keys = new Int32Array(MOST_KEYS);
let keyFloats = new Float32Array(keys.buffer);
const ends = new Int32Array(LANES);

/**
 * Adds up the leaves that rows fall into: to the bit what ONNX Runtime's operator gives.
 *
 * @param x row-major, `rows × columns`
 * @param out row-major, `rows × outputs`: sums as float32
 * @throws RangeError where a row has fewer columns than the trees ask about
 */
export function scoreTrees(
  table: TreeTable,
  x: Float32Array,
  rows: number,
  out: Float32Array | Float64Array,
): void {
  if (rows === 0) return;
  const columns = x.length / rows;
  if (columns < table.columns)
    throw new RangeError(`rows of ${columns} columns for trees of ${table.columns}`);
  const stride = FIRST_COLUMN_SLOT + table.slots.length;
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_KEYS / stride)));
  if (stride > keys.length) growKeys(stride);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    makeKeys(table.slots, x, { first, count, columns });
    addLeaves(table, out, { first, count, stride });
  }
}

function growKeys(length: number): void {
  keys = new Int32Array(length);
  keyFloats = new Float32Array(keys.buffer);
}

/** The keys of some rows, one row behind the other. */
function makeKeys(
  slots: Int32Array,
  x: Float32Array,
  { first, count, columns }: { readonly first: number; readonly count: number; readonly columns: number },
): void {
  let at = 0;
  for (let row = first; row < first + count; row++) {
    const start = row * columns;
    keys[at + ALWAYS_LEFT] = LOWEST_KEY;
    keys[at + ALWAYS_RIGHT] = HIGHEST_KEY;
    at += FIRST_COLUMN_SLOT;
    for (let slot = 0; slot < slots.length; slot++, at++) {
      const question = slots[slot] as number;
      keyFloats[at] = x[start + (question >> 1)] as number;
      keys[at] = keyOf(keys[at] as number, (question & 1) === 1 ? LOWEST_KEY : HIGHEST_KEY);
    }
  }
}

function addLeaves(
  table: TreeTable,
  out: Float32Array | Float64Array,
  { first, count, stride }: { readonly first: number; readonly count: number; readonly stride: number },
): void {
  const { outputs, depths } = table;
  out.fill(0, first * outputs, (first + count) * outputs);
  for (let group = 0; group < depths.length; group++) {
    for (let row = 0; row < count; row++) {
      walkTrees(table, group, row * stride);
      if (outputs === 1) addValues(table.values, out, first + row);
      else addEntries(table, out, (first + row) * outputs);
    }
  }
}

/** Values lie on a grid, so that the order in which they are added makes no difference. */
function addValues(values: Float32Array, out: Float32Array | Float64Array, at: number): void {
  let sum = out[at] as number;
  for (let lane = 0; lane < LANES; lane++) sum += values[(ends[lane] as number) + 1] as number;
  out[at] = sum;
}

function addEntries(
  { nodes, entryOutputs, entryValues }: TreeTable,
  out: Float32Array | Float64Array,
  start: number,
): void {
  for (let lane = 0; lane < LANES; lane++) {
    let entry = nodes[(ends[lane] as number) + 1] as number;
    let output: number;
    do {
      output = entryOutputs[entry] as number;
      const at = start + (output < 0 ? ~output : output);
      out[at] = Math.fround((out[at] as number) + (entryValues[entry] as number));
      entry++;
    } while (output >= 0);
  }
}

/**
 * Walks the trees of a group side by side, each in a variable of its own, and leaves the words of their leaves in `ends`: one
 * walk waits for memory most of the time, eight seldom. No step branches: a comparison is 0 or 1 and is added to where the
 * pair of children starts; a walk that has ended stays at its leaf until all have.
 */
function walkTrees({ nodes, roots, depths, slotBits }: TreeTable, group: number, row: number): void {
  const mask = (1 << slotBits) - 1;
  const first = group * LANES;
  let a = roots[first] as number;
  let b = roots[first + 1] as number;
  let c = roots[first + 2] as number;
  let d = roots[first + 3] as number;
  let e = roots[first + 4] as number;
  let f = roots[first + 5] as number;
  let g = roots[first + 6] as number;
  let h = roots[first + 7] as number;
  for (let steps = depths[group] as number; steps > 0; steps -= 2) {
    a = step(nodes, keys, a, row, mask, slotBits);
    b = step(nodes, keys, b, row, mask, slotBits);
    c = step(nodes, keys, c, row, mask, slotBits);
    d = step(nodes, keys, d, row, mask, slotBits);
    e = step(nodes, keys, e, row, mask, slotBits);
    f = step(nodes, keys, f, row, mask, slotBits);
    g = step(nodes, keys, g, row, mask, slotBits);
    h = step(nodes, keys, h, row, mask, slotBits);
    const a1 = a;
    const b1 = b;
    const c1 = c;
    const d1 = d;
    const e1 = e;
    const f1 = f;
    const g1 = g;
    const h1 = h;
    a = step(nodes, keys, a, row, mask, slotBits);
    b = step(nodes, keys, b, row, mask, slotBits);
    c = step(nodes, keys, c, row, mask, slotBits);
    d = step(nodes, keys, d, row, mask, slotBits);
    e = step(nodes, keys, e, row, mask, slotBits);
    f = step(nodes, keys, f, row, mask, slotBits);
    g = step(nodes, keys, g, row, mask, slotBits);
    h = step(nodes, keys, h, row, mask, slotBits);
    const moved = (a ^ a1) | (b ^ b1) | (c ^ c1) | (d ^ d1) | (e ^ e1) | (f ^ f1) | (g ^ g1) | (h ^ h1);
    if (moved === 0) break;
  }
  ends[0] = a;
  ends[1] = b;
  ends[2] = c;
  ends[3] = d;
  ends[4] = e;
  ends[5] = f;
  ends[6] = g;
  ends[7] = h;
}

/** From a node to its child, as words. */
function step(
  nodes: Int32Array,
  rowKeys: Int32Array,
  node: number,
  row: number,
  mask: number,
  slotBits: number,
): number {
  const word = nodes[node] as number;
  const isRight = (rowKeys[(row + (word & mask)) | 0] as number) > (nodes[(node + 1) | 0] as number);
  // in this form V8 makes no branch of the comparison
  return (((word >>> slotBits) << 2) + (((isRight as unknown as number) | 0) << 1)) | 0;
}
