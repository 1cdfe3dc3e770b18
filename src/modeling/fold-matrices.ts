import type { Fold, FoldPlan } from '../data/fold-plan.js';
import { featureColumns } from '../data/schema.js';
import type { RecipePlan } from '../features/recipe.js';
import type { Matrix } from '../training/matrix.js';
import { type FittedFeatures, fitFeatures } from './features.js';
import { FeatureGraph, trainingMatrix } from './matrix.js';
import { type LabelledTable, type PreparedData, takeLabelled } from './prepare.js';

/** One fold as a trainer gets it; the preprocessing has seen its training rows alone. */
export interface FoldMatrix {
  readonly rows: Fold;
  readonly fitted: FittedFeatures;
  readonly train: Matrix;
  readonly test: Matrix;
  readonly trainPart: Omit<LabelledTable, 'table'>;
  readonly testPart: Omit<LabelledTable, 'table'>;
}

/** What fold matrices are made of. */
export interface FoldSource {
  readonly data: PreparedData;
  readonly recipe: RecipePlan;
  readonly plan: FoldPlan;
  readonly seed: number;
  readonly threads: number;
  readonly version: string;
  readonly signal: AbortSignal;
}

/**
 * The folds of the training rows as feature matrices, each made through the emitted graph when it is first asked for.
 * Kept, they serve any number of trials with the same recipe.
 */
export class FoldMatrices {
  readonly source: FoldSource;
  readonly #keep: boolean;
  readonly #made = new Map<number, FoldMatrix>();

  /** @param options.keep whether a fold is needed again; it takes 4 bytes a row and feature */
  constructor(source: FoldSource, options: { readonly keep: boolean }) {
    this.source = source;
    this.#keep = options.keep;
  }

  get length(): number {
    return this.source.plan.folds.length;
  }

  async at(index: number): Promise<FoldMatrix> {
    const known = this.#made.get(index);
    if (known !== undefined) return known;
    const made = await makeFold(this.source, this.source.plan.folds[index] as Fold);
    if (this.#keep) this.#made.set(index, made);
    return made;
  }
}

async function makeFold(source: FoldSource, rows: Fold): Promise<FoldMatrix> {
  const { data, recipe, seed, threads, version, signal } = source;
  signal.throwIfAborted();
  const columns = featureColumns(data.schema);
  const { table, ...trainPart } = takeLabelled(data.train, rows.train);
  const { table: testTable, ...testPart } = takeLabelled(data.train, rows.test);
  const fitted = fitFeatures(recipe, columns, { table, target: trainPart.target }, seed);
  const own = await trainingMatrix(fitted, columns, table, version, threads);
  signal.throwIfAborted();
  const graph = await FeatureGraph.open(fitted.pipeline, columns, version, threads);
  try {
    const matrixOf = (values: Float32Array, count: number): Matrix => ({
      rows: count,
      columns: graph.width,
      data: values,
    });
    const test = matrixOf(await graph.all(testTable), testTable.rows);
    return { rows, fitted, train: matrixOf(own, table.rows), test, trainPart, testPart };
  } finally {
    await graph.release();
  }
}
