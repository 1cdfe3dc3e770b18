import { performance } from 'node:perf_hooks';
import { type ErrorCode, MlxError } from '../errors.js';
import type { Prediction } from '../scoring/prediction.js';
import { type Job, RowBatcher } from './batcher.js';
import type { Row } from './decode.js';
import type { Lease } from './deployment.js';
import type { LogWriter } from './log-writer.js';
import type { ServerMetrics, VersionLabels } from './metrics.js';
import type { ServerLog } from './options.js';
import { rowFault } from './out-of-range.js';
import { Refusal } from './refusal.js';
import type { SummaryBoard } from './summary.js';
import { Throttle } from './throttle.js';

/** What a request says beside its rows. */
export interface RequestContext {
  /** Whom the prediction is about. */
  readonly unit: string | null;
  /** The caller's own id of the request. */
  readonly requestId: string | null;
  /** `performance.now()` when work on the request began. */
  readonly startedAt: number;
  /** `performance.now()` after which nobody waits for the answer; null = as long as it takes. */
  readonly deadline: number | null;
}

/** One answered row. */
export interface Answer {
  readonly id: string;
  readonly prediction: Prediction;
}

export interface PredictorParts {
  readonly writer: LogWriter;
  readonly metrics: ServerMetrics;
  readonly summary: SummaryBoard;
  readonly log: ServerLog;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly slowMs: number;
  /** Most requests that wait for a model at once. */
  readonly requestLimit: number;
  /** Most rows that wait for one version. */
  readonly queueRows: number;
}

/** What came too late, or was the request's fault, says nothing about the model. */
const BLAMELESS: ReadonlySet<ErrorCode> = new Set(['DEADLINE_EXCEEDED', 'REQUEST_INVALID']);
const WARNING_INTERVAL_MS = 1000;

/** Answers decoded rows: scores them, and sees to the log, the metrics and the rollback guard. */
export class Predictor {
  readonly #parts: PredictorParts;
  readonly #slowWarnings = new Throttle(WARNING_INTERVAL_MS);
  readonly #failureWarnings = new Throttle(WARNING_INTERVAL_MS);
  #atWork = 0;

  constructor(parts: PredictorParts) {
    this.#parts = parts;
  }

  /** Requests that wait for a model. */
  get atWork(): number {
    return this.#atWork;
  }

  /** Whether there is room for one more request. @throws Refusal OVERLOADED */
  checkRoom(): void {
    if (this.#atWork < this.#parts.requestLimit) return;
    throw new Refusal('OVERLOADED', `${this.#atWork} requests are waiting already.`, {
      hint: 'Try again in a moment.',
    });
  }

  /** @throws MlxError SCORING_FAILED (already counted), OVERLOADED */
  async one(lease: Lease, row: Row, context: RequestContext): Promise<Answer & { latencyMs: number }> {
    const id = this.#parts.newId();
    const { answers, latencyMs } = await this.#score(lease, [row], context, () => id);
    const [answer] = answers;
    if (answer instanceof MlxError) throw answer;
    return { id, prediction: (answer as Answer).prediction, latencyMs };
  }

  /** Many rows; where the model failed, the row's place holds the error. Ids are `<id>-<row>`. Throws OVERLOADED. */
  async many(
    lease: Lease,
    rows: readonly Row[],
    context: RequestContext,
  ): Promise<{ id: string; answers: readonly (Answer | MlxError)[]; latencyMs: number }> {
    const id = this.#parts.newId();
    return { id, ...(await this.#score(lease, rows, context, (row) => `${id}-${row}`)) };
  }

  /** Scores the rows in as few runs as may be; each is recorded when its run ends, before any answer goes out. */
  async #score(
    lease: Lease,
    rows: readonly Row[],
    context: RequestContext,
    idOf: (row: number) => string,
  ): Promise<{ answers: readonly (Answer | MlxError)[]; latencyMs: number }> {
    this.#enter(lease, rows.length);
    const answers = new Array<Answer | MlxError>(rows.length);
    const { maxRows } = RowBatcher;
    const runs: Promise<void>[] = [];
    for (let start = 0; start < rows.length; start += maxRows) {
      const part = start === 0 && rows.length <= maxRows ? rows : rows.slice(start, start + maxRows);
      const run = new Promise<void>((resolve) => {
        const done: Job['done'] = (results) => {
          const perRowMs = (performance.now() - context.startedAt) / rows.length;
          results.forEach((result, index) => {
            const row = start + index;
            const given = part[index] as Row;
            if (result instanceof MlxError) {
              answers[row] = rowFault(result, given, lease.loaded.decoder.columns);
              return;
            }
            answers[row] = { id: idOf(row), prediction: result };
            this.#record(lease, given, result, idOf(row), perRowMs, context);
          });
          resolve();
        };
        lease.loaded.batcher.add({ rows: part, deadline: context.deadline, done });
      });
      runs.push(run);
    }
    await (runs.length === 1 ? runs[0] : Promise.all(runs));
    this.#atWork--;
    const latencyMs = this.#finish(lease, context);
    const errors = answers.filter((answer) => answer instanceof MlxError);
    if (errors.length > 0) await this.#failed(lease, errors);
    else lease.loaded.breaker.succeeded(lease.isProbe);
    return { answers, latencyMs };
  }

  #finish(lease: Lease, context: RequestContext): number {
    const latencyMs = performance.now() - context.startedAt;
    this.#parts.metrics.requested(labelsOf(lease), latencyMs / 1000);
    if (lease.isFallback) this.#parts.metrics.fellBack(labelsOf(lease));
    this.#parts.summary.tally(lease.deployment.name).request(latencyMs);
    if (latencyMs > this.#parts.slowMs) this.#warnOfSlowness(lease, latencyMs);
    return latencyMs;
  }

  #record(
    lease: Lease,
    row: Row,
    prediction: Prediction,
    id: string,
    latencyMs: number,
    context: RequestContext,
  ): void {
    const { name, version } = lease.loaded.record;
    const { confidence } = prediction;
    this.#parts.metrics.predicted(labelsOf(lease), confidence);
    this.#parts.summary.tally(name).prediction(version, confidence);
    const inputs: Record<string, number | string | null> = {};
    lease.loaded.decoder.columns.forEach((column, index) => {
      inputs[column.name] = row[index] ?? null;
    });
    this.#parts.writer.add({
      id,
      time: this.#parts.now().toISOString(),
      model: name,
      version,
      arm: lease.arm,
      unit: context.unit,
      inputs,
      ...prediction,
      latencyMs,
      requestId: context.requestId,
    });
  }

  /** A request counts once towards a rollback, however many of its rows fail. */
  async #failed(lease: Lease, errors: readonly MlxError[]): Promise<void> {
    const { name, version } = lease.loaded.record;
    for (const { code } of errors) {
      this.#parts.metrics.failed(labelsOf(lease), code);
      this.#parts.summary.tally(name).error();
    }
    const first = errors.find(({ code }) => !BLAMELESS.has(code));
    if (first === undefined) return;
    lease.loaded.breaker.failed(lease.isProbe);
    const heldBack = this.#failureWarnings.pass();
    if (heldBack !== null) {
      const fields = { rows: errors.length, failures_before: heldBack };
      this.#parts.log('error', `version ${version} of ${name} failed: ${first.message}`, fields);
    }
    await lease.deployment.failed(version, first);
  }

  #warnOfSlowness({ loaded }: Lease, latencyMs: number): void {
    const heldBack = this.#slowWarnings.pass();
    if (heldBack === null) return;
    const { name, version } = loaded.record;
    this.#parts.log('warn', `a prediction of ${name}/${version} took ${latencyMs.toFixed(1)} ms`, {
      slow_ms: this.#parts.slowMs,
      slow_before: heldBack,
    });
  }

  /** @throws Refusal OVERLOADED when too many requests are at work, or too many rows wait for this version */
  #enter({ loaded: { batcher } }: Lease, rows: number): void {
    this.checkRoom();
    const { rowsWaiting } = batcher;
    if (rowsWaiting > 0 && rowsWaiting + rows > this.#parts.queueRows) {
      throw new Refusal('OVERLOADED', `${rowsWaiting} rows are waiting for this model already.`, {
        hint: 'Try again in a moment, or send fewer rows at a time.',
        retryAfterSeconds: batcher.waitMs / 1000,
      });
    }
    this.#atWork++;
  }
}

function labelsOf({ loaded, arm }: Lease): VersionLabels {
  return { model: loaded.record.name, version: loaded.record.version, arm: arm ?? '' };
}
