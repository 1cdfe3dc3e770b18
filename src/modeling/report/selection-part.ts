import type { CrossValidation, Leaderboard, Search } from '../../reports/training/report.js';
import { metricDirection } from '../../tracking/metric-direction.js';
import type { Selection } from '../select.js';
import { figure } from './figure.js';

interface SelectionPart {
  readonly crossValidation?: CrossValidation;
  readonly leaderboard?: Leaderboard;
  readonly search?: Search;
}

/** How the model was chosen, as far as anything was tried. */
export function selectionPart({ validation, trials, leaderboard, choice }: Selection): SelectionPart {
  if (validation === null) return {};
  const { metric, method, column, folds, summary } = validation;
  const better = metricDirection(metric) ?? 'higher';
  const count = folds.length === 1 ? 'one part held out' : `${folds.length} folds`;
  return {
    crossValidation: {
      scheme: `${count}, ${method}${column === null ? '' : ` by ${column}`}`,
      metrics: Object.keys(summary).map((name) => ({
        name,
        folds: folds.map(({ metrics }) => figure(metrics[name])),
      })),
    },
    ...(leaderboard === null
      ? {}
      : {
          leaderboard: {
            metric,
            better,
            entries: leaderboard.map(({ algorithm, score, fitSeconds, file, error }) => ({
              algorithm,
              score: figure(score?.mean),
              low: figure(score?.low),
              high: figure(score?.high),
              fitSeconds,
              rowsPerSecond: figure(file?.rowsPerSecond),
              bytes: figure(file?.bytes),
              isChosen: algorithm === choice.algorithm,
              ...(error === null ? {} : { note: error }),
            })),
          },
        }),
    ...(trials === null
      ? {}
      : {
          search: {
            metric,
            better,
            trials: trials.map(({ score, params }) => ({
              score: figure(score),
              parameters: Object.entries(params).map(([name, value]) => ({ name, value: String(value) })),
            })),
          },
        }),
  };
}
