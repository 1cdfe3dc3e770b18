import { chiSquareSf } from './distributions.js';

export interface ChiSquareResult {
  readonly statistic: number;
  /** Levels that occur, minus one. */
  readonly df: number;
  readonly pValue: number;
  /** √(χ²/N), 0..1: for two rows. */
  readonly cramersV: number;
}

/**
 * Pearson's test that two samples share one distribution over k levels, without continuity
 * correction (scipy.stats.chi2_contingency(correction=False)). `a[i]` and `b[i]` count level i.
 * Levels that neither sample has are left out. With fewer than two levels left, or an empty sample,
 * there is nothing to compare: statistic 0, df 0, p 1, V 0.
 */
export function chiSquareHomogeneity(a: ArrayLike<number>, b: ArrayLike<number>): ChiSquareResult {
  const totalA = total(a);
  const totalB = total(b);
  const all = totalA + totalB;
  let levels = 0;
  let statistic = 0;
  for (let i = 0; i < a.length; i++) {
    const column = (a[i] as number) + (b[i] as number);
    if (column === 0) continue;
    levels++;
    // both cells of the column at once: (O−E) is the same in either row, up to sign
    const difference = (a[i] as number) - (totalA * column) / all;
    statistic += (difference * difference * all) / column;
  }
  if (levels < 2 || totalA === 0 || totalB === 0) return { statistic: 0, df: 0, pValue: 1, cramersV: 0 };
  statistic *= all / totalA / totalB;
  const df = levels - 1;
  return { statistic, df, pValue: chiSquareSf(statistic, df), cramersV: Math.sqrt(statistic / all) };
}

export interface LevelCounts {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * Joins rare levels into one, so that the chi-square distribution holds (Cochran 1954): a level is
 * rare when its expected count in the smaller sample is below `minExpected`. The joint level is the
 * last of the answer; if it is rare itself it also takes in the smallest level that is left. The
 * choice looks at row and column totals only, never at how the samples differ, so the test stays
 * valid.
 */
export function poolRareLevels(a: readonly number[], b: readonly number[], minExpected = 5): LevelCounts {
  const smaller = Math.min(total(a), total(b));
  const share = smaller / (total(a) + total(b));
  const expected = (index: number) => ((a[index] as number) + (b[index] as number)) * share;
  const order = [...a.keys()].sort((i, j) => expected(j) - expected(i));
  const kept: number[] = order.filter((index) => expected(index) >= minExpected);
  const rare = order.slice(kept.length);
  let pooledExpected = rare.reduce((sum, index) => sum + expected(index), 0);
  while (pooledExpected > 0 && pooledExpected < minExpected && kept.length > 0) {
    const smallest = kept.pop() as number;
    rare.push(smallest);
    pooledExpected += expected(smallest);
  }
  kept.sort((i, j) => i - j);
  const pool = (counts: readonly number[]) => [
    ...kept.map((index) => counts[index] as number),
    ...(pooledExpected > 0 ? [rare.reduce((sum, index) => sum + (counts[index] as number), 0)] : []),
  ];
  return { a: pool(a), b: pool(b) };
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum;
}
