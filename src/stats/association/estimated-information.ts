import { momentsOf } from '../moments.js';
import type { Random } from '../random.js';
import { continuousInformation, discreteInformation, mixedInformation } from './mutual-information.js';

/** A column without NaN; a discrete one holds whole numbers from 0. */
export interface Variable {
  readonly values: Float64Array;
  readonly isDiscrete: boolean;
}

/** Mutual information of two columns in nats by the estimator that fits their kinds. */
export function informationOf(feature: Variable, target: Variable, neighbours: number): number {
  if (feature.isDiscrete && target.isDiscrete) return discreteInformation(feature.values, target.values);
  if (feature.isDiscrete) return mixedInformation(target.values, feature.values, neighbours);
  if (target.isDiscrete) return mixedInformation(feature.values, target.values, neighbours);
  return continuousInformation(feature.values, target.values, neighbours);
}

/**
 * A continuous column by its standard deviation, with noise of about 1e-10 that tells equal values apart, as the
 * neighbour estimators need it (Kraskov et al. 2004; scikit-learn does the same).
 */
export function spread(values: Float64Array, random: Random): Float64Array {
  const { deviation } = momentsOf(values);
  const scaled = values.map((value) => (deviation > 0 ? value / deviation : value));
  const size = scaled.reduce((sum, value) => sum + Math.abs(value), 0) / scaled.length;
  const noise = 1e-10 * Math.max(1, size);
  return scaled.map((value) => value + noise * random.normal());
}

/** Distinct values become 0, 1, … in the order in which they occur. */
export function codesOf(values: Float64Array): Float64Array {
  const codes = new Map<number, number>();
  return values.map((value) => {
    const known = codes.get(value);
    if (known !== undefined) return known;
    codes.set(value, codes.size);
    return codes.size - 1;
  });
}
