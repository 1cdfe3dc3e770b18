import type { CellValue } from '../data/cell.js';
import { type ColumnSchema, columnKind } from '../data/schema.js';
import { MISSING_TIME, type TensorData } from '../onnx/session.js';
import type { Manifest } from './manifest.js';

/** Rows on their way to the thread that scores them: few objects, quick to copy. */
export interface PackedRows {
  readonly rows: number;
  /** Numbers and times (epoch seconds), column after column; NaN = missing. */
  readonly numbers: Float64Array;
  /** Texts, column after column; empty = missing. */
  readonly texts: readonly string[];
}

/** Packs decoded rows, `row[column]` in the order of the columns; null = missing. */
export class RowPacker {
  readonly #numbers: readonly number[];
  readonly #texts: readonly number[];

  constructor(columns: readonly ColumnSchema[]) {
    const isText = ({ type }: ColumnSchema): boolean => columnKind(type) === 'string';
    this.#numbers = columns.flatMap((column, index) => (isText(column) ? [] : [index]));
    this.#texts = columns.flatMap((column, index) => (isText(column) ? [index] : []));
  }

  pack(records: readonly (readonly CellValue[])[]): PackedRows {
    const rows = records.length;
    const numbers = new Float64Array(rows * this.#numbers.length);
    const texts = new Array<string>(rows * this.#texts.length);
    let at = 0;
    for (const column of this.#numbers) {
      for (const record of records) {
        const value = record[column];
        numbers[at++] = typeof value === 'number' ? value : Number.NaN;
      }
    }
    at = 0;
    for (const column of this.#texts)
      for (const record of records) texts[at++] = (record[column] ?? '') as string;
    return { rows, numbers, texts };
  }

  /** One row of a pack, as it would have been decoded: null = missing. */
  unpack({ rows, numbers, texts }: PackedRows, row: number): CellValue[] {
    const record = new Array<CellValue>(this.#numbers.length + this.#texts.length).fill(null);
    this.#numbers.forEach((column, index) => {
      const value = numbers[index * rows + row] as number;
      if (!Number.isNaN(value)) record[column] = value;
    });
    this.#texts.forEach((column, index) => {
      const text = texts[index * rows + row] as string;
      if (text !== '') record[column] = text;
    });
    return record;
  }
}

/** Rows `start` (inclusive) to `end` (exclusive) of a pack, as a pack. */
export function slicePack(packed: PackedRows, start: number, end: number): PackedRows {
  const { rows, numbers, texts } = packed;
  if (start === 0 && end === rows) return packed;
  const count = end - start;
  const cut = new Float64Array((numbers.length / rows) * count);
  for (let from = start, to = 0; to < cut.length; from += rows, to += count)
    cut.set(numbers.subarray(from, from + count), to);
  const cutTexts: string[] = [];
  for (let from = start; from < texts.length; from += rows) cutTexts.push(...texts.slice(from, from + count));
  return { rows: count, numbers: cut, texts: cutTexts };
}

/** Packs of the same columns, one below the other. */
export function joinPacks(packs: readonly PackedRows[]): PackedRows {
  const [first] = packs;
  if (first === undefined || packs.length === 1)
    return first ?? { rows: 0, numbers: new Float64Array(), texts: [] };
  const rows = packs.reduce((sum, pack) => sum + pack.rows, 0);
  const numbers = new Float64Array((first.numbers.length / first.rows) * rows);
  const texts = new Array<string>((first.texts.length / first.rows) * rows);
  let top = 0;
  for (const pack of packs) {
    for (let from = 0, to = top; from < pack.numbers.length; from += pack.rows, to += rows)
      numbers.set(pack.numbers.subarray(from, from + pack.rows), to);
    for (let from = 0, to = top; from < pack.texts.length; from += pack.rows, to += rows)
      for (let row = 0; row < pack.rows; row++) texts[to + row] = pack.texts[from + row] as string;
    top += pack.rows;
  }
  return { rows, numbers, texts };
}

/** Rows `start` (inclusive) to `end` (exclusive) of a pack as the graph's inputs. */
export function packedFeeds(
  { columns, input }: Pick<Manifest, 'columns' | 'input'>,
  { rows, numbers, texts }: PackedRows,
  start: number,
  end: number,
): Record<string, TensorData> {
  const count = end - start;
  // A column may be called `__proto__`.
  const feeds = Object.create(null) as Record<string, TensorData>;
  if (input.kind === 'matrix') {
    const width = columns.length;
    const matrix = new Float64Array(count * width);
    for (let column = 0; column < width; column++)
      for (let row = 0; row < count; row++)
        matrix[row * width + column] = numbers[column * rows + start + row] as number;
    const dims = [count, width];
    feeds[input.input] =
      input.type === 'double'
        ? { type: 'double', dims, data: matrix }
        : { type: 'float', dims, data: Float32Array.from(matrix) };
    return feeds;
  }
  const dims = [count, 1];
  let number = start;
  let text = start;
  for (const { name, type } of columns) {
    const kind = columnKind(type);
    if (kind === 'string') {
      feeds[name] = { type: 'string', dims, data: texts.slice(text, text + count) };
      text += rows;
      continue;
    }
    const data = numbers.subarray(number, number + count);
    feeds[name] =
      kind === 'number' ? { type: 'double', dims, data } : { type: 'int64', dims, data: secondsOf(data) };
    number += rows;
  }
  return feeds;
}

/** Times as the graph takes them: whole seconds, MISSING_TIME for NaN. */
export function secondsOf(values: Float64Array): BigInt64Array {
  return BigInt64Array.from(values, (value) => (Number.isNaN(value) ? MISSING_TIME : BigInt(value)));
}
