import { featureColumns, type Schema, targetColumn } from './schema.js';
import { type Column, findColumn, selectColumns, type Table } from './table.js';
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

/**
 * Rows that are there before, missing cells being equal to each other. By a hash of each row and an exact comparison
 * where hashes are equal: linear in the cells.
 */
export function findDuplicateRows(table: Table, schema: Schema): DuplicateRows {
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const isDistinct = schema.columns.some(({ missing, unique }) => missing === 0 && unique === table.rows);
  const earlier = isDistinct ? all : firstEqual(table, all);
  const first: { row: number; equals: number }[] = [];
  for (let row = 0; row < table.rows && first.length < SHOWN; row++) {
    const equals = earlier[row] as number;
    if (equals !== row) first.push({ row: row + 1, equals: equals + 1 });
  }
  const kept = isDistinct ? all : all.filter((row) => earlier[row] === row);
  return { count: table.rows - kept.length, first, conflicting: conflicts(table, schema, kept), kept };
}

function conflicts(table: Table, schema: Schema, rows: Int32Array): number {
  const target = targetColumn(schema);
  const labels = target === undefined ? undefined : findColumn(table, target.name);
  const isClass =
    labels?.kind === 'string' || (target?.type === 'integer' && target.unique <= MAX_INTEGER_CLASSES);
  if (labels === undefined || !isClass) return 0;
  const features = featureColumns(schema);
  if (features.some(({ missing, unique }) => missing === 0 && unique === table.rows)) return 0;
  const earlier = firstEqual(
    selectColumns(
      table,
      features.map(({ name }) => name),
    ),
    rows,
  );
  return earlier.reduce(
    (sum, equals, index) => sum + (isEqual(labels, equals, rows[index] as number) ? 0 : 1),
    0,
  );
}

/** For each of the rows the first of them that equals it: itself, where it is the first. */
function firstEqual({ columns }: Table, rows: Int32Array): Int32Array {
  const hashes = hashRows(columns, rows);
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(rows.length, 1) * 2)));
  const mask = slots.length - 1;
  const found = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    const hash = hashes[index] as number;
    let slot = hash & mask;
    for (;;) {
      const entry = slots[slot] as number;
      if (entry === 0) {
        slots[slot] = index + 1;
        found[index] = row;
        break;
      }
      const other = rows[entry - 1] as number;
      if (hashes[entry - 1] === hash && columns.every((column) => isEqual(column, other, row))) {
        found[index] = other;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return found;
}

function isEqual(column: Column, a: number, b: number): boolean {
  if (column.kind === 'string') return column.codes[a] === column.codes[b];
  const [x, y] = [column.values[a] as number, column.values[b] as number];
  return x === y || (Number.isNaN(x) && Number.isNaN(y));
}

/** Murmur3's mixing of 32-bit words (A. Appleby), column after column; equal cells give equal words. */
function hashRows(columns: readonly Column[], rows: Int32Array): Int32Array {
  const hashes = new Int32Array(rows.length);
  for (const column of columns) {
    if (column.kind === 'string') mixCodes(hashes, column.codes, rows);
    else mixNumbers(hashes, column.values, rows);
  }
  for (let i = 0; i < hashes.length; i++) {
    let hash = hashes[i] as number;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hashes[i] = hash ^ (hash >>> 16);
  }
  return hashes;
}

function mixCodes(hashes: Int32Array, codes: Int32Array, rows: Int32Array): void {
  for (let i = 0; i < rows.length; i++)
    hashes[i] = mixed(hashes[i] as number, codes[rows[i] as number] as number);
}

function mixNumbers(hashes: Int32Array, values: Float64Array, rows: Int32Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const value = values[row] as number;
    // All missing values are one, and so are both zeros.
    const isPlain = !Number.isNaN(value) && value !== 0;
    const low = isPlain ? (words[row * 2] as number) : 0;
    const high = isPlain ? (words[row * 2 + 1] as number) : value === 0 ? 0 : 1;
    hashes[i] = mixed(mixed(hashes[i] as number, low), high);
  }
}

function mixed(hash: number, word: number): number {
  const own = Math.imul(word, 0xcc9e2d51);
  const turned = hash ^ Math.imul((own << 15) | (own >>> 17), 0x1b873593);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}
