import type { CellsPart, ColumnPart, NumberPart, SinkPlan, TextPart } from './column-sink.js';

/**
 * The parts of all columns of a piece in one message: the cells column by column in shared memory, numbers
 * before codes, and beside them what only some columns have. So it costs little to send thousands of columns.
 */
export interface PackedParts {
  readonly rows: number;
  readonly memory: SharedArrayBuffer;
  /** By index of the column; number columns of which there is nothing to tell are not in it. */
  readonly others: ReadonlyMap<number, Other>;
}

type Other = Omit<NumberPart, 'values'> | Omit<TextPart, 'codes'> | CellsPart;

/** @param memory used for the cells where they fit; else it is replaced by a larger one */
export function packParts(
  parts: readonly (ColumnPart | null)[],
  rows: number,
  memory: SharedArrayBuffer,
): PackedParts {
  const bytes = parts.reduce((sum, part) => sum + (part === null ? 0 : cellBytes(part.kind) * rows), 0);
  const room = bytes <= memory.byteLength ? memory : new SharedArrayBuffer(Math.ceil(bytes * 1.25));
  const others = new Map<number, Other>();
  const offsets = cellOffsets(parts, rows);
  parts.forEach((part, index) => {
    if (part === null) return;
    const offset = offsets[index] as number;
    if (part.kind === 'number') {
      new Float64Array(room, offset, rows).set(part.values);
      if (part.odd.count > 0 || part.notes !== undefined) {
        others.set(index, { kind: 'number', odd: part.odd, notes: part.notes });
      }
    } else if (part.kind === 'cells') others.set(index, part);
    else {
      const { codes, ...rest } = part;
      new Int32Array(room, offset, rows).set(codes);
      others.set(index, rest);
    }
  });
  return { rows, memory: room, others };
}

/** The parts as they were packed; the cells are views of the shared memory. */
export function unpackParts(
  { rows, memory, others }: PackedParts,
  plans: readonly (SinkPlan | null)[],
): (ColumnPart | null)[] {
  const offsets = cellOffsets(plans, rows);
  return plans.map((plan, index) => {
    if (plan === null) return null;
    const offset = offsets[index] as number;
    const other = others.get(index);
    if (other?.kind === 'cells') return other;
    if (other?.kind === 'text') return { ...other, codes: new Int32Array(memory, offset, rows) };
    const values = new Float64Array(memory, offset, rows);
    return { kind: 'number', values, odd: { count: 0, first: [] }, notes: undefined, ...other };
  });
}

function cellOffsets(
  columns: readonly ({ readonly kind: SinkPlan['kind'] } | null)[],
  rows: number,
): Float64Array {
  const offsets = new Float64Array(columns.length);
  let next = 0;
  for (const kind of ['number', 'text'] as const) {
    columns.forEach((column, index) => {
      if (column?.kind !== kind) return;
      offsets[index] = next;
      next += cellBytes(kind) * rows;
    });
  }
  return offsets;
}

/** Bytes of a cell in the shared memory. */
function cellBytes(kind: SinkPlan['kind']): number {
  if (kind === 'cells') return 0;
  return kind === 'number' ? Float64Array.BYTES_PER_ELEMENT : Int32Array.BYTES_PER_ELEMENT;
}
