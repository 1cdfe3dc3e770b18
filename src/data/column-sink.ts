import type { CellType } from './cell.js';
import type { NotesPart } from './cell-notes.js';
import type { CellSink } from './cell-sink.js';
import type { OddCell, OddCells } from './odd-cells.js';
import type { Column } from './table.js';

/** How many rows are expected in all, so that columns need not grow again and again. */
export interface RowEstimate {
  rows: number;
}

/** A sink whose rows can be passed on to another one. */
export interface PartSink extends CellSink {
  /** What was added since the last time, as a part for a sink of the same plan; the sink is empty then. */
  take(): ColumnPart;
}

/** A sink that becomes a column; odd cells are missing in it and kept aside. */
export interface ColumnSink extends PartSink {
  readonly odd: OddCells;
  readonly length: number;
  /** How another thread is to read cells for this sink. */
  readonly plan: SinkPlan;
  /** Adds rows that another sink of the same plan took in. */
  append(part: ColumnPart, at: PartPosition): void;
  finish(): Column;
}

/**
 * A sink as data. `isUndecided`: it must be known where each level was first seen. `cells`: the levels are too many
 * for a dictionary of one's own, so that cells are passed on as they stand.
 */
export type SinkPlan =
  | { readonly kind: 'cells' }
  | { readonly kind: 'number'; readonly type: CellType }
  | { readonly kind: 'text'; readonly type: CellType; readonly isUndecided: boolean };

/** Some rows of a column. Rows and lines are counted from the part's first, which is 1. */
export type ColumnPart = NumberPart | TextPart | CellsPart;

export interface OddPart {
  readonly count: number;
  readonly first: readonly OddCell[];
}

export interface NumberPart {
  readonly kind: 'number';
  readonly values: Float64Array;
  readonly odd: OddPart;
  readonly notes: NotesPart | undefined;
}

export interface TextPart {
  readonly kind: 'text';
  /** Code of each row by the taker's own dictionary; -1 = missing. */
  readonly codes: Int32Array;
  /** What the dictionary has gained since the taker's last part. */
  readonly levels: readonly string[];
  /** Where each of `levels` is seen first; empty unless the column is undecided. */
  readonly seenAt: SeenAt;
  /** Whether the dictionary was empty before. */
  readonly isFresh: boolean;
  readonly odd: OddPart;
}

export interface CellsPart {
  readonly kind: 'cells';
  /** The cells one after the other, and where each ends. */
  readonly bytes: Uint8Array;
  readonly ends: Int32Array;
  /** Line of each row. */
  readonly lines: Int32Array;
}

export interface SeenAt {
  readonly rows: Int32Array;
  readonly lines: Int32Array;
}

/** Where a part belongs: rows and lines before it, and which taker it comes from. */
export interface PartPosition {
  readonly rows: number;
  readonly lines: number;
  readonly taker: number;
}

const MIN_CAPACITY = 64;

/** Rows to make room for when `length` are there and another comes. */
export function capacityFor(length: number, estimate: RowEstimate): number {
  return estimate.rows > length ? estimate.rows : Math.max(MIN_CAPACITY, Math.ceil(length * 1.5));
}

/** A view where little is wasted, else a copy that frees the rest. */
export function trimmed<T extends Float64Array | Int32Array>(values: T, length: number): T {
  const isTight = length > values.length * 0.8;
  return (isTight ? values.subarray(0, length) : values.slice(0, length)) as T;
}
