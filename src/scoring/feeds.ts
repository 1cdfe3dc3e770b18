import { columnKind } from '../data/schema.js';
import { type Column, findColumn, type Table } from '../data/table.js';
import { MlxError } from '../errors.js';
import type { TensorData } from '../onnx/session.js';
import type { Manifest } from './manifest.js';
import { secondsOf } from './packed-rows.js';

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
  const columns = manifest.columns.map(({ name, type }, index) => {
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
  if (manifest.input.kind === 'matrix') {
    const { input, type } = manifest.input;
    return { [input]: matrixOf(columns, type, start, end) };
  }
  const feeds = withoutPrototype();
  for (const column of columns) feeds[column.name] = tensorOf(column, start, end);
  return feeds;
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
    case 'string': {
      const data = new Array<string>(end - start);
      for (let row = start; row < end; row++)
        data[row - start] = column.levels[column.codes[row] as number] ?? '';
      return { type: 'string', dims, data };
    }
  }
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
