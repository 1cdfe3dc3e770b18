import { MlxError } from '../errors.js';
import { chi2 } from '../stats/association/chi2.js';
import { codesOf, informationOf, spread, type Variable } from '../stats/association/estimated-information.js';
import { fClassif } from '../stats/association/f-classif.js';
import { fRegression } from '../stats/association/f-regression.js';
import type { Score } from '../stats/association/score.js';
import { createRandom } from '../stats/random.js';
import type { NumberBlock } from './block.js';
import type { FitContext, FitTarget, StepOptions } from './step.js';

/** Mutual information is estimated from at most so many rows, drawn at random. */
const INFORMATION_ROWS = 20_000;
/** A column of whole numbers with at most so many different ones counts as discrete where that is not stated. */
const MOST_DISCRETE = 20;

interface ScoreFunction {
  readonly task: FitTarget['task'];
  scores(block: NumberBlock, target: FitTarget, options: StepOptions, seed: number): Score[];
}

const classif = (score: typeof fClassif): ScoreFunction => ({
  task: 'classification',
  scores: ({ columns }, { values, classes }) => columns.map((column) => score(column, values, classes)),
});

const SCORE_FUNCTIONS: Readonly<Record<string, ScoreFunction>> = {
  f_classif: classif(fClassif),
  f_regression: {
    task: 'regression',
    scores: ({ columns }, { values }) => columns.map((column) => fRegression(column, values)),
  },
  chi2: {
    task: 'classification',
    scores(block, { values, classes }) {
      refuseNegative(block);
      return block.columns.map((column) => chi2(column, values, classes));
    },
  },
  mutual_info_classif: { task: 'classification', scores: informationScores },
  mutual_info_regression: { task: 'regression', scores: informationScores },
};

export const SCORE_FUNCTION_NAMES: readonly string[] = Object.keys(SCORE_FUNCTIONS);

/**
 * The score of every column by scikit-learn's function of that name. Rows where a column is NaN are left out for
 * that column.
 * @throws MlxError PARAM_INVALID without a target of the kind that the function needs, or for a negative value
 *   under `chi2`
 */
export function scoreColumns(
  name: string,
  block: NumberBlock,
  options: StepOptions,
  context: FitContext,
): Score[] {
  const { task, scores } = SCORE_FUNCTIONS[name] as ScoreFunction;
  const { target, seed } = context;
  if (target === null) {
    throw new MlxError(
      'PARAM_INVALID',
      `select: ${name} compares the columns with a target, and there is none.`,
      {
        hint: 'Name the target, or leave the step "select" out of the recipe.',
      },
    );
  }
  if (target.task === task) return scores(block, target, options, seed);
  const others = SCORE_FUNCTION_NAMES.filter((other) => SCORE_FUNCTIONS[other]?.task === target.task);
  throw new MlxError(
    'PARAM_INVALID',
    `select: ${name} is for ${task}, and the target is one of ${target.task}.`,
    {
      hint: `score_func may be: ${others.join(', ')}.`,
    },
  );
}

function refuseNegative(block: NumberBlock): void {
  block.columns.forEach((column, index) => {
    const negative = column.find((value) => value < 0);
    if (negative === undefined) return;
    throw new MlxError(
      'PARAM_INVALID',
      `select: chi2 takes no negative number, and "${block.names[index]}" has ${negative}.`,
      {
        hint: 'It is for counts and 0/1 columns. Use f_classif, or scale with the method minmax before.',
        details: { column: block.names[index], value: negative },
      },
    );
  });
}

function informationScores(
  block: NumberBlock,
  target: FitTarget,
  options: StepOptions,
  seed: number,
): Score[] {
  const neighbours = options.n_neighbors as number;
  const rows = sampledRows(target.values.length, seed);
  const labels = taken(target.values, rows);
  const isDiscreteTarget = target.task === 'classification';
  // Streams 0 and 1 are the sample's and the target's.
  const goal = isDiscreteTarget ? labels : spread(labels, createRandom(seed, 1));
  return block.columns.map((column, index) => {
    const values = taken(column, rows);
    const present = values.filter((value) => Number.isFinite(value));
    const own =
      present.length === values.length ? goal : goal.filter((_, row) => Number.isFinite(values[row]));
    if (present.length === 0) return { score: Number.NaN, pValue: Number.NaN };
    const isDiscrete =
      options.discrete_features === 'all' || (options.discrete_features === 'auto' && isFewWhole(present));
    const feature: Variable = {
      isDiscrete,
      values: isDiscrete ? codesOf(present) : spread(present, createRandom(seed, index + 2)),
    };
    const score = informationOf(feature, { values: own, isDiscrete: isDiscreteTarget }, neighbours);
    return { score, pValue: Number.NaN };
  });
}

/** null = every row. */
function sampledRows(count: number, seed: number): Uint32Array | null {
  if (count <= INFORMATION_ROWS) return null;
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  createRandom(seed, 0).shuffle(rows);
  return rows.slice(0, INFORMATION_ROWS);
}

function taken(column: Float64Array, rows: Uint32Array | null): Float64Array {
  return rows === null ? column : Float64Array.from(rows, (row) => column[row] as number);
}

function isFewWhole(values: Float64Array): boolean {
  const seen = new Set<number>();
  for (const value of values) {
    if (!Number.isInteger(value)) return false;
    seen.add(value);
    if (seen.size > MOST_DISCRETE) return false;
  }
  return true;
}
