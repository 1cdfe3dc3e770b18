import { MlxError, toMlxError } from '../../errors.js';
import type { Row } from '../decode.js';
import type { LoadedVersion } from '../loaded-version.js';

/** One raw score of a row, taken apart by raw column: `expected` and the contributions add up to `raw_score`. */
export interface ScoreParts {
  readonly expected: number;
  readonly raw_score: number;
  readonly contributions: Readonly<Record<string, number>>;
}

/** Why a row is predicted as it is: every raw score, by class or target, and what it is counted in. */
export interface RowExplanation {
  readonly unit: string;
  readonly scores: Readonly<Record<string, ScoreParts>>;
}

/** A model that is ready to explain rows, off the event loop. */
export interface ModelExplainer {
  readonly waiting: number;
  explain(row: Row): Promise<RowExplanation>;
  close(): Promise<void>;
}

/** Opens the explainer of a model file. @throws MlxError EXPLANATION_UNAVAILABLE for a model that has none */
export type OpenExplainer = (file: { readonly path: string }) => Promise<ModelExplainer>;

export interface ExplainerPoolOptions {
  /** Where a version's file is. */
  readonly pathOf: (sha256: string) => string;
  /** How long an explainer that nobody asks is kept. */
  readonly idleMs: number;
  /** Most explainers at once: each holds its model a second time. */
  readonly capacity: number;
  /** Most rows that wait for one. */
  readonly queueLimit: number;
}

interface Kept {
  readonly opening: Promise<ModelExplainer>;
  timer: NodeJS.Timeout;
}

/** The explainers of versions that were asked lately; one that could not be opened is remembered as such as long. */
export class ExplainerPool {
  readonly #open: OpenExplainer | undefined;
  readonly #options: ExplainerPoolOptions;
  /** By file, the least recently used first. */
  readonly #kept = new Map<string, Kept>();

  constructor(open: OpenExplainer | undefined, options: ExplainerPoolOptions) {
    this.#open = open;
    this.#options = options;
  }

  /** @throws MlxError EXPLANATION_UNAVAILABLE, OVERLOADED, SCORING_FAILED */
  async explain({ record }: LoadedVersion, row: Row): Promise<RowExplanation> {
    const { sha256 } = record;
    const explainer = await this.#take(sha256);
    const { queueLimit } = this.#options;
    if (explainer.waiting >= queueLimit) {
      throw new MlxError('OVERLOADED', `${queueLimit} rows are waiting to be explained.`, {
        hint: 'Try again in a moment.',
      });
    }
    try {
      return await explainer.explain(row);
    } catch (error) {
      // A thread that has died is not asked again.
      if (toMlxError(error).code === 'SCORING_FAILED') this.#drop(sha256);
      throw error;
    }
  }

  close(): void {
    for (const sha256 of [...this.#kept.keys()]) this.#drop(sha256);
  }

  #take(sha256: string): Promise<ModelExplainer> {
    const { pathOf, idleMs, capacity } = this.#options;
    const known = this.#kept.get(sha256);
    clearTimeout(known?.timer);
    this.#kept.delete(sha256);
    const opening = known?.opening ?? this.#opened(pathOf(sha256));
    const timer = setTimeout(() => this.#drop(sha256), idleMs).unref();
    this.#kept.set(sha256, { opening, timer });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= capacity) break;
      this.#drop(oldest);
    }
    return opening;
  }

  async #opened(path: string): Promise<ModelExplainer> {
    if (this.#open !== undefined) return this.#open({ path });
    throw new MlxError('EXPLANATION_UNAVAILABLE', 'This server does not explain predictions.', {
      hint: 'Servers that `mlx serve` starts do.',
    });
  }

  #drop(sha256: string): void {
    const kept = this.#kept.get(sha256);
    if (kept === undefined) return;
    clearTimeout(kept.timer);
    this.#kept.delete(sha256);
    void kept.opening.then((explainer) => explainer.close()).catch(() => undefined);
  }
}
