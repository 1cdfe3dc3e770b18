import { correlationMatrix, pearsonCorrelation, spearmanCorrelation } from '../../stats/correlation.js';
import { rankValues } from '../../stats/midranks.js';
import type { Column, NumberColumn } from '../table.js';
import type { ProfileContext } from './column-facts.js';
import { finiteOrNull } from './compare.js';
import { pick } from './even-sample.js';
import type { ColumnProfile, CorrelationProfile } from './table-profile.js';

/** Columns of the correlation matrix at most. */
export const MAX_CORRELATED = 50;
/** Values multiplied at most, pairs times rows; wider tables are correlated over fewer rows. */
const MAX_PRODUCTS = 20_000_000;
const MIN_ROWS = 10_000;

/**
 * Correlations of the number columns that vary, in the table's order; beyond MAX_CORRELATED of them those that go
 * best with the target, or the first ones. Null for fewer than two.
 */
export function correlate(
  columns: readonly Column[],
  profiles: readonly ColumnProfile[],
  { comparison, sample }: ProfileContext,
): CorrelationProfile | null {
  const candidates = columns.flatMap((column, index) => {
    const profile = profiles[index] as ColumnProfile;
    return column.kind === 'number' && profile.unique > 1 ? [{ column, profile, index }] : [];
  });
  if (candidates.length < 2) return null;
  const worth = ({ profile }: { profile: ColumnProfile }) =>
    profile.name === comparison?.target.name ? 2 : (profile.association?.strength ?? 0);
  const chosen = candidates
    .toSorted((a, b) => worth(b) - worth(a) || a.index - b.index)
    .slice(0, MAX_CORRELATED)
    .sort((a, b) => a.index - b.index)
    .map(({ column }) => column as NumberColumn);
  const rows = thinned(sample, (chosen[0] as NumberColumn).values.length, chosen.length);
  const values = chosen.map((column) => pick(column.values, rows));
  return {
    columns: chosen.map(({ name }) => name),
    pearson: plain(correlationMatrix(values, pearsonCorrelation)),
    spearman: plain(correlationMatrix(values.map(rankValues), spearmanCorrelation)),
    rows: rows?.length ?? (values[0] as Float64Array).length,
    omitted: candidates.length - chosen.length,
  };
}

function plain(matrix: readonly (readonly number[])[]): (number | null)[][] {
  return matrix.map((row) => row.map(finiteOrNull));
}

/** Rows such that the pairs of `columns` columns stay within MAX_PRODUCTS: every k-th of the sample. Null = all. */
function thinned(sample: Int32Array | null, rows: number, columns: number): Int32Array | null {
  const pairs = (columns * (columns - 1)) / 2;
  const most = Math.max(MIN_ROWS, Math.floor(MAX_PRODUCTS / pairs));
  const given = sample?.length ?? rows;
  if (given <= most) return sample;
  return Int32Array.from({ length: most }, (_, i) => {
    const place = Math.floor((i * given) / most);
    return sample === null ? place : (sample[place] as number);
  });
}
