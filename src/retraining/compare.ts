import { toMlxError } from '../errors.js';
import { evaluate } from '../modeling/evaluate.js';
import type { LabelledTable } from '../modeling/prepare.js';
import { ScoringModel } from '../scoring/model.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { metricDirection } from '../tracking/metric-direction.js';
import { primaryMetric } from '../tracking/primary-metric.js';

/** Candidate and production, measured on the same test rows. */
export interface Contest {
  readonly metric: string;
  readonly candidate: number;
  /** Null when production could not score these rows. */
  readonly production: number | null;
  readonly productionVersion: number | null;
  readonly better: boolean;
  readonly reason: string;
}

/**
 * Scores the candidate's own test rows with the production version and compares the primary metric
 * (roc_auc, rmse). The first model of a name has nothing to beat.
 * @param minImprovement by how much the candidate must be better, in units of the metric
 */
export async function compareWithProduction(
  store: Store,
  production: ModelVersion | null,
  test: LabelledTable,
  candidate: Readonly<Record<string, number>>,
  minImprovement: number,
): Promise<Contest> {
  const metric = primaryMetric(candidate);
  const own = candidate[metric] as number;
  if (production === null) {
    return {
      metric,
      candidate: own,
      production: null,
      productionVersion: null,
      better: true,
      reason: 'nothing is in production yet',
    };
  }
  const shared = { metric, candidate: own, productionVersion: production.version };
  const theirs = await scoreProduction(store, production, test, metric);
  if (typeof theirs === 'string') {
    return {
      ...shared,
      production: null,
      better: false,
      reason: `production cannot score the test rows: ${theirs}`,
    };
  }
  const gain = metricDirection(metric) === 'lower' ? theirs - own : own - theirs;
  const better = gain > minImprovement;
  const reason = `${metric} ${own} against ${theirs} of version ${production.version} on the same ${test.table.rows} test rows`;
  return { ...shared, production: theirs, better, reason };
}

async function scoreProduction(
  store: Store,
  production: ModelVersion,
  test: LabelledTable,
  metric: string,
): Promise<number | string> {
  const model = await ScoringModel.open(await store.artifacts.read(production.sha256), { threads: 2 });
  try {
    const { classes, task } = model.manifest;
    if (task !== test.target.task || classes.join('\n') !== test.target.classes.join('\n')) {
      return 'it was made for other classes or another task';
    }
    const { metrics } = await evaluate(model, test.table, test.target);
    const value = metrics[metric];
    return value === undefined || !Number.isFinite(value) ? `it has no ${metric}` : value;
  } catch (error) {
    return toMlxError(error).message;
  } finally {
    await model.release();
  }
}
