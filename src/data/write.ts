import { csvCell, csvLine } from '../csv-line.js';
import { MlxError } from '../errors.js';
import { AtomicFile } from './atomic-file.js';
import { FloatText } from './float-text.js';
import { writeParquet } from './parquet.js';
import { type Column, cellText } from './table.js';

/** Writes rows of a CSV file; the file appears under its name when it is closed. */
export interface CsvWriter {
  /** Waits while the disk is behind. NaN and '' are empty cells. */
  write(rows: readonly (readonly (string | number)[])[]): Promise<void>;
  /** Ends the file, syncs it and gives it its name. */
  close(): Promise<void>;
  /** Gives up: nothing is left behind. */
  discard(): Promise<void>;
}

/**
 * A CSV file by RFC 4180, with line feeds: `path` is replaced as a whole when the writer is closed. Numbers are
 * written with the fewest digits that read back as the same double.
 * @throws MlxError FILE_UNWRITABLE, DISK_FULL
 */
export async function writeCsv(path: string, header: readonly string[]): Promise<CsvWriter> {
  const file = await AtomicFile.create(path);
  await file.text(csvLine(header));
  return {
    async write(rows) {
      for (const row of rows) await file.text(csvLine(row));
    },
    close: () => file.commit(),
    discard: () => file.discard(),
  };
}

/**
 * A feature matrix with its names, and columns beside it (an identifier, the target), as `.parquet` or `.csv`.
 * float32 values read back exactly; NaN and missing cells are empty (CSV) or null (Parquet).
 * @param matrix row-major, rows × names
 * @throws MlxError FILE_UNWRITABLE, DISK_FULL; USAGE for another file ending
 */
export async function writeFeatures(
  path: string,
  names: readonly string[],
  matrix: Float32Array,
  rows: number,
  extra: readonly Column[] = [],
): Promise<void> {
  if (matrix.length !== rows * names.length) {
    throw new RangeError(`a matrix of ${rows} × ${names.length} has not ${matrix.length} values`);
  }
  if (path.endsWith('.parquet')) return writeParquet(path, names, matrix, rows, extra);
  if (!path.endsWith('.csv')) {
    throw new MlxError('USAGE', `${path}: features are written as .csv or .parquet.`, {
      hint: 'Give the file one of these endings.',
    });
  }
  const file = await AtomicFile.create(path);
  try {
    await file.text(csvLine([...names, ...extra.map((column) => column.name)]));
    await writeRows(file, names.length, matrix, rows, extra);
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
  await file.commit();
}

async function writeRows(
  file: AtomicFile,
  width: number,
  matrix: Float32Array,
  rows: number,
  extra: readonly Column[],
): Promise<void> {
  const text = new FloatText();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      if (column > 0) text.comma();
      text.float(matrix[row * width + column] as number);
    }
    extra.forEach((column, index) => {
      if (width + index > 0) text.comma();
      text.text(csvCell(cellText(column, row)));
    });
    text.newline();
    if (text.isFull) await file.bytes(text.take());
  }
  await file.bytes(text.take());
}
