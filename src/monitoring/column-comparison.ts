import type { ColumnType } from '../data/schema.js';
import type { Column, NumberColumn, StringColumn, TimeColumn } from '../data/table.js';
import { chiSquareHomogeneity, poolRareLevels } from '../stats/chi-square.js';
import {
  balancedCramersV,
  jensenShannonDistance,
  meanShift,
  populationStabilityIndex,
} from '../stats/effect-size.js';
import { ksTest } from '../stats/ks.js';
import { countAgainst, createReference, quantileBins, rankDistance } from '../stats/ranks.js';
import { summarise } from '../stats/summary.js';
import { type BaselineColumn, type CategoryBaseline, countLevels, type NumericBaseline } from './baseline.js';

/** The tests of one column before correction; NaN = could not be made. */
export interface ColumnComparison {
  readonly name: string;
  readonly type: ColumnType;
  readonly test: 'ks' | 'chi-square';
  readonly statistic: number;
  readonly pValue: number;
  readonly effect: number;
  readonly psi: number;
  readonly jsDistance: number;
  readonly meanShiftSd: number | null;
  readonly missingBaseline: number;
  readonly missingCurrent: number;
  readonly missingPValue: number;
  readonly newLevels: readonly string[];
}

const BINS = 10;
const MAX_NAMED_LEVELS = 5;
const SECURE_SD = 4;

/** Compares a column with its baseline; both are of one kind. */
export function compareColumn(baseline: BaselineColumn, current: Column): ColumnComparison {
  if (current.kind === 'string') return compareCategories(baseline as CategoryBaseline, current);
  return compareNumbers(baseline as NumericBaseline, current);
}

/** KS against the baseline's sample, whose size is what the p-value knows of. */
function compareNumbers(baseline: NumericBaseline, current: NumberColumn | TimeColumn): ColumnComparison {
  const reference = createReference(baseline.sample);
  const counts = countAgainst(reference, current.values);
  const { statistic, pValue } = ksTest(rankDistance(reference, counts), reference.count, counts.count);
  const bins = quantileBins(reference, counts, BINS);
  const { mean, sd } = baseline;
  return {
    name: baseline.name,
    type: baseline.type,
    test: 'ks',
    statistic,
    pValue,
    effect: statistic,
    psi: populationStabilityIndex(bins.reference, bins.values),
    jsDistance: jensenShannonDistance(bins.reference, bins.values),
    meanShiftSd:
      mean === null || sd === null ? null : meanShift({ mean, sd }, summarise(current.values).mean),
    ...compareMissing(baseline, current.values.length - counts.count, current.values.length),
    newLevels: [],
  };
}

/** Chi-square over the levels of both sides, rare ones pooled. */
function compareCategories(baseline: CategoryBaseline, current: StringColumn): ColumnComparison {
  const counts = new Map(countLevels(current));
  const present = sum([...counts.values()]);
  const levels = alignLevels(baseline, counts, present);
  const { a, b } = poolRareLevels(levels.baseline, levels.current);
  const { statistic, pValue, df } = chiSquareHomogeneity(a, b);
  const isTestable = df > 0;
  return {
    name: baseline.name,
    type: baseline.type,
    test: 'chi-square',
    statistic: isTestable ? statistic : Number.NaN,
    pValue: isTestable ? pValue : Number.NaN,
    effect: isTestable ? balancedCramersV(a, b) : Number.NaN,
    psi: populationStabilityIndex(a, b),
    jsDistance: jensenShannonDistance(a, b),
    meanShiftSd: null,
    ...compareMissing(baseline, current.codes.length - present, current.codes.length),
    newLevels: baseline.other > 0 ? [] : newLevels(baseline, counts),
  };
}

/**
 * Counts of both sides, level by level. A level that only one side has is a level of its own: to
 * gather what the baseline never saw into one level would raise an alarm on quiet days, since the
 * rare levels of any second sample are partly new.
 *
 * Where the baseline lists its most frequent levels only, all levels that another draw might well
 * have left out make up one level: those whose expected baseline count is not four standard
 * deviations above the smallest listed one. Otherwise luck in the baseline would look like a fall
 * since.
 */
function alignLevels(
  { levels, other, count }: CategoryBaseline,
  counts: ReadonlyMap<string, number>,
  present: number,
): { baseline: number[]; current: number[] } {
  const smallest = levels.at(-1)?.[1] ?? 0;
  const secure = other === 0 ? 0 : smallest + SECURE_SD * Math.sqrt(smallest) + SECURE_SD;
  const known = new Map(levels);
  const both = [...new Set([...known.keys(), ...counts.keys()])]
    .map((name) => [known.get(name) ?? 0, counts.get(name) ?? 0] as const)
    .filter(([then, now]) => (then + now) * count >= secure * (count + present));
  const baseline = both.map(([then]) => then);
  const current = both.map(([, now]) => now);
  return { baseline: [...baseline, count - sum(baseline)], current: [...current, present - sum(current)] };
}

/** Two-proportion test of the missing shares; none where no value, or every value, is missing on both sides. */
function compareMissing(baseline: BaselineColumn, missing: number, rows: number) {
  const { df, pValue } = chiSquareHomogeneity(
    [baseline.rows - baseline.count, baseline.count],
    [missing, rows - missing],
  );
  return {
    missingBaseline: baseline.missing,
    missingCurrent: rows === 0 ? 0 : missing / rows,
    missingPValue: df > 0 ? pValue : Number.NaN,
  };
}

function newLevels(baseline: CategoryBaseline, counts: ReadonlyMap<string, number>): string[] {
  const known = new Set(baseline.levels.map(([level]) => level));
  return [...counts]
    .filter(([level]) => !known.has(level))
    .sort(([, n], [, m]) => m - n)
    .slice(0, MAX_NAMED_LEVELS)
    .map(([level]) => level);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
