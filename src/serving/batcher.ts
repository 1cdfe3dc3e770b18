import { tableFromRecords } from '../data/cell.js';
import { MlxError } from '../errors.js';
import type { ScoringModel } from '../scoring/model.js';
import { type Prediction, predictionAt } from '../scoring/prediction.js';
import type { Row } from './decode.js';

/** Rows that one run of the model takes: few enough that no run keeps other requests waiting for long. */
const MAX_RUN_ROWS = 1024;

interface Waiting {
  readonly row: Row;
  readonly resolve: (prediction: Prediction) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Scores rows with one model. Single rows that arrive in the same turn of the event loop share one run, which
 * is several times faster than one run each; a certified model gives the same bytes either way.
 */
export class RowBatcher {
  readonly #model: ScoringModel;
  readonly #runRows: number;
  #waiting: Waiting[] = [];

  /** @param isCertified whether scores are known not to depend on what else is in a run; otherwise each row runs alone */
  constructor(model: ScoringModel, isCertified: boolean) {
    this.#model = model;
    this.#runRows = isCertified ? MAX_RUN_ROWS : 1;
  }

  /** @throws MlxError SCORING_FAILED */
  one(row: Row): Promise<Prediction> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** Scores many rows; where the model fails on a row, its place holds the error. */
  async many(rows: readonly Row[]): Promise<(Prediction | MlxError)[]> {
    const results: (Prediction | MlxError)[] = [];
    for (let start = 0; start < rows.length; start += this.#runRows) {
      results.push(...(await this.#score(rows.slice(start, start + this.#runRows))));
    }
    return results;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.many(waiting.map(({ row }) => row)).then(
      (results) =>
        results.forEach((result, index) => {
          if (result instanceof MlxError) waiting[index]?.reject(result);
          else waiting[index]?.resolve(result);
        }),
      (error) => {
        for (const { reject } of waiting) reject(error);
      },
    );
  }

  /** One run; when it fails, halves of it, so that the rows at fault are found in few runs. */
  async #score(rows: readonly Row[]): Promise<(Prediction | MlxError)[]> {
    const { manifest } = this.#model;
    try {
      const scores = await this.#model.score(tableFromRecords(manifest.columns, rows));
      return rows.map((_, index) => predictionAt(scores, index, manifest));
    } catch (error) {
      if (!(error instanceof MlxError)) throw error;
      if (rows.length === 1) return [error];
      const middle = rows.length >> 1;
      return [...(await this.#score(rows.slice(0, middle))), ...(await this.#score(rows.slice(middle)))];
    }
  }
}
