import { columnKind } from '../data/schema.js';
import { type Column, findColumn, type StringColumn, type Table } from '../data/table.js';
import { MlxError } from '../errors.js';
import type { TensorData } from '../onnx/session.js';
import type { Manifest } from './manifest.js';
import { type PackedRows, secondsOf } from './packed-rows.js';

/**
 * Rows `start` (inclusive) to `end` (exclusive) of a table as the graph's inputs. A missing number is NaN, a
 * missing category the empty string, a missing time MISSING_TIME.
 * @throws MlxError DATA_INVALID when the table lacks a column of the model
 */
export function feedsOf(
  manifest: Pick<Manifest, 'columns' | 'input'>,
  table: Table,
  start = 0,
  end = table.rows,
): Record<string, TensorData> {
  const columns = columnsOf(manifest, table);
  if (manifest.input.kind === 'matrix') {
    const { input, type } = manifest.input;
    return { [input]: matrixOf(columns, type, start, end) };
  }
  const feeds = withoutPrototype();
  for (const column of columns) feeds[column.name] = tensorOf(column, start, end);
  return feeds;
}

/**
 * Rows `start` (inclusive) to `end` (exclusive) of a table as a pack.
 * @throws MlxError DATA_INVALID as feedsOf
 */
export function packTable(
  manifest: Pick<Manifest, 'columns'>,
  table: Table,
  start = 0,
  end = table.rows,
): PackedRows {
  const numbers: Float64Array[] = [];
  const texts: string[] = [];
  for (const column of columnsOf(manifest, table)) {
    if (column.kind === 'string') texts.push(...textsOf(column, start, end));
    else numbers.push(column.values.subarray(start, end));
  }
  const rows = end - start;
  const joined = new Float64Array(numbers.length * rows);
  numbers.forEach((values, index) => {
    joined.set(values, index * rows);
  });
  return { rows, numbers: joined, texts };
}

function columnsOf({ columns }: Pick<Manifest, 'columns'>, table: Table): Column[] {
  return columns.map(({ name, type }, index) => {
    const here = table.columns[index];
    const column = here?.name === name ? here : findColumn(table, name);
    if (column?.kind !== columnKind(type)) {
      throw new MlxError(
        'DATA_INVALID',
        `The model needs the column "${name}" (${type}), and the table has none.`,
        {
          details: { column: name },
        },
      );
    }
    return column;
  });
}

/** A column may be called `__proto__`. */
function withoutPrototype(): Record<string, TensorData> {
  return Object.create(null) as Record<string, TensorData>;
}

function tensorOf(column: Column, start: number, end: number): TensorData {
  const dims = [end - start, 1];
  switch (column.kind) {
    case 'number':
      return { type: 'double', dims, data: column.values.slice(start, end) };
    case 'time':
      return { type: 'int64', dims, data: secondsOf(column.values.subarray(start, end)) };
    case 'string':
      return { type: 'string', dims, data: textsOf(column, start, end) };
  }
}

function textsOf({ codes, levels }: StringColumn, start: number, end: number): string[] {
  return Array.from({ length: end - start }, (_, index) => levels[codes[start + index] as number] ?? '');
}

function matrixOf(
  columns: readonly Column[],
  type: 'float' | 'double',
  start: number,
  end: number,
): TensorData {
  const width = columns.length;
  const data = new Float64Array((end - start) * width);
  columns.forEach((column, index) => {
    if (column.kind === 'string')
      throw new MlxError('INTERNAL', `the matrix column ${column.name} holds text`);
    for (let row = start; row < end; row++)
      data[(row - start) * width + index] = column.values[row] as number;
  });
  const dims = [end - start, width];
  return type === 'double' ? { type, dims, data } : { type, dims, data: Float32Array.from(data) };
}
