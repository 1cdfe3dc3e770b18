import { createRandom } from '../stats/random.js';

export interface SplitOptions {
  /** Share of the rows that are held out, 0..1. */
  readonly testShare: number;
  readonly seed: number;
  /** `tail` holds out the last rows, for data in time order. */
  readonly method: 'random' | 'stratified' | 'tail';
  /** Class of each row, for `stratified`; rows with NaN are a stratum of their own. */
  readonly classes?: Float64Array;
}

/** Row numbers of both parts, ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly method: 'random' | 'stratified' | 'tail';
}

/**
 * Splits rows into a part to train on and a part held out: round(rows × testShare) rows, but with two rows or
 * more neither part is empty unless the share is 0 or 1. Stratified: each class gives its share, by largest
 * remainder (the smaller class at a tie), and every class keeps a row for training if there is room.
 * @throws RangeError for a share outside 0..1, or `stratified` without classes
 */
export function splitRows(rows: number, { testShare, seed, method, classes }: SplitOptions): Split {
  if (!(testShare >= 0 && testShare <= 1))
    throw new RangeError(`the share held out must be 0..1: ${testShare}`);
  const held = heldOut(rows, testShare);
  if (method === 'tail') {
    const order = allRows(rows);
    return { train: order.slice(0, rows - held), test: order.slice(rows - held), method };
  }
  const random = createRandom(seed);
  const isTest = new Uint8Array(rows);
  for (const { members, count } of strata(
    rows,
    held,
    method === 'stratified' ? classesOf(classes) : undefined,
  )) {
    random.shuffle(members);
    for (let i = 0; i < count; i++) isTest[members[i] as number] = 1;
  }
  return { train: rowsWhere(isTest, 0, rows - held), test: rowsWhere(isTest, 1, held), method };
}

/** How many rows a share is. */
export function heldOut(rows: number, share: number): number {
  const count = Math.round(rows * share);
  if (rows < 2 || share === 0 || share === 1) return count;
  return Math.min(Math.max(count, 1), rows - 1);
}

function classesOf(classes: Float64Array | undefined): Float64Array {
  if (classes === undefined) throw new RangeError('a stratified split needs the classes');
  return classes;
}

interface Stratum {
  readonly members: Int32Array;
  /** How many of them are held out. */
  count: number;
}

function strata(rows: number, held: number, classes: Float64Array | undefined): Stratum[] {
  const shares = membersByClass(rows, classes).map((members) => {
    const exact = rows === 0 ? 0 : (members.length * held) / rows;
    return { members, count: Math.floor(exact), remainder: exact - Math.floor(exact) };
  });
  let left = held - shares.reduce((sum, { count }) => sum + count, 0);
  const byRemainder = [...shares].sort(
    (a, b) => b.remainder - a.remainder || a.members.length - b.members.length,
  );
  // As long as it goes, from classes that have a row to spare; only then from those that lose their last.
  for (const spare of [1, 0]) {
    for (let isMoving = true; isMoving; ) {
      isMoving = false;
      for (const share of byRemainder) {
        if (left === 0 || share.members.length - share.count <= spare) continue;
        share.count++;
        left--;
        isMoving = true;
      }
    }
  }
  return shares;
}

/** The rows of each class, ascending, classes in order of first appearance. */
function membersByClass(rows: number, classes: Float64Array | undefined): Int32Array[] {
  if (classes === undefined) return rows === 0 ? [] : [allRows(rows)];
  const position = new Map<number, number>();
  const classOf = new Int32Array(rows);
  const counts: number[] = [];
  for (let row = 0; row < rows; row++) {
    const key = classes[row] as number;
    let own = position.get(key);
    if (own === undefined) {
      own = counts.push(0) - 1;
      position.set(key, own);
    }
    classOf[row] = own;
    counts[own] = (counts[own] as number) + 1;
  }
  const members = counts.map((count) => new Int32Array(count));
  const next = new Int32Array(counts.length);
  for (let row = 0; row < rows; row++) {
    const own = classOf[row] as number;
    const at = next[own] as number;
    (members[own] as Int32Array)[at] = row;
    next[own] = at + 1;
  }
  return members;
}

function allRows(rows: number): Int32Array {
  const all = new Int32Array(rows);
  for (let row = 0; row < rows; row++) all[row] = row;
  return all;
}

/** The rows that are marked, or those that are not. */
function rowsWhere(marks: Uint8Array, mark: 0 | 1, count: number): Int32Array {
  const rows = new Int32Array(count);
  let at = 0;
  for (let row = 0; row < marks.length; row++) if (marks[row] === mark) rows[at++] = row;
  return rows;
}
