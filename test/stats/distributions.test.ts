import { describe, expect, it } from 'vitest';
import { incompleteBeta } from '#mlx/stats/beta.js';
import {
  chiSquareSf,
  kolmogorovSf,
  normalCdf,
  normalQuantile,
  normalSf,
  studentQuantile,
  studentSf,
} from '#mlx/stats/distributions.js';
import { logGamma, lowerGamma, upperGamma } from '#mlx/stats/gamma.js';
import { expectClose, golden } from './closeness.js';

const answers = golden<Record<string, number[][]>>('stats_distributions');

const functions: Record<string, (...args: number[]) => number> = {
  log_gamma: logGamma,
  chi_square_sf: chiSquareSf,
  lower_gamma: lowerGamma,
  incomplete_beta: incompleteBeta,
  normal_cdf: normalCdf,
  normal_quantile: normalQuantile,
  student_sf: studentSf,
  student_quantile: studentQuantile,
  kolmogorov_sf: kolmogorovSf,
};

describe('distribution functions', () => {
  it('has an oracle for each function', () => {
    expect(Object.keys(answers).sort()).toEqual(Object.keys(functions).sort());
  });

  describe.each(Object.entries(functions))('%s', (name, compute) => {
    it.each(answers[name] ?? [])('equals the oracle to 1e-12 at %d, %d, %d', (...values) => {
      expectClose(compute(...values.slice(0, -1)), values.at(-1) as number);
    });
  });

  it('answers the ends of the domain', () => {
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(studentQuantile(1, 3)).toBe(Number.POSITIVE_INFINITY);
    expect(studentSf(Number.POSITIVE_INFINITY, 3)).toBe(0);
    expect(studentSf(Number.NEGATIVE_INFINITY, 3)).toBe(1);
    expect(chiSquareSf(0, 4)).toBe(1);
    expect(chiSquareSf(-1, 4)).toBe(1);
    expect(chiSquareSf(Number.POSITIVE_INFINITY, 4)).toBe(0);
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalSf(Number.NEGATIVE_INFINITY)).toBe(1);
    expect(kolmogorovSf(0)).toBe(1);
    expect(incompleteBeta(2, 3, 0)).toBe(0);
    expect(incompleteBeta(2, 3, 1)).toBe(1);
  });

  it('answers NaN outside the domain and for NaN', () => {
    const outside = [
      logGamma(0),
      logGamma(-1.5),
      upperGamma(0, 1),
      lowerGamma(1, -1),
      incompleteBeta(1, 1, 1.5),
      normalCdf(Number.NaN),
      normalQuantile(-0.1),
      normalQuantile(Number.NaN),
      studentQuantile(0.5, 0.5),
      studentSf(Number.NaN, 4),
      chiSquareSf(Number.NaN, 2),
      kolmogorovSf(Number.NaN),
    ];
    expect(outside).toEqual(outside.map(() => Number.NaN));
  });
});
