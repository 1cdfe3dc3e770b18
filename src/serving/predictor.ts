import { performance } from 'node:perf_hooks';
import { type ErrorCode, MlxError } from '../errors.js';
import { type PackedRows, slicePack } from '../scoring/packed-rows.js';
import { classValue, type Outcome, outcomeAt, type Prediction } from '../scoring/prediction.js';
import { joinScores, type Scores } from '../scoring/scores.js';
import { type PackJob, type PackResult, RowBatcher, type RowJob, type RunTimes } from './batcher.js';
import type { Row } from './decode.js';
import type { Lease } from './deployment.js';
import type { LoadedVersion } from './loaded-version.js';
import type { Recorder } from './metrics/recorder.js';
import type { ServerMetrics } from './metrics/server-metrics.js';
import type { SummaryBoard } from './metrics/summary.js';
import type { Trace } from './metrics/trace.js';
import type { ServerLog } from './options.js';
import { rowFault } from './out-of-range.js';
import type { LoggedVersion, PredictionLog } from './prediction-log.js';
import { Refusal } from './refusal.js';
import { Throttle } from './throttle.js';

/** What a request says beside its rows. */
export interface RequestContext {
  /** Whom the prediction is about. */
  readonly unit: string | null;
  /** The caller's own id of the request. */
  readonly requestId: string | null;
  /** Takes down where the time goes. */
  readonly trace: Trace;
  /** `performance.now()` after which nobody waits for the answer; null = as long as it takes. */
  readonly deadline: number | null;
}

/** One answered row. */
export interface Answer {
  readonly id: string;
  readonly prediction: Prediction;
}

export interface PredictorParts {
  readonly writer: PredictionLog;
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
  readonly #loggedVersions = new WeakMap<LoadedVersion, LoggedVersion>();
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

  /**
   * Scores a pack whole, without making rows of it but for the log. Its only row has the id, the rows of larger packs
   * `<id>-<row>`.
   * @throws MlxError SCORING_FAILED for the first row on which the model fails, DEADLINE_EXCEEDED, OVERLOADED
   */
  async pack(
    lease: Lease,
    packed: PackedRows,
    context: RequestContext,
  ): Promise<{ id: string; scores: Scores; latencyMs: number }> {
    const recorder = this.#begin(lease, packed.rows, context);
    const id = this.#parts.newId();
    const { maxRows } = RowBatcher;
    const runs: Promise<PackResult | MlxError>[] = [];
    for (let start = 0; start < packed.rows; start += maxRows) {
      const part = slicePack(packed, start, Math.min(packed.rows, start + maxRows));
      const idOf = (row: number): string => (packed.rows === 1 ? id : `${id}-${start + row}`);
      const run = new Promise<PackResult | MlxError>((resolve) => {
        const done: PackJob['done'] = (result, times) => {
          const perRowMs = this.#ran(times, recorder, context) / packed.rows;
          if (!(result instanceof MlxError)) this.#recordPack(lease, part, result, idOf, perRowMs, context);
          resolve(result);
        };
        lease.loaded.batcher.add({ packed: part, deadline: context.deadline, done });
      });
      runs.push(run);
    }
    const results = await Promise.all(runs);
    this.#atWork--;
    const latencyMs = this.#finish(lease, context);
    const errors = results.flatMap((result, run) =>
      result instanceof MlxError
        ? [result]
        : [...result.failures].map(([row, error]) => ofRow(error, run * maxRows + row, packed.rows)),
    );
    const [first] = errors;
    if (first !== undefined) {
      await this.#failed(lease, errors);
      throw first;
    }
    lease.loaded.breaker.succeeded(lease.isProbe);
    return { id, scores: joinScores((results as PackResult[]).map(({ scores }) => scores)), latencyMs };
  }

  /** Scores the rows in as few runs as may be; each is recorded when its run ends, before any answer goes out. */
  async #score(
    lease: Lease,
    rows: readonly Row[],
    context: RequestContext,
    idOf: (row: number) => string,
  ): Promise<{ answers: readonly (Answer | MlxError)[]; latencyMs: number }> {
    const recorder = this.#begin(lease, rows.length, context);
    const answers = new Array<Answer | MlxError>(rows.length);
    const { maxRows } = RowBatcher;
    const runs: Promise<void>[] = [];
    for (let start = 0; start < rows.length; start += maxRows) {
      const part = start === 0 && rows.length <= maxRows ? rows : rows.slice(start, start + maxRows);
      const run = new Promise<void>((resolve) => {
        const done: RowJob['done'] = (results, times) => {
          const perRowMs = this.#ran(times, recorder, context) / rows.length;
          results.forEach((result, index) => {
            const row = start + index;
            const given = part[index] as Row;
            if (result instanceof MlxError) {
              answers[row] = rowFault(result, given, lease.loaded.decoder.columns);
              return;
            }
            answers[row] = { id: idOf(row), prediction: result };
            recorder.predicted(result.confidence);
            this.#record(lease, given, outcomeOf(result, lease), idOf(row), perRowMs, context);
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

  /** @throws MlxError OVERLOADED */
  #begin(lease: Lease, rows: number, { trace }: RequestContext): Recorder {
    this.#enter(lease, rows);
    const recorder = this.#recorderOf(lease);
    trace.recorder = recorder;
    trace.isFallback = lease.isFallback;
    trace.rows = rows;
    trace.decodedAt = performance.now();
    return recorder;
  }

  /** Takes down the times of a run; gives the milliseconds since the request began. */
  #ran({ queueMs, runMs, batchRows }: RunTimes, recorder: Recorder, { trace }: RequestContext): number {
    trace.scoredAt = performance.now();
    trace.queueMs = Math.max(trace.queueMs, queueMs);
    trace.runMs = Math.max(trace.runMs, runMs);
    recorder.batchRows.observe(batchRows);
    return trace.scoredAt - trace.startedAt;
  }

  #finish(lease: Lease, context: RequestContext): number {
    const latencyMs = context.trace.scoredAt - context.trace.startedAt;
    if (lease.isFallback) this.#recorderOf(lease).fallbacks++;
    this.#parts.summary.tally(lease.deployment.name).request(latencyMs);
    if (latencyMs > this.#parts.slowMs) this.#warnOfSlowness(lease, latencyMs);
    return latencyMs;
  }

  #recordPack(
    lease: Lease,
    part: PackedRows,
    { scores, failures }: PackResult,
    idOf: (row: number) => string,
    perRowMs: number,
    context: RequestContext,
  ): void {
    const { batcher, model } = lease.loaded;
    const recorder = this.#recorderOf(lease);
    const values = model.manifest.classes.map((name) => classValue(name, model.manifest));
    for (let row = 0; row < part.rows; row++) {
      if (failures.has(row)) continue;
      const outcome = outcomeAt(scores, row, values);
      recorder.predicted(outcome.confidence);
      this.#record(lease, batcher.packer.unpack(part, row), outcome, idOf(row), perRowMs, context);
    }
  }

  #record(
    lease: Lease,
    row: Row,
    { prediction, confidence, probabilities }: Outcome,
    id: string,
    latencyMs: number,
    context: RequestContext,
  ): void {
    const { name, version } = lease.loaded.record;
    this.#parts.summary.tally(name).prediction(version, confidence);
    this.#parts.writer.add({
      id,
      timeMs: this.#parts.now().getTime(),
      version: this.#loggedVersion(lease.loaded),
      arm: lease.arm,
      unit: context.unit,
      row,
      prediction,
      confidence,
      probabilities,
      latencyMs,
      requestId: context.requestId,
    });
  }

  #loggedVersion(loaded: LoadedVersion): LoggedVersion {
    let logged = this.#loggedVersions.get(loaded);
    if (logged === undefined) {
      const { name, version } = loaded.record;
      const columns = loaded.decoder.columns.map((column) => column.name);
      logged = { model: name, version, columns, classes: loaded.model.manifest.classes };
      this.#loggedVersions.set(loaded, logged);
    }
    return logged;
  }

  /** A request counts once towards a rollback, however many of its rows fail. */
  async #failed(lease: Lease, errors: readonly MlxError[]): Promise<void> {
    const { name, version } = lease.loaded.record;
    const recorder = this.#recorderOf(lease);
    for (const { code } of errors) {
      recorder.failed(code);
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

  #recorderOf({ loaded, arm }: Lease): Recorder {
    const { name: model, version } = loaded.record;
    return this.#parts.metrics.recorder({ model, version, arm: arm ?? '' });
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

/** A prediction without the names of the classes. */
function outcomeOf(prediction: Prediction, { loaded }: Lease): Outcome {
  const { probabilities } = prediction;
  if (probabilities === null) return { ...prediction, probabilities };
  return {
    ...prediction,
    probabilities: loaded.model.manifest.classes.map((name) => probabilities[name] as number),
  };
}

/** The error of one row of several. */
function ofRow(error: MlxError, row: number, rows: number): MlxError {
  return rows === 1 ? error : new MlxError(error.code, `Row ${row}: ${error.message}`, { details: { row } });
}
