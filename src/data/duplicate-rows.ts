import { featureColumns, type Schema, targetColumn } from './schema.js';
import { type Column, findColumn, type Table, takeRows } from './table.js';
import { MAX_INTEGER_CLASSES } from './target.js';

/** What is there twice in a table. */
export interface DuplicateRows {
  /** Rows that equal an earlier one in every column. */
  readonly count: number;
  /** The first few of them, from 1, each with the row that it equals. */
  readonly first: readonly { readonly row: number; readonly equals: number }[];
  /** Rows that equal an earlier one in every feature but have another class than it; 0 where the target is no class. */
  readonly conflicting: number;
  /** The rows, from 0, that are left when only the first of equals is kept. */
  readonly kept: Int32Array;
}

const SHOWN = 5;
const PARTS = 256;
const PART_SHIFT = 24;

/**
 * Rows that are there before, missing cells being equal to each other. By a hash of each row and an exact comparison
 * where hashes are equal: linear in the cells. Most tables have few rows whose features are there twice, and only
 * these are looked at again.
 */
export function findDuplicateRows(table: Table, schema: Schema): DuplicateRows {
  const names = new Set(featureColumns(schema).map(({ name }) => name));
  const features = table.columns.filter(({ name }) => names.has(name));
  const judged = features.length === 0 ? table.columns : features;
  const candidates = isDistinct(schema, judged, table.rows)
    ? new Int32Array()
    : repeated(finish(mixColumns(new Int32Array(table.rows), judged)));
  const part = candidates.length === table.rows ? table : takeRows(table, candidates);
  const few = findAmong(part, schema, names, isDistinct(schema, table.columns, table.rows));
  const first = few.first.map(([row, equals]) => ({
    row: (candidates[row] as number) + 1,
    equals: (candidates[equals] as number) + 1,
  }));
  const kept = rowsWithout(table.rows, candidates, few.isDropped);
  return { count: table.rows - kept.length, first, conflicting: few.conflicting, kept };
}

interface Found {
  /** The first few duplicates, from 0, each with the row that it equals. */
  readonly first: readonly (readonly [row: number, equals: number])[];
  readonly isDropped: Uint8Array;
  readonly conflicting: number;
}

function findAmong(
  table: Table,
  schema: Schema,
  featureNames: ReadonlySet<string>,
  isUnique: boolean,
): Found {
  const { rows, columns } = table;
  const features = columns.filter(({ name }) => featureNames.has(name));
  const others = columns.filter(({ name }) => !featureNames.has(name));
  const featureHashes = mixColumns(new Int32Array(rows), features);
  const hashes = mixColumns(featureHashes.slice(), others);
  const labels = features.length === 0 ? undefined : classLabels(table, schema);
  const earlier = isUnique ? undefined : firstEqual(columns, finish(hashes));
  const alike = labels === undefined ? undefined : firstEqual(features, finish(featureHashes));
  const first: [number, number][] = [];
  const isDropped = new Uint8Array(rows);
  let conflicting = 0;
  for (let row = 0; row < rows; row++) {
    const equals = earlier?.[row] ?? row;
    const other = alike?.[row] ?? row;
    if (equals !== row) {
      if (first.length < SHOWN) first.push([row, equals]);
      isDropped[row] = 1;
    } else if (labels !== undefined && other !== row && !isEqual(labels, other, row)) conflicting++;
  }
  return { first, isDropped, conflicting };
}

/** Whether one of the columns has another value in each row. */
function isDistinct(schema: Schema, columns: readonly Column[], rows: number): boolean {
  const names = new Set(columns.map(({ name }) => name));
  return schema.columns.some(
    ({ name, missing, unique }) => names.has(name) && missing === 0 && unique === rows,
  );
}

/** All rows but the candidates that are dropped. */
function rowsWithout(rows: number, candidates: Int32Array, isDropped: Uint8Array): Int32Array {
  const isOut = new Uint8Array(rows);
  let count = 0;
  candidates.forEach((row, index) => {
    isOut[row] = isDropped[index] as number;
    count += isDropped[index] as number;
  });
  const kept = new Int32Array(rows - count);
  let at = 0;
  for (let row = 0; row < rows; row++) if (isOut[row] === 0) kept[at++] = row;
  return kept;
}

/** Bits for each row: about one row in so many shares its bit by chance. */
const BITS_A_ROW = 32;

/** The rows whose hash another row has too, and a few more; ascending. Two bits for each place of the hash. */
function repeated(hashes: Int32Array): Int32Array {
  const bits = Math.min(31, Math.max(5, Math.ceil(Math.log2(Math.max(1, hashes.length) * BITS_A_ROW))));
  const shift = 32 - bits;
  const seen = new Int32Array(2 ** (bits - 5));
  const again = new Int32Array(2 ** (bits - 5));
  for (let row = 0; row < hashes.length; row++) {
    const place = (hashes[row] as number) >>> shift;
    const mask = 1 << (place & 31);
    const word = place >>> 5;
    const before = seen[word] as number;
    again[word] = (again[word] as number) | (before & mask);
    seen[word] = before | mask;
  }
  const rows = new Int32Array(hashes.length);
  let count = 0;
  for (let row = 0; row < hashes.length; row++) {
    const place = (hashes[row] as number) >>> shift;
    if (((again[place >>> 5] as number) >>> (place & 31)) & 1) rows[count++] = row;
  }
  return rows.slice(0, count);
}

/** The target where its values are classes. */
function classLabels(table: Table, schema: Schema): Column | undefined {
  const target = targetColumn(schema);
  const labels = target === undefined ? undefined : findColumn(table, target.name);
  const isClass =
    labels?.kind === 'string' || (target?.type === 'integer' && target.unique <= MAX_INTEGER_CLASSES);
  return isClass ? labels : undefined;
}

/**
 * For each row the first one that equals it in the columns: itself, where it is the first. Rows are dealt into parts
 * by their hash first, so that each part's table stays in the processor's cache.
 */
function firstEqual(columns: readonly Column[], hashes: Int32Array): Int32Array {
  const { rows, ends } = deal(hashes);
  const largest = ends.reduce((size, end, part) => Math.max(size, end - (ends[part - 1] ?? 0)), 1);
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(largest * 2)));
  const mask = slots.length - 1;
  const found = new Int32Array(hashes.length);
  let start = 0;
  for (const end of ends) {
    slots.fill(0);
    for (let index = start; index < end; index++) {
      const row = rows[index] as number;
      const hash = hashes[row] as number;
      let slot = hash & mask;
      let equal = row;
      for (let entry = slots[slot] as number; entry !== 0; entry = slots[slot] as number) {
        const other = rows[entry - 1] as number;
        if (hashes[other] === hash && columns.every((column) => isEqual(column, other, row))) {
          equal = other;
          break;
        }
        slot = (slot + 1) & mask;
      }
      if (equal === row) slots[slot] = index + 1;
      found[row] = equal;
    }
    start = end;
  }
  return found;
}

/** Row numbers by the highest bits of their hash, in order within a part, and where each part ends. */
function deal(hashes: Int32Array): { readonly rows: Int32Array; readonly ends: Int32Array } {
  const ends = new Int32Array(PARTS);
  for (const hash of hashes) ends[hash >>> PART_SHIFT] = (ends[hash >>> PART_SHIFT] as number) + 1;
  for (let part = 1; part < PARTS; part++) ends[part] = (ends[part] as number) + (ends[part - 1] as number);
  const rows = new Int32Array(hashes.length);
  const next = ends.slice();
  for (let row = hashes.length - 1; row >= 0; row--) {
    const part = (hashes[row] as number) >>> PART_SHIFT;
    const at = (next[part] as number) - 1;
    next[part] = at;
    rows[at] = row;
  }
  return { rows, ends };
}

function isEqual(column: Column, a: number, b: number): boolean {
  if (column.kind === 'string') return column.codes[a] === column.codes[b];
  const [x, y] = [column.values[a] as number, column.values[b] as number];
  return x === y || (Number.isNaN(x) && Number.isNaN(y));
}

/** Murmur3's mixing of 32-bit words (A. Appleby), column after column; equal cells give equal words. In place. */
function mixColumns(hashes: Int32Array, columns: readonly Column[]): Int32Array {
  for (const column of columns) {
    if (column.kind === 'string') mixCodes(hashes, column.codes);
    else mixNumbers(hashes, column.values);
  }
  return hashes;
}

function mixCodes(hashes: Int32Array, codes: Int32Array): void {
  for (let row = 0; row < hashes.length; row++)
    hashes[row] = mixed(hashes[row] as number, codes[row] as number);
}

function mixNumbers(hashes: Int32Array, values: Float64Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let row = 0; row < hashes.length; row++) {
    const low = words[row * 2] as number;
    const high = words[row * 2 + 1] as number;
    // Both zeros are one, and so are all missing values, whatever the bits of their NaN.
    const isZero = (high & 0x7fffffff) === 0 && low === 0;
    const isMissing = (high & 0x7ff00000) === 0x7ff00000;
    const word = isZero ? 0 : isMissing ? 1 : Math.imul(low, 0x85ebca6b) ^ high;
    hashes[row] = mixed(hashes[row] as number, word);
  }
}

function mixed(hash: number, word: number): number {
  const own = Math.imul(word, 0xcc9e2d51);
  const turned = hash ^ Math.imul((own << 15) | (own >>> 17), 0x1b873593);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}

/** Murmur3's end: every bit of a hash reaches those that pick part and slot. In place. */
function finish(hashes: Int32Array): Int32Array {
  for (let row = 0; row < hashes.length; row++) {
    const hash = hashes[row] as number;
    const half = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    const whole = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
    hashes[row] = whole ^ (whole >>> 16);
  }
  return hashes;
}
