import { columnStarts, gathered, recordBytes, records, rows, rowStride, scratch, TABLES } from './forest-state';

/*
 * The fewer rows a node has, the farther they lie apart in the table, until each costs a miss of every cache. Wherever a node
 * has become small among the rows that its records point into, the ranks of its rows are therefore copied side by side, and
 * its whole subtree is grown from the copy. Then each level of a tree reads memory from front to back, or stays in a cache.
 * A copy has at most half as many rows as the table that it is made of, so that all at a time take less than the whole table.
 */

/** A node gets a table of its own where the one that it is in has so many times as many rows … */
const SPREAD: i32 = 2;
/** … and more bytes than these, which a cache holds as they are. */
const NEAR_BYTES: usize = 65_536;

/** Of a table: record after its last i32, rows i32, where the next one goes u32. */
const TABLE_BYTES: usize = 12;
/** The table that the records under work point into. */
let table: usize = 0;

/** Begins a tree: its records point into the table of all rows. */
export function startTables(drawn: i32): void {
  table = scratch + TABLES;
  setTable(drawn, rows, gathered);
}

function setTable(end: i32, size: i32, next: usize): void {
  store<i32>(table, end);
  store<i32>(table, size, 4);
  store<u32>(table, <u32>next, 8);
}

/** Copies the ranks of a node side by side where they lie too far apart, and points its records `start … end` there. */
export function gather<T>(start: i32, end: i32): void {
  if (gathered === 0) return;
  // records are worked on from left to right: those behind the end of a table have done with it
  while (start >= load<i32>(table)) table -= TABLE_BYTES;
  const around = load<i32>(table, 4);
  if (<usize>around * rowStride <= NEAR_BYTES || (end - start) * SPREAD > around) return;
  const ranks = <usize>load<u32>(columnStarts);
  let to = <usize>load<u32>(table, 8);
  const size = recordBytes<T>();
  const stop = records + <usize>end * size;
  for (let at = records + <usize>start * size; at < stop; at += size) {
    const from = ranks + <usize>load<u32>(at);
    // the last step goes beyond the row, into what the next row or the gap behind the table overwrites
    for (let offset: usize = 0; offset < rowStride; offset += 16) v128.store(to + offset, v128.load(from + offset));
    store<u32>(at, <u32>(to - ranks));
    to += rowStride;
  }
  table += TABLE_BYTES;
  setTable(end, end - start, to);
}
