import { foldsOf } from '../data/folds.js';
import type { ColumnSchema } from '../data/schema.js';
import type { Table } from '../data/table.js';
import type { Target } from '../data/target.js';
import { type Fitted, fitPipeline } from '../features/fit.js';
import { type MadeRecipe, type RecipePlan, recipeOf } from '../features/recipe.js';
import { STEPS } from '../features/steps.js';

/** Folds for steps that are cross-fitted, as scikit-learn's TargetEncoder has them. */
const FOLDS = 5;

/** The preprocessing, fitted, and how it came about. */
export interface FittedFeatures extends Fitted {
  readonly recipe: MadeRecipe;
  /** Fold of each training row; null where nothing was cross-fitted. */
  readonly rowFolds: Int32Array | null;
}

/** The rows that preprocessing is learned from. */
export interface FitRows {
  readonly table: Table;
  /** Label of each row of the table; rows that are fitted on must have one. */
  readonly target: Target | null;
  /** The rows that are fitted on; all when not given. */
  readonly rows?: Int32Array;
}

/**
 * Makes the plan's recipe for these columns and fits it.
 * @throws MlxError what fitPipeline throws
 */
export function fitFeatures(
  plan: RecipePlan,
  columns: readonly ColumnSchema[],
  { table, target, rows }: FitRows,
  seed: number,
): FittedFeatures {
  const recipe = recipeOf(plan, columns);
  const values = target === null ? null : labelsOf(target, rows);
  const isCrossFitted = recipe.steps.some(({ step }) => STEPS.get(step)?.crossFit !== undefined);
  const rowFolds =
    isCrossFitted && values !== null
      ? foldsOf(values.length, FOLDS, seed, target?.task === 'classification' ? values : undefined)
      : null;
  const known =
    target === null || values === null ? null : { task: target.task, classes: target.classes.length, values };
  const fitted = fitPipeline(table, columns, recipe.steps, { target: known, folds: rowFolds, seed }, rows);
  return { ...fitted, recipe, rowFolds };
}

function labelsOf({ values }: Target, rows: Int32Array | undefined): Float64Array {
  if (rows === undefined) return values;
  const labels = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) labels[i] = values[rows[i] as number] as number;
  return labels;
}
