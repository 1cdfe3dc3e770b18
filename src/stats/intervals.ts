/**
 * Two-sided confidence intervals. `confidence` is the coverage, 0.95 by default. Where an interval
 * cannot be formed (no trials, one value), its ends are NaN.
 */
import { normalQuantile, studentQuantile, studentSf } from './distributions.js';

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Wilson's score interval for a proportion (Wilson 1927; statsmodels method='wilson'). */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (!(trials > 0)) return { estimate: Number.NaN, low: Number.NaN, high: Number.NaN };
  const z = normalQuantile(0.5 + confidence / 2);
  const share = successes / trials;
  const centre = (successes + (z * z) / 2) / (trials + z * z);
  const half = (z / (trials + z * z)) * Math.sqrt(trials * share * (1 - share) + (z * z) / 4);
  return {
    estimate: share,
    low: successes === 0 ? 0 : centre - half,
    high: successes === trials ? 1 : centre + half,
  };
}

export interface Proportion {
  readonly successes: number;
  readonly trials: number;
}

/**
 * Newcombe's hybrid score interval for share a − share b (Newcombe 1998, method 10; statsmodels
 * confint_proportions_2indep(method='newcomb')).
 */
export function proportionDifference(a: Proportion, b: Proportion, confidence = 0.95): Interval {
  const first = wilsonInterval(a.successes, a.trials, confidence);
  const second = wilsonInterval(b.successes, b.trials, confidence);
  const estimate = first.estimate - second.estimate;
  return {
    estimate,
    low: estimate - Math.hypot(first.estimate - first.low, second.high - second.estimate),
    high: estimate + Math.hypot(first.high - first.estimate, second.estimate - second.low),
  };
}

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (divisor count − 1). */
  readonly sd: number;
}

/** Student's t interval for a mean. */
export function meanInterval(sample: Moments, confidence = 0.95): Interval {
  const half =
    studentQuantile(0.5 + confidence / 2, sample.count - 1) * (sample.sd / Math.sqrt(sample.count));
  return { estimate: sample.mean, low: sample.mean - half, high: sample.mean + half };
}

export interface MeanDifference extends Interval {
  /** Degrees of freedom after Welch and Satterthwaite. */
  readonly df: number;
  /** Two-sided p-value of Welch's t test (scipy ttest_ind(equal_var=False)). */
  readonly pValue: number;
}

/**
 * Welch's interval and test for mean a − mean b. Needs two values on either side, else NaN. Two
 * constant samples have no error to measure: the interval is the point, p is 1 when the means are
 * equal and 0 when they differ.
 */
export function meanDifference(a: Moments, b: Moments, confidence = 0.95): MeanDifference {
  const estimate = a.mean - b.mean;
  const varianceA = a.sd ** 2 / a.count;
  const varianceB = b.sd ** 2 / b.count;
  const variance = varianceA + varianceB;
  if (variance === 0) {
    return {
      estimate,
      low: estimate,
      high: estimate,
      df: a.count + b.count - 2,
      pValue: estimate === 0 ? 1 : 0,
    };
  }
  const df = variance ** 2 / (varianceA ** 2 / (a.count - 1) + varianceB ** 2 / (b.count - 1));
  const error = Math.sqrt(variance);
  const half = studentQuantile(0.5 + confidence / 2, df) * error;
  const pValue = 2 * studentSf(Math.abs(estimate) / error, df);
  return { estimate, low: estimate - half, high: estimate + half, df, pValue };
}
