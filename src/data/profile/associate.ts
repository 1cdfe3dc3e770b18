import { cramersV, crossTabulate, mutualInformation } from '../../stats/contingency.js';
import { pearsonCorrelation, spearmanCorrelation } from '../../stats/correlation.js';
import { correlationRatio } from '../../stats/correlation-ratio.js';
import { rankedRocAuc } from '../../stats/metrics/roc-auc.js';
import { type Ranked, ranksWith } from '../../stats/midranks.js';
import { MAX_LEVELS } from '../infer.js';
import type { StringColumn } from '../table.js';
import { type Comparison, finiteOrNull } from './compare.js';
import type { Association } from './table-profile.js';

/** A table of more cells says nothing that a person would read. */
const MAX_CELLS = 2_000_000;

/** Groups of a number, of about equal size, in which the target is compared. */
const TWENTIETHS = 20;

const NOTHING: Association = {
  strength: null,
  pearson: null,
  spearman: null,
  auc: null,
  correlationRatio: null,
  cramersV: null,
  mutualInformation: null,
};

/**
 * A number or time against the target.
 * @param ranked the values of the rows by which ranks are made
 */
export function associateNumber(values: Float64Array, ranked: Ranked, comparison: Comparison): Association {
  const { target, classes } = comparison;
  const groups = twentieths(ranked);
  if (classes === null) {
    return {
      ...NOTHING,
      strength: finiteOrNull(correlationRatio(groups, TWENTIETHS, comparison.ranked.values).adjusted),
      pearson: finiteOrNull(pearsonCorrelation(values, target.values)),
      spearman: finiteOrNull(spearmanCorrelation(ranked, comparison.ranked)),
    };
  }
  const size = { rows: TWENTIETHS, columns: target.classes.length };
  const table = crossTabulate(groups, comparison.ranked.values, size);
  const strength = finiteOrNull(cramersV(table));
  if (target.classes.length > 2) {
    const { eta } = correlationRatio(classes, target.classes.length, values);
    return { ...NOTHING, strength, correlationRatio: finiteOrNull(eta) };
  }
  const auc = rankedRocAuc(comparison.ranked.values, ranksWith(ranked, comparison.ranked));
  return {
    ...NOTHING,
    strength,
    pearson: finiteOrNull(pearsonCorrelation(values, target.values)),
    auc: finiteOrNull(auc),
  };
}

/** A category against the target; null for more levels than a category has. */
export function associateCategory(
  { codes, levels }: StringColumn,
  { target, classes }: Comparison,
): Association | null {
  if (levels.length > MAX_LEVELS || levels.length * target.classes.length > MAX_CELLS) return null;
  if (classes === null) {
    const { eta, adjusted } = correlationRatio(codes, levels.length, target.values);
    return { ...NOTHING, strength: finiteOrNull(adjusted), correlationRatio: finiteOrNull(eta) };
  }
  const table = crossTabulate(codes, classes, { rows: levels.length, columns: target.classes.length });
  const strength = finiteOrNull(cramersV(table));
  return {
    ...NOTHING,
    strength,
    cramersV: strength,
    mutualInformation: finiteOrNull(mutualInformation(table)),
  };
}

/**
 * The twentieth in which each value lies by its mean rank, so that equal values stay together; -1 = missing.
 */
function twentieths({ ranks, order }: Ranked): Int32Array {
  const groups = new Int32Array(ranks.length).fill(-1);
  for (let row = 0; row < ranks.length; row++) {
    const rank = ranks[row] as number;
    if (!Number.isNaN(rank)) groups[row] = Math.floor(((rank - 0.5) / order.length) * TWENTIETHS);
  }
  return groups;
}
