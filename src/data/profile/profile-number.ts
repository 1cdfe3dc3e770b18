import { rankValues } from '../../stats/midranks.js';
import { quantilesOf } from '../../stats/selection.js';
import { shapeOf } from '../../stats/shape.js';
import { summarise } from '../../stats/summary.js';
import type { NumberColumn } from '../table.js';
import { associateNumber } from './associate.js';
import type { ProfileContext } from './column-facts.js';
import { columnFacts, presentValues } from './column-facts.js';
import { finiteOrNull } from './compare.js';
import { pick } from './even-sample.js';
import { countInBins, histogramEdges } from './histogram.js';
import type { Association, NumberProfile, QuantileName } from './table-profile.js';

const QUANTILES: Readonly<Record<QuantileName, number>> = {
  ...{ p1: 0.01, p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95, p99: 0.99 },
};
const PROBABILITIES = Object.values(QUANTILES);
/** Tukey's fences stand so many interquartile ranges outside the quartiles. */
const FENCE = 1.5;

export function profileNumber(column: NumberColumn, context: ProfileContext): NumberProfile {
  const { values, name } = column;
  const present = presentValues(values);
  const facts = columnFacts(column, present.length, context);
  const found = quantilesOf(present, PROBABILITIES);
  const at = (q: number) => found[PROBABILITIES.indexOf(q)] as number;
  const { mean, sd, min, max } = summarise(present);
  const shape = shapeOf(present, { mean, sd });
  const { zeros, negatives, outliers, isInteger } = tally(present, at(0.25), at(0.75));
  const base = {
    ...({ ...facts, kind: 'number', zeros, negatives, outliers } as const),
    ...{ mean: finiteOrNull(mean), sd: finiteOrNull(sd), min: finiteOrNull(min), max: finiteOrNull(max) },
    ...{ skewness: finiteOrNull(shape.skewness), kurtosis: finiteOrNull(shape.kurtosis) },
  };
  if (present.length === 0) return { ...base, quantiles: null, histogram: null, association: null };
  const quantiles = Object.fromEntries(Object.entries(QUANTILES).map(([key, q]) => [key, at(q)])) as Readonly<
    Record<QuantileName, number>
  >;
  const edges = histogramEdges({ count: present.length, min, max, quantiles, isInteger }, context.bins);
  const { comparison } = context;
  return {
    ...base,
    quantiles,
    histogram: countInBins(values, edges, comparison?.target.name === name ? null : comparison),
    association: associateByTwentieths(name, values, context),
  };
}

/** Against the target, unless the column is the target. */
export function associateByTwentieths(
  name: string,
  values: Float64Array,
  { comparison, sample }: ProfileContext,
): Association | null {
  if (comparison === null || comparison.target.name === name) return null;
  return associateNumber(values, rankValues(pick(values, sample)), comparison);
}

function tally(present: Float64Array, lower: number, upper: number) {
  const reach = FENCE * (upper - lower);
  const [low, high] = [lower - reach, upper + reach];
  let zeros = 0;
  let negatives = 0;
  let outliers = 0;
  let isInteger = true;
  for (let i = 0; i < present.length; i++) {
    const value = present[i] as number;
    if (value === 0) zeros++;
    if (value < 0) negatives++;
    if (value < low || value > high) outliers++;
    if (isInteger && value !== Math.floor(value)) isInteger = false;
  }
  return { zeros, negatives, outliers, isInteger };
}
