import { MlxError } from '../errors.js';
import type { ActiveRun } from '../tracking/active-run.js';
import { resolveParameters } from '../training/parameters.js';
import { foldMatrices } from './contender.js';
import {
  type CrossValidation,
  crossValidate,
  type FoldScore,
  type MetricSummary,
  type OutOfFold,
  summarise,
} from './cross-validation.js';
import type { ModelingDeps } from './deps.js';
import { measureFile } from './file-figures.js';
import type { FoldMatrices } from './fold-matrices.js';
import { type ContenderResult, type LeaderboardRow, leaderboardOf, orderOf } from './leaderboard.js';
import { jsonBytes, type ModelChoice, threadsOf } from './make-model.js';
import { hasTrials, type ModelingRequest } from './request.js';
import { type ContenderSearch, plannedTrials, search } from './search.js';
import { AUTO } from './spec.js';
import { TrialRunner } from './trial.js';
import type { EarlierTrials } from './trial-log.js';
import { ranked } from './trial-order.js';
import type { TrialRecord } from './trial-record.js';
import { logValidation } from './validation-metrics.js';

/** How good the chosen model is, judged on training rows that it has not seen. */
export interface ValidationReport {
  readonly method: string;
  readonly column: string | null;
  readonly metric: string;
  readonly folds: readonly FoldScore[];
  readonly summary: Readonly<Record<string, MetricSummary>>;
}

export interface Selection {
  readonly choice: ModelChoice;
  /** Null where nothing was judged on training rows. */
  readonly validation: ValidationReport | null;
  /** Every trial in the order of work; null without a search. */
  readonly trials: readonly TrialRecord[] | null;
  /** Null unless algorithms were compared. */
  readonly leaderboard: readonly LeaderboardRow[] | null;
  /** What models with the chosen parameters say of rows that they have not seen; null without validation. */
  outOfFold(): Promise<OutOfFold | null>;
}

/**
 * What the run's model is trained with: what was asked for, or the best of the trials. Looks at training rows alone.
 * @throws MlxError TRAINING_FAILED where no trial came to an end; the signal's reason
 */
export async function selectModel(
  request: ModelingRequest,
  run: ActiveRun,
  deps: ModelingDeps,
  earlier: EarlierTrials,
): Promise<Selection> {
  const { spec, data, contenders, plan } = request;
  const [first] = contenders;
  const { task } = data.train.target;
  const params = resolveParameters(first.algorithm, task, first.given);
  const asked = { algorithm: first.algorithm.name, params, recipe: first.recipe };
  if (plan === null) {
    return {
      choice: asked,
      validation: null,
      trials: null,
      leaderboard: null,
      outOfFold: () => Promise.resolve(null),
    };
  }
  for (const message of plan.notes) deps.onEvent({ kind: 'warning', message });
  const source = {
    data,
    seed: spec.seed,
    threads: threadsOf(spec),
    version: deps.version,
    signal: deps.signal,
  };
  const foldsOf = foldMatrices(plan, source, hasTrials(spec));
  if (hasTrials(spec)) return selectByTrials(request, run, deps, earlier, foldsOf);
  const judged = await judge(request, asked, foldsOf(first), deps);
  const validation = await reportOn(request, judged.folds, run);
  return {
    choice: asked,
    validation,
    trials: null,
    leaderboard: null,
    outOfFold: () => Promise.resolve(judged.outOfFold),
  };
}

async function selectByTrials(
  request: ModelingRequest,
  run: ActiveRun,
  deps: ModelingDeps,
  earlier: EarlierTrials,
  foldsOf: (contender: ModelingRequest['contenders'][number]) => FoldMatrices,
): Promise<Selection> {
  const { spec, contenders, metric } = request;
  const searches = searchesOf(request, foldsOf);
  const total = searches.reduce((sum, what) => sum + plannedTrials(what), 0);
  const isCompared = spec.algorithm === AUTO;
  const runner = new TrialRunner({
    spec,
    deps,
    parent: run,
    metric,
    total: Number.isFinite(total) ? total : null,
    earlier,
    measureFile: isCompared
      ? ({ folds, contender }, { firstModel }) => measureFile(folds, firstModel, contender.algorithm.name)
      : null,
  });
  const end = performance.now() + (spec.timeBudgetSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const results: ContenderResult[] = [];
  for (const [index, what] of searches.entries()) {
    const now = performance.now();
    // What one leaves of its share is there for the others; until one has come to an end, nothing is held back for them.
    const hasResult = results.some(({ trials }) => trials.some(({ record }) => record.status === 'finished'));
    const deadline = hasResult ? now + (end - now) / (searches.length - index) : end;
    const trials = now >= end ? [] : await search(runner, { ...what, deadline });
    results.push({ algorithm: what.contender.algorithm.name, metric, trials });
  }
  const all = results.flatMap(({ trials }) => trials);
  const [winner] = orderOf(results);
  const best = winner === undefined ? undefined : ranked(winner.trials)[0];
  if (best === undefined)
    throw nothingFinished(
      all.map(({ record }) => record),
      spec.timeBudgetSeconds,
    );
  const { algorithm, params } = best.record;
  const contender = contenders.find((one) => one.algorithm.name === algorithm) ?? contenders[0];
  const choice: ModelChoice = { algorithm, params, recipe: contender.recipe };
  const records = all.map(({ record }) => record);
  const leaderboard = isCompared ? leaderboardOf(results) : null;
  if (leaderboard !== null) await run.logArtifact('leaderboard.json', { bytes: jsonBytes(leaderboard) });
  if (spec.search !== undefined) await run.logArtifact('trials.json', { bytes: jsonBytes(records) });
  return {
    choice,
    validation: await reportOn(request, best.record.folds, run),
    trials: spec.search === undefined ? null : records,
    leaderboard,
    outOfFold: async () =>
      (best.validation ?? (await judge(request, choice, foldsOf(contender), deps))).outOfFold,
  };
}

/** Each algorithm's part of the trials: one where nothing is searched. */
function searchesOf(
  { spec, contenders }: ModelingRequest,
  foldsOf: (contender: ModelingRequest['contenders'][number]) => FoldMatrices,
): readonly Omit<ContenderSearch, 'deadline'>[] {
  const searched = contenders.filter(({ space }) => space.length > 0).length;
  const { method = 'random' } = spec.search ?? {};
  const trials = trialsOf(spec);
  const each = Math.max(1, Math.floor((trials - (contenders.length - searched)) / Math.max(1, searched)));
  return contenders.map((contender) => ({
    contender,
    folds: foldsOf(contender),
    method,
    trials: contender.space.length === 0 ? 1 : each,
  }));
}

/** Where neither trials nor a time are given. Halving begins with many, most of which cost little. */
const DEFAULT_TRIALS = { random: 20, halving: 27 } as const;

function trialsOf({ search: asked, timeBudgetSeconds }: ModelingRequest['spec']): number {
  if (asked === undefined) return 1;
  if (asked.trials !== undefined) return asked.trials;
  const isTimed = timeBudgetSeconds !== undefined && asked.method === 'random';
  return isTimed ? Number.POSITIVE_INFINITY : DEFAULT_TRIALS[asked.method];
}

function judge(
  { spec, metric }: ModelingRequest,
  { algorithm, params }: ModelChoice,
  folds: FoldMatrices,
  deps: ModelingDeps,
): Promise<CrossValidation> {
  const { seed, workers } = spec;
  return crossValidate(folds, {
    algorithm,
    params,
    seed,
    workers,
    metric,
    signal: deps.signal,
    onEvent: deps.onEvent,
  });
}

async function reportOn(
  { plan, metric }: ModelingRequest,
  folds: readonly FoldScore[],
  run: ActiveRun,
): Promise<ValidationReport | null> {
  if (plan === null) return null;
  const { method, column } = plan;
  const report = { method, column, metric, folds, summary: summarise(folds) };
  await logValidation(run, report);
  await run.logArtifact('validation.json', { bytes: jsonBytes(report) });
  return report;
}

function nothingFinished(trials: readonly TrialRecord[], budgetSeconds: number | undefined): MlxError {
  const failed = trials.find(({ status }) => status === 'failed');
  if (failed !== undefined) {
    return new MlxError('TRAINING_FAILED', `No trial came to an end: ${failed.error}`, {
      hint: `See why each one failed with \`mlx runs show\` of its run, for example ${failed.runId}.`,
      details: { trials: trials.length },
    });
  }
  return new MlxError(
    'TRAINING_FAILED',
    `The ${budgetSeconds} s were over before one trial had come to an end.`,
    {
      hint: 'Give more time with --time-budget, or make trials cheaper: fewer folds (--cv), fewer trees.',
    },
  );
}
