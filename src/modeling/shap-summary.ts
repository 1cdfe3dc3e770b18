import { sampleRows } from '../data/sample.js';
import { type Column, findColumn, type Table, takeRows } from '../data/table.js';
import { rankValues } from '../stats/midranks.js';
import { contributionsBySource } from '../training/explain/by-source.js';
import type { Contributions } from '../training/explain/contributions.js';
import { contributionsOf } from '../training/explain/contributions.js';
import type { Explainer, ScoreUnit } from './explain.js';

/** What moves a model's predictions, over a sample of rows; plain JSON. */
export interface ShapSummary {
  readonly unit: ScoreUnit;
  /** Rows that were explained. */
  readonly rows: number;
  /** One per raw score: of the last of two classes, of each of several, of the value. */
  readonly outputs: readonly ShapOutput[];
}

export interface ShapOutput {
  /** Class or target that the score is of. */
  readonly name: string;
  readonly expected: number;
  /** Strongest first. */
  readonly features: readonly { readonly name: string; readonly meanAbs: number }[];
  readonly columns: readonly ShapColumn[];
}

export interface ShapColumn {
  readonly name: string;
  /** Mean of |contribution|, in the unit of the raw score. */
  readonly meanAbs: number;
  /** One per row; of the strongest columns alone. */
  readonly points: readonly ShapPoint[];
}

export interface ShapPoint {
  /** Numbers and times: rank among the rows, from 0 to 1; categories: the level; null where missing. */
  readonly value: number | string | null;
  readonly shap: number;
}

const MOST_ROWS = 300;
const MOST_COLUMNS_WITH_POINTS = 20;
/** Nodes × rows: some seconds at most. */
const MOST_WORK = 2e8;
const FEWEST_ROWS = 50;

/**
 * Explains a sample of a table's rows and sums it up per feature and per raw column.
 * @param table holds the manifest's columns by name; held-out rows, so that what was learned by heart does not count
 */
export async function shapSummary(explainer: Explainer, table: Table): Promise<ShapSummary> {
  const { scorer, manifest, outputs, unit } = explainer;
  const sample = takeRows(table, sampleRows(table.rows, rowsFor(explainer)));
  const byFeature = contributionsOf({ scorer }, await explainer.features(sample));
  const byColumn = contributionsBySource(byFeature, manifest.featureSources, manifest.columns.length);
  const columns = manifest.columns.map(({ name }) => name);
  return {
    unit,
    rows: sample.rows,
    outputs: outputs.map((name, output) => ({
      name,
      expected: byFeature.expected[output] as number,
      features: strongest(byFeature, output, manifest.featureNames),
      columns: strongest(byColumn, output, columns).map((column, rank) => ({
        ...column,
        points:
          rank < MOST_COLUMNS_WITH_POINTS
            ? pointsOf(byColumn, output, columns.indexOf(column.name), findColumn(sample, column.name))
            : [],
      })),
    })),
  };
}

/** As many rows as are explained within seconds: deep forests have millions of nodes. */
function rowsFor({ scorer }: Explainer): number {
  if (scorer.kind === 'linear') return MOST_ROWS;
  const nodes = scorer.trees.reduce((sum, { feature }) => sum + feature.length, 0);
  return Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_WORK / nodes)));
}

function strongest(
  { rows, outputs, columns, values }: Contributions,
  output: number,
  names: readonly string[],
): { name: string; meanAbs: number }[] {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const at = (row * outputs + output) * columns;
    for (let column = 0; column < columns; column++)
      (sums[column] as number) += Math.abs(values[at + column] as number);
  }
  return names
    .map((name, column) => ({ name, meanAbs: (sums[column] as number) / rows }))
    .sort((a, b) => b.meanAbs - a.meanAbs);
}

function pointsOf(
  { rows, outputs, columns, values }: Contributions,
  output: number,
  place: number,
  column: Column | undefined,
): ShapPoint[] {
  const valueAt = shownValues(column);
  return Array.from({ length: rows }, (_, row) => ({
    value: valueAt(row),
    shap: values[(row * outputs + output) * columns + place] as number,
  }));
}

function shownValues(column: Column | undefined): (row: number) => number | string | null {
  if (column === undefined) return () => null;
  if (column.kind === 'string') return (row) => column.levels[column.codes[row] as number] ?? null;
  const { ranks, order } = rankValues(column.values);
  const present = order.length;
  return (row) => {
    const rank = ranks[row] as number;
    if (Number.isNaN(rank)) return null;
    return present > 1 ? (rank - 1) / (present - 1) : 0.5;
  };
}
