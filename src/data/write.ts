import { csvLine } from '../csv-line.js';
import { AtomicFile } from './atomic-file.js';
import { openFeatureWriter } from './feature-writer.js';
import type { Column } from './table.js';

export {
  type ExtraColumn,
  type FeatureBatch,
  type FeatureWriter,
  openFeatureWriter,
} from './feature-writer.js';

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

/** Writes values as a JSON file, which appears under its name when it is closed. */
export interface JsonWriter {
  /** Waits while the disk is behind. */
  write(values: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * A file of JSON values: one a line, or one array.
 * @throws MlxError FILE_UNWRITABLE, DISK_FULL
 */
export async function writeJson(path: string, layout: 'lines' | 'array'): Promise<JsonWriter> {
  const file = await AtomicFile.create(path);
  const [open, between, end] = layout === 'lines' ? ['', '\n', '\n'] : ['[\n', ',\n', '\n]\n'];
  await file.text(open);
  let isFirst = true;
  return {
    async write(values) {
      for (const value of values) {
        await file.text(`${isFirst ? '' : between}${JSON.stringify(value)}`);
        isFirst = false;
      }
    },
    async close() {
      await file.text(end);
      await file.commit();
    },
    discard: () => file.discard(),
  };
}

/**
 * A whole feature matrix with its names, and columns beside it, at once; else as {@link openFeatureWriter}.
 * @param matrix row-major, rows × names
 * @throws MlxError USAGE, HEADER_INVALID, FILE_UNWRITABLE, DISK_FULL
 */
export async function writeFeatures(
  path: string,
  names: readonly string[],
  matrix: Float32Array,
  rows: number,
  extra: readonly Column[] = [],
): Promise<void> {
  const writer = await openFeatureWriter(path, names, extra);
  await writer.write({ matrix, rows, extra });
  await writer.close();
}
