import { withRoles } from '../roles.js';
import type { Schema } from '../schema.js';
import { type Column, selectColumns, type Table } from '../table.js';
import { findAlerts } from './alerts.js';
import type { ProfileContext } from './column-facts.js';
import { compareWith } from './compare.js';
import { correlate } from './correlate.js';
import { evenSample } from './even-sample.js';
import { MAX_BINS } from './histogram.js';
import { profileCategory } from './profile-category.js';
import { profileNumber } from './profile-number.js';
import { profileTime } from './profile-time.js';
import type { ColumnProfile, ProfileAlert, TableProfile } from './table-profile.js';

/** Levels listed where the caller does not say. */
const TOP_LEVELS = 10;
/** Ranks of a larger table are made from a sample of so many rows: a rank correlation is right to about ±0.006. */
const MAX_SAMPLE_ROWS = 100_000;

export interface ProfileOptions {
  /** Column to compare the others with; the schema's target when not given. */
  readonly target?: string;
  /** Bins of a histogram at most; MAX_BINS when not given. */
  readonly bins?: number;
  /** Levels listed of a category; the others are counted together. */
  readonly topLevels?: number;
  /** The schema was inferred from this very table: its counts of distinct values are taken over. */
  readonly isInferred?: boolean;
  /** Of the sample by which ranks are made in a large table. */
  readonly seed: number;
  readonly maxSampleRows?: number;
  /** Facts of the file that the profile shall carry. */
  readonly bytes?: number;
  readonly duplicateRows?: number;
}

/**
 * What the columns of a table hold and how they go with the target. Counts, moments, quantiles and histograms are
 * exact over all rows; what rests on ranks (Spearman, AUC, the strength of a number) and the correlation matrix of a
 * larger table come from an even random sample.
 * A target that cannot be learned (one value, say) is an alert, and nothing is compared.
 * @param schema types and roles of the table's columns; columns without an entry are passed over
 * @throws MlxError TARGET_MISSING for a target that the schema does not have
 */
export function profileTable(table: Table, schema: Schema, options: ProfileOptions): TableProfile {
  const roles = options.target === undefined ? schema : withRoles(schema, { target: options.target });
  const sample = evenSample(table.rows, options.maxSampleRows ?? MAX_SAMPLE_ROWS, options.seed);
  const compared = compareWith(table, roles, sample);
  const comparison = compared === null || 'problem' in compared ? null : compared;
  const context: ProfileContext = {
    schema: new Map(roles.columns.map((column) => [column.name, column])),
    comparison,
    sample,
    isInferred: options.isInferred ?? false,
    bins: options.bins ?? MAX_BINS,
    topLevels: options.topLevels ?? TOP_LEVELS,
  };
  const known = selectColumns(
    table,
    roles.columns.map(({ name }) => name),
  ).columns;
  const columns = known.map((column) => profileColumn(column, context));
  const correlations = correlate(known, columns, context);
  const missingCells = columns.reduce((sum, { missing }) => sum + missing, 0);
  const profile = {
    version: 1,
    rows: table.rows,
    bytes: options.bytes ?? null,
    duplicateRows: options.duplicateRows ?? null,
    missingCells,
    missingShare: missingCells / Math.max(1, table.rows * columns.length),
    target: comparison?.profile ?? null,
    rankRows: sample?.length ?? table.rows,
    columns,
    correlations,
  } as const;
  const unusable: ProfileAlert[] =
    compared !== null && 'problem' in compared
      ? [{ kind: 'target-unusable', columns: [], message: compared.problem.message.replace(/\.$/, '') }]
      : [];
  return { ...profile, alerts: [...unusable, ...findAlerts(profile)] };
}

function profileColumn(column: Column, context: ProfileContext): ColumnProfile {
  switch (column.kind) {
    case 'number':
      return profileNumber(column, context);
    case 'string':
      return profileCategory(column, context);
    case 'time':
      return profileTime(column, context);
  }
}
