import { CellError, decodeText } from './cell.js';
import { areCodes, hasLeadingZero } from './cell-notes.js';
import type { ColumnSink, RowEstimate, SeenAt, SinkPlan } from './column-sink.js';
import { decimalFromText } from './decimal.js';
import { countDistinct } from './distinct.js';
import { NumberSink } from './number-sink.js';
import { TextSink } from './text-sink.js';
import { offsetOf, timeFromText } from './time.js';

/** With more distinct numbers than this, a column with a rare word among them is numeric all the same. */
const MANY_NUMBERS = 20;
const ODD_SHARE = 0.01;

/**
 * Whether a column is of a type although `odd` of its cells are not: at most 1 % (or a single cell), and so many
 * distinct values that it cannot be meant as a category.
 */
export function isTolerable(odd: number, valid: number, countDistinct: () => number): boolean {
  return odd === 0 || (odd <= mostOdd(odd + valid) && countDistinct() > MANY_NUMBERS);
}

function mostOdd(present: number): number {
  return Math.max(1, ODD_SHARE * present);
}

/** A reading of text as values, tried on the levels seen so far. */
const READINGS = [
  { type: { type: 'number' }, read: decimalFromText },
  { type: { type: 'time', timeFormat: 'iso' }, read: (text: string) => timeFromText(text, 'iso') },
] as const;

/**
 * The column of a type not known yet: text until enough is seen, then numbers or times, decoded from there
 * on without the detour over text. If that proves wrong later, the column is read again as text.
 */
export class UndecidedSink extends TextSink {
  readonly #name: string;
  readonly #estimate: RowEstimate;
  /** Row (from 1) on which each level was first seen, and its line. */
  readonly #rows: number[] = [];
  readonly #lines: number[] = [];
  /** First level that was not taken yet. */
  #untaken = 0;

  constructor(name: string, estimate: RowEstimate) {
    super(name, { type: 'text' }, estimate);
    this.#name = name;
    this.#estimate = estimate;
  }

  override get plan(): SinkPlan {
    return this.hasManyLevels
      ? { kind: 'cells' }
      : { kind: 'text', type: { type: 'text' }, isUndecided: true };
  }

  protected override seen(code: number, row: number, line: number): void {
    if (code !== this.#rows.length) return;
    this.#rows.push(row);
    this.#lines.push(line);
  }

  protected override takeSeen(isFull: boolean): SeenAt {
    const rows = Int32Array.from(this.#rows.slice(this.#untaken));
    const lines = Int32Array.from(this.#lines.slice(this.#untaken));
    if (isFull) this.#rows.length = this.#lines.length = 0;
    this.#untaken = this.#rows.length;
    return { rows, lines };
  }

  /** The sink to go on with: another one once the type is clear. */
  settle(): ColumnSink {
    const { codes, levels } = this.view();
    if (levels.length === 0 || areCodes(levels)) return this;
    const counts = new Float64Array(levels.length);
    for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
    const present = counts.reduce((sum, count) => sum + count, 0);
    for (const { type, read } of READINGS) {
      const values = readLevels(levels, counts, read, mostOdd(present));
      if (values === undefined) continue;
      const odd = values.reduce(
        (sum, value, level) => sum + (Number.isNaN(value) ? (counts[level] as number) : 0),
        0,
      );
      if (odd < present && isTolerable(odd, present - odd, () => countDistinct(values))) {
        const sink = new NumberSink(this.#name, type, this.#estimate);
        for (const code of codes) sink.push(code < 0 ? Number.NaN : (values[code] as number));
        values.forEach((value, level) => {
          const text = levels[level] as string;
          const row = this.#rows[level] as number;
          if (Number.isNaN(value)) {
            sink.odd.add(oddLevel(type, text), row, this.#lines[level] as number, counts[level]);
          } else if (type.type === 'time') sink.notes.addOffset(offsetOf(text), row);
          else sink.notes.hasLeadingZeros ||= hasLeadingZero(text);
        });
        return sink;
      }
    }
    return this;
  }
}

/** The levels as values, NaN where one is none; undefined as soon as that are more than `mostOdd` cells. */
function readLevels(
  levels: readonly string[],
  counts: Float64Array,
  read: (text: string) => number,
  mostOdd: number,
): Float64Array | undefined {
  const values = new Float64Array(levels.length);
  let odd = 0;
  for (let level = 0; level < levels.length; level++) {
    const value = read(levels[level] as string);
    values[level] = value;
    if (Number.isNaN(value)) odd += counts[level] as number;
    if (odd > mostOdd) return undefined;
  }
  return values;
}

function oddLevel(type: (typeof READINGS)[number]['type'], text: string): CellError {
  try {
    decodeText(type, text);
  } catch (error) {
    if (error instanceof CellError) return error;
    throw error;
  }
  throw new RangeError(`the level ${text} is not odd`);
}
