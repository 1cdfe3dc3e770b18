import { csvLine } from '../csv-line.js';

/** `feature,importance` lines, most important first; the importances sum to 1. */
export function importanceCsv(
  ranked: readonly { readonly feature: string; readonly importance: number }[],
): string {
  const rows = ranked.map(({ feature, importance }) => [feature, importance]);
  return [['feature', 'importance'], ...rows].map(csvLine).join('');
}

export interface RankedFeature {
  readonly feature: string;
  readonly importance: number;
}

/** The most important first; by name where they are equal. */
export function rankImportance(names: readonly string[], values: Float64Array): readonly RankedFeature[] {
  return names
    .map((feature, index) => ({ feature, importance: values[index] as number }))
    .sort((a, b) => b.importance - a.importance || (a.feature < b.feature ? -1 : 1));
}
