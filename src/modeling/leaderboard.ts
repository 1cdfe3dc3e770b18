import type { ParameterValue } from '../training/parameters.js';
import { type MetricSummary, summarise } from './cross-validation.js';
import type { FileFigures } from './file-figures.js';
import { ranked } from './trial-order.js';
import type { Trial, TrialRecord } from './trial-record.js';

/** An algorithm in the comparison, with the best of its trials. */
export interface LeaderboardRow {
  readonly algorithm: string;
  readonly status: TrialRecord['status'];
  /** Why it is not finished. */
  readonly error: string | null;
  readonly metric: string;
  /** Null unless finished. */
  readonly score: MetricSummary | null;
  /** Mean of the folds. */
  readonly fitSeconds: number | null;
  /** Of the first fold's model, in a file made for measuring. */
  readonly file: FileFigures | null;
  readonly trials: number;
  readonly params: Readonly<Record<string, ParameterValue>>;
}

/** What an algorithm came to. */
export interface ContenderResult {
  readonly algorithm: string;
  readonly metric: string;
  /** Empty where the time was over before it began. */
  readonly trials: readonly Trial[];
}

/** The best algorithm first; those without a score last. */
export function leaderboardOf(results: readonly ContenderResult[]): readonly LeaderboardRow[] {
  return orderOf(results).map(rowOf);
}

/** The contenders, the one with the best trial first. */
export function orderOf(results: readonly ContenderResult[]): readonly ContenderResult[] {
  const best = new Map(
    results.flatMap((result) => {
      const trial = ranked(result.trials)[0];
      return trial === undefined ? [] : [[trial, result] as const];
    }),
  );
  const placed = ranked([...best.keys()]).map((trial) => best.get(trial) as ContenderResult);
  return [...placed, ...results.filter((result) => !placed.includes(result))];
}

function rowOf({ algorithm, metric, trials }: ContenderResult): LeaderboardRow {
  const best = ranked(trials)[0]?.record;
  const record = best ?? trials[0]?.record;
  if (record === undefined) {
    const nothing = { score: null, fitSeconds: null, file: null, params: {} };
    return {
      algorithm,
      metric,
      status: 'stopped',
      error: 'the time was over before it began',
      trials: 0,
      ...nothing,
    };
  }
  const { status, error, folds, file, params } = record;
  return {
    algorithm,
    status,
    error,
    metric,
    score: best === undefined ? null : (summarise(folds)[metric] ?? null),
    fitSeconds:
      folds.length === 0 ? null : folds.reduce((sum, { fitMs }) => sum + fitMs, 0) / folds.length / 1000,
    file,
    trials: trials.length,
    params,
  };
}
