import type { DuckDBConnection } from '@duckdb/node-api';
import { writeAtomically } from './atomic-file.js';
import { type Column, cellText } from './table.js';

/** Rows of a DuckDB data chunk, its vector size. */
const CHUNK_ROWS = 2048;

/**
 * A Parquet file (Snappy) with a FLOAT column per feature, then the extra columns: numbers as DOUBLE, the rest as
 * text, times in ISO 8601. DuckDB is loaded only when this is called.
 * @param matrix row-major, rows × names
 * @throws MlxError FILE_UNWRITABLE, DISK_FULL
 */
export async function writeParquet(
  path: string,
  names: readonly string[],
  matrix: Float32Array,
  rows: number,
  extra: readonly Column[],
): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await fillTable(connection, names.length, matrix, rows, extra);
    // DuckDB takes "a" and "A" for one name, so columns are called by number until they are written.
    const columns = [...names, ...extra.map(({ name }) => name)].map(
      (name, i) => `c${i} AS ${quote(name, '"')}`,
    );
    await writeAtomically(path, async (temporary) => {
      const source = `SELECT ${columns.join(', ')} FROM features`;
      await connection.run(
        `COPY (${source}) TO ${quote(temporary, "'")} (FORMAT parquet, COMPRESSION snappy)`,
      );
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function fillTable(
  connection: DuckDBConnection,
  width: number,
  matrix: Float32Array,
  rows: number,
  extra: readonly Column[],
): Promise<void> {
  const { DOUBLE, DuckDBDataChunk, FLOAT, VARCHAR } = await import('@duckdb/node-api');
  const types = [
    ...Array.from({ length: width }, () => FLOAT),
    ...extra.map(({ kind }) => (kind === 'number' ? DOUBLE : VARCHAR)),
  ];
  await connection.run(`CREATE TABLE features (${types.map((type, i) => `c${i} ${type}`).join(', ')})`);
  const appender = await connection.createAppender('features');
  const chunk = DuckDBDataChunk.create(types);
  for (let start = 0; start < rows; start += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - start);
    chunk.reset();
    chunk.rowCount = count;
    for (let column = 0; column < width; column++) {
      const vector = chunk.getColumnVector(column);
      for (let i = 0; i < count; i++) {
        const value = matrix[(start + i) * width + column] as number;
        vector.setItem(i, Number.isNaN(value) ? null : value);
      }
      vector.flush();
    }
    extra.forEach((column, index) => {
      const cells = Array.from({ length: count }, (_, i) => cellOf(column, start + i));
      chunk.setColumnValues(width + index, cells);
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function cellOf(column: Column, row: number): number | string | null {
  if (column.kind === 'number') {
    const value = column.values[row] as number;
    return Number.isNaN(value) ? null : value;
  }
  return cellText(column, row) || null;
}

function quote(text: string, mark: '"' | "'"): string {
  return mark + text.replaceAll(mark, mark + mark) + mark;
}
