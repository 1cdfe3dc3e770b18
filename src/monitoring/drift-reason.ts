import type { ColumnComparison } from './column-comparison.js';
import type { ColumnDrift } from './drift-report.js';

/** Corrected p-values of a column: of its distribution, and of its share of missing values. */
export interface Adjusted {
  readonly value: number;
  readonly missing: number;
}

/** Why a column drifted; null when nothing moved. */
export function driftReason(
  comparison: ColumnComparison,
  adjusted: Adjusted,
  moved: { readonly value: boolean; readonly missing: boolean },
): string | null {
  const reasons = [
    ...(moved.value ? [distributionReason(comparison, adjusted.value)] : []),
    ...(moved.missing ? [missingReason(comparison, adjusted.missing)] : []),
  ];
  return reasons.length === 0 ? null : reasons.join('; ');
}

/** The verdict of a whole report in words. */
export function driftSummary(
  drifted: readonly string[],
  columns: number,
  prediction: ColumnDrift | null,
): string {
  const inputs =
    drifted.length === 0
      ? `No drift in ${counted(columns, 'column')}`
      : `Drift in ${drifted.length} of ${counted(columns, 'column')} (${drifted.join(', ')})`;
  if (prediction === null) return `${inputs}.`;
  return `${inputs}; the predictions ${prediction.drifted ? 'drifted' : 'are steady'}.`;
}

export function insufficientSummary(rows: number, baselineRows: number, minRows: number): string {
  const [count, what] = rows < minRows ? [rows, 'to compare'] : [baselineRows, 'in the baseline'];
  return `Not enough data: ${counted(count, 'row')} ${what}, at least ${minRows} are needed.`;
}

function distributionReason(comparison: ColumnComparison, pAdjusted: number): string {
  const evidence = `adjusted p ${comparedWith(pAdjusted)}`;
  if (comparison.test === 'ks') {
    return `the distribution moved: KS distance ${comparison.effect.toFixed(3)}, ${evidence}${meanWords(comparison.meanShiftSd)}`;
  }
  const named = comparison.newLevels.map((level) => JSON.stringify(level)).join(', ');
  const unseen = named === '' ? '' : `; levels not seen in training: ${named}`;
  return `the shares of the levels changed: Cramér's V ${comparison.effect.toFixed(3)}, ${evidence}${unseen}`;
}

function meanWords(shift: number | null): string {
  if (shift === null || Math.abs(shift) < 0.05) return '';
  return `; the mean is ${Math.abs(shift).toFixed(2)} sd ${shift > 0 ? 'higher' : 'lower'}`;
}

function missingReason({ missingBaseline, missingCurrent }: ColumnComparison, pAdjusted: number): string {
  const direction = missingCurrent > missingBaseline ? 'rose' : 'fell';
  return `missing values ${direction} from ${percent(missingBaseline)} to ${percent(missingCurrent)}, adjusted p ${comparedWith(pAdjusted)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function comparedWith(p: number): string {
  return p < 1e-300 ? '< 1e-300' : `= ${Number(p.toPrecision(2))}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
