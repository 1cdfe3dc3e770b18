import type { ColumnSink, SinkPlan } from './column-sink.js';
import type { Crew } from './crew.js';
import type { ReadPiece } from './crew-jobs.js';
import { unpackParts } from './packed-parts.js';
import { type CsvSource, PieceReader } from './piece.js';

/** How far a table was poured. */
export interface PourPosition {
  rows: number;
  /** Line of the file that the next record begins on. */
  line: number;
}

/** Pours pieces into sinks by a crew: pieces are read in any order, and what they hold is added in theirs. */
export class CrewPour {
  readonly #crew: Crew;
  readonly #source: CsvSource;
  readonly #sinks: readonly (ColumnSink | null)[];
  readonly #plans: readonly (SinkPlan | null)[];
  readonly #at: PourPosition;
  /** Settled when all pieces given so far are in the sinks. */
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;

  /** @param at moved on as pieces are added */
  constructor(crew: Crew, source: CsvSource, sinks: readonly (ColumnSink | null)[], at: PourPosition) {
    this.#crew = crew;
    this.#source = source;
    this.#sinks = [...sinks];
    this.#plans = sinks.map((sink) => sink?.plan ?? null);
    this.#at = at;
    crew.open({ name: source.name, layout: source.layout, plans: this.#plans });
  }

  /** Whether these are the sinks that are poured into, and go on to be read for as they were. */
  isInto(sinks: readonly (ColumnSink | null)[]): boolean {
    return sinks.every(
      (sink, index) => sink === this.#sinks[index] && sink?.plan.kind === this.#plans[index]?.kind,
    );
  }

  /**
   * Takes a copy of a piece, as soon as a thread has room for it.
   * @param onAdded called when its rows are in the sinks
   * @throws MlxError DATA_MALFORMED, for an earlier piece
   */
  async give(piece: Buffer, onAdded: () => void): Promise<void> {
    const desk = await this.#crew.desk();
    if (this.#hasFailed) await this.#last;
    const bytes = this.#crew.lay(desk, piece);
    const read = this.#crew.read(desk, bytes);
    this.#last = Promise.all([this.#last, read])
      .then(([, result]) => {
        if (result === undefined) this.#readHere(bytes);
        else this.#add(result, desk.thread);
        onAdded();
      })
      .finally(() => this.#crew.giveBack(desk));
    this.#last.catch(() => {
      this.#hasFailed = true;
    });
  }

  /** Waits until all pieces are in the sinks. @throws MlxError DATA_MALFORMED */
  async drain(): Promise<void> {
    await this.#last;
  }

  #add({ rows, lines, parts }: ReadPiece, taker: number): void {
    const at = { rows: this.#at.rows, lines: this.#at.line - 1, taker };
    unpackParts(parts, this.#plans).forEach((part, index) => {
      if (part !== null) this.#sinks[index]?.append(part, at);
    });
    this.#at.rows += rows;
    this.#at.line += lines;
  }

  #readHere(bytes: Buffer): void {
    const reader = new PieceReader({ bytes, isEndless: false }, this.#source, this.#at.line);
    this.#at.rows += reader.read(this.#sinks, Number.POSITIVE_INFINITY);
    this.#at.line = reader.line;
  }
}
