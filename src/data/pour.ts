import type { Hash } from 'node:crypto';
import { MlxError } from '../errors.js';
import type { CellSink } from './cell-sink.js';
import type { ColumnSink, RowEstimate } from './column-sink.js';
import type { Crew } from './crew.js';
import { CrewPour, type PourPosition } from './crew-pour.js';
import { CsvReader } from './csv.js';
import { type CsvOptions, CsvPieces } from './csv-pieces.js';
import type { TextEncoding } from './encoding.js';
import { fileSize } from './file.js';
import { parseRows } from './papa.js';
import { PieceReader } from './piece.js';
import type { Piece } from './records.js';
import { textChunks } from './text-chunks.js';

/** Sinks for the columns of a header, in its order; null for a column that is not wanted. */
export type OpenSinks = (header: readonly string[]) => (ColumnSink | null)[];

export interface PourOptions extends Omit<CsvOptions, 'name'> {
  readonly encoding?: TextEncoding | undefined;
  readonly chunkBytes?: number | undefined;
  /** Fed every byte of the file. */
  readonly hash?: Hash | undefined;
  /** Updated once the first rows are known. */
  readonly estimate: RowEstimate;
  /**
   * Called when the first rows are in the sinks, and whenever twice as many bytes are; may replace sinks in the
   * array that `open` gave.
   */
  readonly onRows?: (() => void) | undefined;
  /** Reads all but the first piece. */
  readonly crew?: Crew | undefined;
}

/** Rows of more columns are read here: to pass so many columns on costs more than to read them. */
const MAX_CREW_COLUMNS = 2000;

/** The first piece is small, so that types and the number of rows are guessed early. */
const SAMPLE_BYTES = 256 * 1024;

/**
 * Pours a CSV file into the sinks. @returns rows and bytes of the file
 * @throws MlxError FILE_*, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID, USAGE
 */
export async function pourFile(
  path: string,
  open: OpenSinks,
  options: PourOptions,
): Promise<{ rows: number; bytes: number }> {
  const { hash, estimate, chunkBytes, encoding, crew, onRows } = options;
  const size = await fileSize(path);
  const pieces = new CsvPieces({ ...options, name: path });
  const pouring = new Pouring(pieces, open, { crew, onRows });
  const count = { file: 0, text: 0, poured: 0 };
  const onBytes = (bytes: Buffer): void => {
    hash?.update(bytes);
    count.file += bytes.length;
  };
  for await (const chunk of textChunks(path, { chunkBytes, encoding, onBytes })) {
    const sample = count.text === 0 ? SAMPLE_BYTES : 0;
    count.text += chunk.length;
    for (const part of [chunk.subarray(0, sample), chunk.subarray(sample)]) {
      count.poured += part.length;
      const share = (Math.min(1, count.file / size) * count.poured) / count.text;
      await pouring.take(pieces.push(part), (rows) => {
        estimate.rows = Math.ceil((rows / share) * 1.01) + 16;
      });
    }
  }
  await pouring.take(pieces.end());
  const rows = await pouring.finish();
  refuseEmpty(path, rows);
  return { rows, bytes: count.file };
}

/** Pours CSV text into the sinks. @returns its rows; throws as {@link pourFile} does */
export function pourText(
  text: string,
  name: string,
  open: (header: readonly string[]) => (CellSink | null)[],
): number {
  const reader = new CsvReader({ name }, parseRows);
  let sinks: (CellSink | null)[] | undefined;
  const read = (): number => {
    if (reader.header === undefined) return 0;
    sinks ??= open(reader.header);
    return reader.read(sinks, Number.POSITIVE_INFINITY);
  };
  reader.push(Buffer.from(text));
  let rows = read();
  reader.end();
  rows += read();
  refuseEmpty(name, rows);
  return rows;
}

/** @throws MlxError DATA_EMPTY for no rows */
export function refuseEmpty(name: string, rows: number): void {
  if (rows > 0) return;
  throw new MlxError('DATA_EMPTY', `${name} has a header and no rows.`, {
    hint: 'At least one row below the header is needed.',
  });
}

/** Pieces on their way into sinks: read here at first, then by the crew if there is one. */
class Pouring {
  readonly #pieces: CsvPieces;
  readonly #open: OpenSinks;
  readonly #options: Pick<PourOptions, 'crew' | 'onRows'>;
  readonly #at: PourPosition = { rows: 0, line: 0 };
  #sinks: (ColumnSink | null)[] = [];
  #bytes = 0;
  /** Bytes at the last call of `onRows`. */
  #toldBytes = 0;
  #crewPour: CrewPour | undefined;

  constructor(pieces: CsvPieces, open: OpenSinks, options: Pick<PourOptions, 'crew' | 'onRows'>) {
    this.#pieces = pieces;
    this.#open = open;
    this.#options = options;
  }

  get rows(): number {
    return this.#at.rows;
  }

  /** @param onAdded told how many rows are in the sinks once those of the piece are */
  async take(piece: Piece | undefined, onAdded: (rows: number) => void = () => {}): Promise<void> {
    this.#openSinks();
    if (piece === undefined) return;
    const crew = this.#sinks.length > MAX_CREW_COLUMNS ? undefined : this.#options.crew;
    if (crew === undefined || this.#bytes === 0 || piece.isEndless) {
      await this.#crewPour?.drain();
      this.#takeHere(piece);
      onAdded(this.rows);
      if (this.#bytes >= 2 * this.#toldBytes) this.#tell();
      return;
    }
    const isDue = this.#bytes >= 2 * this.#toldBytes;
    if (this.#crewPour === undefined || isDue) {
      await this.#crewPour?.drain();
      if (isDue) this.#tell();
      if (this.#crewPour?.isInto(this.#sinks) !== true) {
        this.#crewPour = new CrewPour(crew, this.#pieces.source, this.#sinks, this.#at);
      }
    }
    await this.#crewPour.give(piece.bytes, () => onAdded(this.rows));
    this.#bytes += piece.bytes.length;
  }

  #takeHere(piece: Piece): void {
    const reader = new PieceReader(piece, this.#pieces.source, this.#at.line);
    this.#at.rows += reader.read(this.#sinks, Number.POSITIVE_INFINITY);
    this.#at.line = reader.line;
    this.#bytes += piece.bytes.length;
  }

  /** @returns all rows */
  async finish(): Promise<number> {
    await this.#crewPour?.drain();
    return this.rows;
  }

  #openSinks(): void {
    const { header } = this.#pieces;
    if (header === undefined || this.#at.line > 0) return;
    this.#sinks = this.#open(header.names);
    this.#at.line = header.nextLine;
  }

  #tell(): void {
    this.#toldBytes = this.#bytes;
    this.#options.onRows?.();
  }
}
