import { performance } from 'node:perf_hooks';
import { type MlxError, toMlxError } from '../errors.js';
import type { InlineModel } from '../scoring/inline-model.js';
import { joinPacks, type PackedRows, RowPacker } from '../scoring/packed-rows.js';
import { type Prediction, predictionAt } from '../scoring/prediction.js';
import { type Scores, sliceScores } from '../scoring/scores.js';
import { errorOf, type PackScores } from '../scoring/thread/messages.js';
import { LANES, type ThreadedModel } from '../scoring/thread/threaded-model.js';
import type { Row } from './decode.js';
import { deadlineExceeded } from './http/time-limit.js';

/** Rows that one run of the model takes: few enough that no run keeps other requests waiting for long. */
const MAX_RUN_ROWS = 1024;
/** Share of the newest run in the smoothed time of a row, and that time before the first run. */
const ROW_MS_WEIGHT = 0.1;
const FIRST_ROW_MS = 0.02;
/**
 * Jobs that take longer, and what one turn of the event loop has no time for, go to the model's thread, so that nobody waits
 * for the event loop.
 */
const INLINE_MS = 1;
const TURN_MS = 4;

/** Where the time of a request went, in milliseconds. */
export interface RunTimes {
  /** From being given to the batcher to the start of the run. */
  readonly queueMs: number;
  readonly runMs: number;
  /** Rows in the run, those of other requests too. */
  readonly batchRows: number;
}

/** Rows that belong together, at most MAX_RUN_ROWS: decoded ones, or a pack. */
export type Job = RowJob | PackJob;

export interface RowJob {
  readonly rows: readonly Row[];
  /** `performance.now()` after which nobody waits for the answer. */
  readonly deadline: number | null;
  /** Takes the results, one a row; called before `onBatch`, and must not throw. */
  readonly done: (results: readonly (Prediction | MlxError)[], times: RunTimes) => void;
}

export interface PackJob {
  readonly packed: PackedRows;
  /** As of a RowJob. */
  readonly deadline: number | null;
  /** Takes the scores, or why there are none; called before `onBatch`, and must not throw. */
  readonly done: (result: PackResult | MlxError, times: RunTimes) => void;
}

/** What became of a pack. The scores of rows that failed mean nothing. */
export interface PackResult {
  readonly scores: Scores;
  /** By the row's place in the pack. */
  readonly failures: ReadonlyMap<number, MlxError>;
}

interface Run extends PackResult {
  readonly runMs: number;
}

interface Queued {
  readonly job: Job;
  readonly since: number;
}

/**
 * Feeds one model. Jobs that arrive in the same turn of the event loop, or while the model's thread is busy, share one run,
 * which is several times faster than one run each; a certified model gives the same bytes either way. Small jobs are scored
 * at once where mlx's own engine runs the model: to wake a thread takes longer.
 */
export class RowBatcher {
  readonly #model: ThreadedModel;
  /** Of this model's columns. */
  readonly packer: RowPacker;
  readonly #isAlone: boolean;
  readonly #onBatch: () => void;
  #queue: Queued[] = [];
  #rowsWaiting = 0;
  #packs = 0;
  #isScheduled = false;
  /** Smoothed milliseconds that the model takes for a row. */
  #rowMs = FIRST_ROW_MS;

  /**
   * @param isCertified whether scores are known not to depend on what else is in a run; otherwise each row runs alone
   * @param onBatch called when all jobs of a run are done, before any of their promises goes on
   */
  constructor(model: ThreadedModel, isCertified: boolean, onBatch: () => void) {
    this.#model = model;
    this.packer = new RowPacker(model.manifest.columns);
    this.#isAlone = !isCertified;
    this.#onBatch = onBatch;
  }

  /** Rows that wait for their run. */
  get rowsWaiting(): number {
    return this.#rowsWaiting;
  }

  /** About how long those rows take. */
  get waitMs(): number {
    return this.#rowsWaiting * this.#rowMs;
  }

  add(job: Job): void {
    this.#queue.push({ job, since: performance.now() });
    this.#rowsWaiting += rowsOf(job);
    if (this.#isScheduled || (this.#packs >= LANES && !this.#isSmall(job))) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sendNext();
    });
  }

  /** Most rows of a job. */
  static readonly maxRows = MAX_RUN_ROWS;

  /** Whether the job is scored on the event loop. */
  #isSmall(job: Job): boolean {
    return this.#model.inline !== null && rowsOf(job) * this.#rowMs <= INLINE_MS;
  }

  #sendNext(): void {
    const { inline } = this.#model;
    if (inline !== null) this.#scoreSmall(inline);
    while (this.#packs < LANES && this.#queue.length > 0) this.#send(this.#take());
  }

  /** The jobs of the next run, in the order in which they came. */
  #take(): readonly Queued[] {
    let rows = 0;
    let count = 0;
    for (const { job } of this.#queue) {
      if (count > 0 && rows + rowsOf(job) > MAX_RUN_ROWS) break;
      rows += rowsOf(job);
      count++;
    }
    const taken = count === this.#queue.length ? this.#queue : this.#queue.slice(0, count);
    this.#queue = count === this.#queue.length ? [] : this.#queue.slice(count);
    this.#rowsWaiting -= rows;
    return taken;
  }

  #scoreSmall(inline: InlineModel): void {
    const small = this.#takeSmall();
    if (small.length === 0) return;
    const started = performance.now();
    const live = this.#withoutLate(small, started);
    if (live.length === 0) return;
    const packed = this.#pack(live);
    const { scores, failures } = inline.scoreEach(packed);
    this.#scored(live, { scores, failures, runMs: performance.now() - started }, started);
  }

  /** The small jobs of this turn. */
  #takeSmall(): readonly Queued[] {
    let leftMs = TURN_MS;
    const small: Queued[] = [];
    const others: Queued[] = [];
    for (const queued of this.#queue) {
      const { job } = queued;
      const ms = rowsOf(job) * this.#rowMs;
      if (ms > leftMs || !this.#isSmall(job)) {
        others.push(queued);
        continue;
      }
      leftMs -= ms;
      this.#rowsWaiting -= rowsOf(job);
      small.push(queued);
    }
    this.#queue = others;
    return small;
  }

  /** Those that somebody still waits for; the others are told. */
  #withoutLate(taken: readonly Queued[], started: number): readonly Queued[] {
    const late = taken.filter(({ job: { deadline } }) => deadline !== null && deadline < started);
    const live = late.length === 0 ? taken : taken.filter((queued) => !late.includes(queued));
    for (const { job, since } of late)
      fail(job, deadlineExceeded(), { queueMs: started - since, runMs: 0, batchRows: 0 });
    return live;
  }

  #send(taken: readonly Queued[]): void {
    const started = performance.now();
    const live = this.#withoutLate(taken, started);
    if (live.length === 0) return;
    this.#packs++;
    const packed = this.#pack(live);
    this.#model
      .score(packed, this.#isAlone)
      .then(
        (pack) => {
          const scores = scoresOf(pack, packed.rows, this.#model.manifest.classes);
          const failures = new Map(pack.failures.map(({ row, error }) => [row, errorOf(error)]));
          this.#scored(live, { scores, failures, runMs: pack.runMs }, started);
        },
        (error) => this.#lost(live, toMlxError(error), started),
      )
      .finally(() => {
        this.#packs--;
        this.#sendNext();
      });
  }

  #pack(taken: readonly Queued[]): PackedRows {
    const rows: Row[] = [];
    for (const { job } of taken) {
      if ('packed' in job)
        return joinPacks(
          taken.map(({ job: each }) => ('packed' in each ? each.packed : this.packer.pack(each.rows))),
        );
      if (taken.length === 1) return this.packer.pack(job.rows);
      rows.push(...job.rows);
    }
    return this.packer.pack(rows);
  }

  #scored(taken: readonly Queued[], { scores, failures, runMs }: Run, started: number): void {
    const { manifest } = this.#model;
    const batchRows = scores.rows;
    this.#rowMs += ROW_MS_WEIGHT * (runMs / batchRows - this.#rowMs);
    let next = 0;
    for (const { job, since } of taken) {
      const first = next;
      next += rowsOf(job);
      const times = { queueMs: started - since, runMs, batchRows };
      if ('packed' in job) {
        const own = [...failures].flatMap(([row, error]) =>
          row >= first && row < next ? [[row - first, error] as const] : [],
        );
        job.done({ scores: sliceScores(scores, first, next), failures: new Map(own) }, times);
        continue;
      }
      const results = job.rows.map(
        (_, index) => failures.get(first + index) ?? predictionAt(scores, first + index, manifest),
      );
      job.done(results, times);
    }
    this.#onBatch();
  }

  #lost(taken: readonly Queued[], error: MlxError, started: number): void {
    for (const { job, since } of taken)
      fail(job, error, { queueMs: started - since, runMs: performance.now() - started, batchRows: 0 });
  }
}

function rowsOf(job: Job): number {
  return 'packed' in job ? job.packed.rows : job.rows.length;
}

function fail(job: Job, error: MlxError, times: RunTimes): void {
  if ('packed' in job) job.done(error, times);
  else job.done(new Array<MlxError>(job.rows.length).fill(error), times);
}

function scoresOf(pack: PackScores, rows: number, classes: readonly string[]): Scores {
  const { labels, probabilities, values } = pack;
  if (values !== null) return { task: 'regression', rows, values };
  return {
    task: 'classification',
    rows,
    classes,
    labels: labels ?? new Int32Array(rows),
    probabilities: probabilities ?? new Float32Array(rows * classes.length),
  };
}
