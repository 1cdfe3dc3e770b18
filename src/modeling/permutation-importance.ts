import { sampleRows } from '../data/sample.js';
import { type Column, type Table, takeColumnRows, takeRows } from '../data/table.js';
import { createRandom } from '../stats/random.js';
import type { Matrix } from '../training/matrix.js';

export interface PermutationSpec {
  /** Held-out rows with the raw columns by name. */
  readonly table: Table;
  /** Names of the raw columns to shuffle. */
  readonly columns: readonly string[];
  /** Per feature the raw columns that it is made of, as places in `columns`: Manifest.featureSources. */
  readonly sources: readonly (readonly number[])[];
  /** Features of a table: Explainer.features, or a FeatureGraph. */
  readonly features: (table: Table) => Promise<Matrix>;
  /**
   * How good the predictions are, more being better: turn the sign of an error. `rows` are the places in `table` of the
   * matrix's rows.
   */
  readonly score: (matrix: Matrix, rows: Int32Array) => number;
  /** Any safe integer; the same seed gives the same shuffles. */
  readonly seed: number;
  /** Shuffles per column; 5 unless given. */
  readonly repeats?: number;
  readonly signal?: AbortSignal;
}

export interface PermutationImportance {
  /** Rows that were scored, and shuffles per column. */
  readonly rows: number;
  readonly repeats: number;
  /** Score of the rows as they are. */
  readonly score: number;
  /** Largest mean drop first. */
  readonly columns: readonly PermutedColumn[];
}

export interface PermutedColumn {
  readonly column: string;
  /** Mean drop of the score, and its standard deviation over the shuffles (divisor n). */
  readonly mean: number;
  readonly sd: number;
}

const REPEATS = 5;
const MOST_ROWS = 5000;
/** Rows × columns × repeats. */
const MOST_SCORED_ROWS = 500_000;
const FEWEST_ROWS = 100;

/**
 * By how much the score drops when the values of one raw column are shuffled among the rows (Breiman 2001; the definition
 * of scikit-learn's `permutation_importance`). Features that are made of the shuffled column alone are shuffled in its
 * place, which is the same since a row's features depend on that row alone; where others are mixed in, they are computed
 * anew. Large tables are sampled.
 */
export async function permutationImportance(spec: PermutationSpec): Promise<PermutationImportance> {
  const { columns, repeats = REPEATS } = spec;
  const most = Math.floor(MOST_SCORED_ROWS / (columns.length * repeats));
  const rows = sampleRows(spec.table.rows, Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, most)));
  const table = takeRows(spec.table, rows);
  const matrix = await spec.features(table);
  const score = spec.score(matrix, rows);
  const permuted: PermutedColumn[] = [];
  for (const [place, column] of columns.entries()) {
    const random = createRandom(spec.seed, place);
    const shuffled = shufflerOf(spec, table, matrix, place);
    const drops = new Float64Array(repeats);
    for (let repeat = 0; repeat < repeats; repeat++) {
      spec.signal?.throwIfAborted();
      const order = Int32Array.from(rows.keys());
      random.shuffle(order);
      drops[repeat] = score - spec.score(await shuffled(order), rows);
    }
    permuted.push({ column, ...spreadOf(drops) });
  }
  return { rows: rows.length, repeats, score, columns: permuted.sort((a, b) => b.mean - a.mean) };
}

/** The features with the raw column at `place` in the order given. */
function shufflerOf(
  { columns, sources, features }: PermutationSpec,
  table: Table,
  matrix: Matrix,
  place: number,
): (order: Int32Array) => Promise<Matrix> {
  const own = [...sources.keys()].filter((feature) => sources[feature]?.includes(place));
  if (own.every((feature) => sources[feature]?.length === 1))
    return (order) => Promise.resolve(withFeaturesInOrder(matrix, own, order));
  return (order) => features(withColumnInOrder(table, columns[place] as string, order));
}

function withFeaturesInOrder(
  { rows, columns, data }: Matrix,
  own: readonly number[],
  order: Int32Array,
): Matrix {
  const shuffled = data.slice();
  for (const feature of own) {
    for (let row = 0; row < rows; row++)
      shuffled[row * columns + feature] = data[(order[row] as number) * columns + feature] as number;
  }
  return { rows, columns, data: shuffled };
}

function withColumnInOrder(table: Table, name: string, order: Int32Array): Table {
  const inOrder = (column: Column): Column => (column.name === name ? takeColumnRows(column, order) : column);
  return { rows: table.rows, columns: table.columns.map(inOrder) };
}

function spreadOf(drops: Float64Array): { mean: number; sd: number } {
  const mean = drops.reduce((sum, drop) => sum + drop, 0) / drops.length;
  const squares = drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / drops.length) };
}
