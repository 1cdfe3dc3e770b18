import type { Target } from '../data/target.js';
import { primaryMetric } from '../tracking/primary-metric.js';
import type { OutOfBag } from '../training/out-of-bag.js';
import { measure } from './evaluate.js';

/** How good a forest is on its training rows, each by the trees that did not see it. */
export interface OutOfBagMetrics {
  /** Rows that some tree did not see. */
  readonly rows: number;
  /** `oob_score`, which is accuracy or R², as scikit-learn has it, and the primary metric, such as `oob_roc_auc`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** @param target of the training rows */
export function outOfBagMetrics(target: Target, { rows, predictions }: OutOfBag): OutOfBagMetrics {
  if (rows.length === 0) return { rows: 0, metrics: { oob_score: Number.NaN } };
  const truth = Float64Array.from(rows, (row) => target.values[row] as number);
  const measured = measure(target, truth, predictions);
  const score = measured[target.task === 'classification' ? 'accuracy' : 'r2'] as number;
  const primary = primaryMetric(measured);
  return {
    rows: rows.length,
    metrics: { oob_score: score, [`oob_${primary}`]: measured[primary] as number },
  };
}
