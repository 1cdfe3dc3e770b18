import { csvLine } from '../csv-line.js';

/** `feature,importance` lines, most important first; the importances sum to 1. */
export function importanceCsv(
  ranked: readonly { readonly feature: string; readonly importance: number }[],
): string {
  const rows = ranked.map(({ feature, importance }) => [feature, importance]);
  return [['feature', 'importance'], ...rows].map(csvLine).join('');
}
