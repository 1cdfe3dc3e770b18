import { sampleRows } from '../../data/sample.js';
import { type Table, takeRows } from '../../data/table.js';
import type { Target } from '../../data/target.js';
import type { FeatureImportance, ShapSummary } from '../../reports/training/report.js';
import { metricDirection } from '../../tracking/metric-direction.js';
import { type Model, predictModel } from '../../training/model.js';
import { measureOne } from '../evaluate.js';
import type { Explainer } from '../explain.js';
import { permutationImportance } from '../permutation-importance.js';
import { shapSummary } from '../shap-summary.js';

const REPEATS = 5;
/** Rows that are scored, times the trees that score them. */
const MOST_WORK = 15_000_000;
const FEWEST_ROWS = 200;
/** Of each column in the SHAP plot. */
const MOST_POINTS = 200;

export interface ExplanationInput {
  readonly explainer: Explainer;
  readonly model: Model;
  /** Held-out rows. */
  readonly table: Table;
  readonly target: Target;
  /** Importance per feature, as the trainer tells it. */
  readonly importance: Float64Array;
  readonly metric: string;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Per raw column: what the trainer says, and how much the metric worsens when the column is shuffled. */
export async function importancePart(input: ExplanationInput): Promise<readonly FeatureImportance[]> {
  const { explainer, model, table, target, importance, metric, seed, signal } = input;
  const { columns, manifest } = explainer;
  const { featureSources: sources } = manifest;
  const own = new Float64Array(columns.length);
  sources.forEach((places, feature) => {
    for (const place of places) (own[place] as number) += (importance[feature] as number) / places.length;
  });
  const { scorer } = model;
  const trees = scorer.kind === 'trees' ? scorer.trees.length : 1;
  const most = Math.max(FEWEST_ROWS, Math.floor(MOST_WORK / (trees * columns.length * REPEATS)));
  const sampled = sampleRows(table.rows, most);
  const truth = Float64Array.from(sampled, (row) => target.values[row] as number);
  const sign = metricDirection(metric) === 'lower' ? -1 : 1;
  const permuted = await permutationImportance({
    table: takeRows(table, sampled),
    columns,
    sources,
    features: (rows) => explainer.features(rows),
    score: (matrix, rows) => {
      const labels = Float64Array.from(rows, (row) => truth[row] as number);
      return sign * measureOne(metric, target, labels, predictModel(model, matrix));
    },
    seed,
    repeats: REPEATS,
    signal,
  });
  return permuted.columns.map(({ column, mean, sd }) => ({
    feature: column,
    own: own[columns.indexOf(column)] as number,
    permutation: { mean, sd },
  }));
}

/** What moved the scores of a sample of rows: of the last of two classes, of the most frequent of several, of the value. */
export async function shapPart({ explainer, table, target }: ExplanationInput): Promise<ShapSummary> {
  const { unit, rows, outputs } = await shapSummary(explainer, table);
  const counts = new Float64Array(outputs.length);
  if (outputs.length > 1) for (const label of target.values) (counts[label] as number)++;
  const shown = outputs[counts.indexOf(Math.max(...counts))] ?? outputs[0];
  return {
    unit: target.task === 'regression' ? unit : `${unit} of ${shown?.name}`,
    rows,
    columns: (shown?.columns ?? []).map(({ name, meanAbs, points }) => ({
      name,
      meanAbs,
      points: thinned(points).map(({ value, shap }) => ({
        value: typeof value === 'number' ? rounded(value) : null,
        shap: rounded(shap),
      })),
    })),
  };
}

/** As many as are told apart in a plot, evenly. */
function thinned<Point>(points: readonly Point[]): readonly Point[] {
  const count = Math.min(points.length, MOST_POINTS);
  return Array.from({ length: count }, (_, i) => points[Math.floor((i * points.length) / count)] as Point);
}

/** Four digits are more than a plot shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
