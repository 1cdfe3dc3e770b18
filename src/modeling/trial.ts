import { MlxError, toMlxError } from '../errors.js';
import type { ActiveRun } from '../tracking/active-run.js';
import { startRun } from '../tracking/start-run.js';
import type { ParameterValue } from '../training/parameters.js';
import type { Contender } from './contender.js';
import { type CrossValidation, crossValidate } from './cross-validation.js';
import { withDeadline } from './deadline.js';
import type { ModelingDeps } from './deps.js';
import type { FileFigures } from './file-figures.js';
import type { FoldMatrices } from './fold-matrices.js';
import type { ModelingSpec } from './spec.js';
import { type EarlierTrials, trialBytes, trialKey } from './trial-log.js';
import { isBetter } from './trial-order.js';
import type { Trial, TrialRecord } from './trial-record.js';
import { validationMetrics } from './validation-metrics.js';

export interface TrialSpec {
  readonly contender: Contender;
  readonly folds: FoldMatrices;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly share: number;
  /** See withDeadline. */
  readonly deadline: number;
}

/** What is the same in all trials of a run. */
export interface TrialSetting {
  readonly spec: ModelingSpec;
  readonly deps: ModelingDeps;
  readonly parent: ActiveRun;
  readonly metric: string;
  /** How many trials there will be; null where the time decides. */
  readonly total: number | null;
  readonly earlier: EarlierTrials;
  /** Measures the file that a trial's model makes; null where nobody asks. */
  readonly measureFile: ((trial: TrialSpec, validation: CrossValidation) => Promise<FileFigures>) | null;
}

/** Judges sets of parameters one after the other; each is a run of its own below the parent. */
export class TrialRunner {
  readonly #setting: TrialSetting;
  #done = 0;
  #best: number | null = null;

  constructor(setting: TrialSetting) {
    this.#setting = setting;
  }

  get metric(): string {
    return this.#setting.metric;
  }

  /**
   * A trial that an earlier sitting of the run finished is not computed again. One that fails is recorded and passed over.
   * @throws MlxError the reason of the run's signal
   */
  async run(trial: TrialSpec): Promise<Trial> {
    const known = this.#setting.earlier.get(trialKey(trial.contender.algorithm.name, trial));
    const result = known === undefined ? await this.#judge(trial) : { record: known, validation: null };
    this.#tell(result.record);
    return result;
  }

  async #judge(trial: TrialSpec): Promise<Trial> {
    const { spec, deps, parent, metric } = this.#setting;
    const { contender, params, share } = trial;
    const algorithm = contender.algorithm.name;
    const child = await startRun(deps.store, {
      experiment: spec.experiment,
      name: `${parent.name.slice(0, LONGEST_PARENT_NAME)}/${algorithm}-${this.#done + 1}`,
      params: { algorithm, ...params, ...(share < 1 ? { training_share: share } : {}) },
      tags: { trial: String(this.#done + 1) },
      parentId: parent.id,
      now: deps.now,
    });
    const startedAt = performance.now();
    const common = { algorithm, params, share, metric, runId: child.id };
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    try {
      const timed = await withDeadline(deps.signal, trial.deadline, (signal) => this.#measure(trial, signal));
      if (timed.kind === 'over') {
        await child.interrupt();
        const unfinished = { score: null, folds: [], file: null };
        const record = { ...common, ...unfinished, status: 'stopped', error: TIME_OVER } as const;
        return { record: { ...record, seconds: seconds() }, validation: null };
      }
      const { validation, score, file } = timed.value;
      const { folds } = validation;
      const finished = { ...common, status: 'finished', error: null, score, folds, file } as const;
      const record: TrialRecord = { ...finished, seconds: seconds() };
      await child.logMetrics(validationMetrics(validation.summary));
      await child.logArtifact('trial.json', { bytes: trialBytes(record) });
      await child.finish();
      return { record, validation };
    } catch (thrown) {
      if (deps.signal.aborted) {
        await child.interrupt();
        throw thrown;
      }
      const error = toMlxError(thrown);
      await child.fail(error);
      const failed = { score: null, folds: [], file: null, status: 'failed', error: error.message } as const;
      return { record: { ...common, ...failed, seconds: seconds() }, validation: null };
    }
  }

  async #measure(trial: TrialSpec, signal: AbortSignal) {
    const { spec, deps, metric, measureFile } = this.#setting;
    const validation = await crossValidate(trial.folds, {
      algorithm: trial.contender.algorithm.name,
      params: trial.params,
      share: trial.share,
      seed: spec.seed,
      workers: spec.workers,
      metric,
      signal,
      onEvent: deps.onEvent,
    });
    const score = validation.summary[metric]?.mean ?? Number.NaN;
    if (!Number.isFinite(score)) {
      throw new MlxError('TRAINING_FAILED', `${metric} could not be computed in any fold.`);
    }
    const file = measureFile === null ? null : await measureFile(trial, validation);
    return { validation, score, file };
  }

  #tell({ algorithm, score }: TrialRecord): void {
    const { deps, metric, total } = this.#setting;
    this.#done++;
    if (score !== null && (this.#best === null || isBetter(metric, score, this.#best))) this.#best = score;
    deps.onEvent({ kind: 'trial', algorithm, done: this.#done, total, score, best: this.#best, metric });
  }
}

/** So that the names of trials stay names: see checkText. */
const LONGEST_PARENT_NAME = 120;
const TIME_OVER = 'the time was over';
