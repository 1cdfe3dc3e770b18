import { MlxError } from '../errors.js';
import type { Column } from './table.js';

/** A column beside the features: an identifier, the target, the part of the split. */
export interface ExtraColumn {
  readonly name: string;
  readonly kind: Column['kind'];
}

/** Rows that follow one another. */
export interface FeatureBatch {
  /** Row-major, rows × features; NaN is missing. */
  readonly matrix: Float32Array;
  readonly rows: number;
  /** The extra columns of these rows, in the order and of the kinds in which they were announced. */
  readonly extra: readonly Column[];
}

/** A file of features that grows by batches and appears under its name when it is closed. */
export interface FeatureWriter {
  /**
   * Resolves when the batch was taken over: its arrays may be used again. A failure discards the file.
   * @throws MlxError FILE_UNWRITABLE, DISK_FULL
   */
  write(batch: FeatureBatch): Promise<void>;
  /** Ends the file, syncs it and gives it its name. @throws MlxError FILE_UNWRITABLE, DISK_FULL */
  close(): Promise<void>;
  /** Gives up: nothing is left behind. Harmless after a failure or a close. */
  discard(): Promise<void>;
}

/**
 * Opens a file of features by its ending: `.parquet`, `.csv` or `.csv.gz`. Memory does not depend on the number of
 * rows. float32 values read back exactly; missing cells are empty (CSV) or null (Parquet). What writes Parquet is
 * loaded only when it is asked for.
 * @param names of the features; they may differ in case alone, but no two columns may have one name
 * @throws MlxError USAGE for another ending, HEADER_INVALID for a name twice, FILE_UNWRITABLE, DISK_FULL
 */
export async function openFeatureWriter(
  path: string,
  names: readonly string[],
  extra: readonly ExtraColumn[] = [],
): Promise<FeatureWriter> {
  refuseRepeated(path, [...names, ...extra.map(({ name }) => name)]);
  return new CheckedWriter(await create(path, names, extra), names.length, extra);
}

async function create(
  path: string,
  names: readonly string[],
  extra: readonly ExtraColumn[],
): Promise<FeatureWriter> {
  const ending = path.toLowerCase();
  if (ending.endsWith('.parquet')) {
    return (await import('./parquet.js')).ParquetFeatures.create(path, names, extra);
  }
  if (ending.endsWith('.csv') || ending.endsWith('.csv.gz')) {
    const header = [...names, ...extra.map(({ name }) => name)];
    return (await import('./csv-features.js')).CsvFeatures.create(path, header, ending.endsWith('.gz'));
  }
  throw new MlxError('USAGE', `${path}: features are written as .csv, .csv.gz or .parquet.`, {
    hint: 'Give the file one of these endings.',
  });
}

function refuseRepeated(path: string, names: readonly string[]): void {
  const seen = new Set<string>();
  const repeated = names.find((name) => seen.size === seen.add(name).size);
  if (repeated === undefined) return;
  throw new MlxError('HEADER_INVALID', `${path} would have two columns called ${JSON.stringify(repeated)}.`, {
    hint: 'Rename the column of the table.',
    details: { column: repeated },
  });
}

/** Checks what it is given, and discards the file when a write fails. */
class CheckedWriter implements FeatureWriter {
  readonly #writer: FeatureWriter;
  readonly #width: number;
  readonly #extra: readonly ExtraColumn[];

  constructor(writer: FeatureWriter, width: number, extra: readonly ExtraColumn[]) {
    this.#writer = writer;
    this.#width = width;
    this.#extra = extra;
  }

  async write(batch: FeatureBatch): Promise<void> {
    return this.#orDiscard(() => {
      this.#check(batch);
      return this.#writer.write(batch);
    });
  }

  close(): Promise<void> {
    return this.#orDiscard(() => this.#writer.close());
  }

  discard(): Promise<void> {
    return this.#writer.discard();
  }

  #check({ matrix, rows, extra }: FeatureBatch): void {
    if (matrix.length !== rows * this.#width) {
      throw new RangeError(`a matrix of ${rows} × ${this.#width} has not ${matrix.length} values`);
    }
    const fits = this.#extra.every(({ kind }, index) => {
      const column = extra[index];
      const length = column?.kind === 'string' ? column.codes.length : column?.values.length;
      return column?.kind === kind && length === rows;
    });
    if (!fits || extra.length !== this.#extra.length) {
      throw new RangeError(`the extra columns are not ${rows} rows of what was announced`);
    }
  }

  async #orDiscard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      await this.#writer.discard();
      throw thrown;
    }
  }
}
