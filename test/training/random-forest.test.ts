import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import type { TrainingTask } from '#mlx/training/ensemble.js';
import type { TrainingSpec } from '#mlx/training/fit.js';
import { takeMatrixRows } from '#mlx/training/matrix.js';
import { predictModel } from '#mlx/training/model.js';
import { trainModel } from '#mlx/training/train.js';
import { WorkerPool } from '#mlx/training/worker-pool.js';
import { accuracy, rSquared, scoreWithOnnx, treesOf } from './scoring.js';
import { type LabelledMatrix, matrixOf, penguins, seattle, thinned } from './tables.js';

const ONE_TREE = { n_estimators: 1, bootstrap: false, max_features: 'all' };
const TARGETS: Record<string, string> = {
  regression: 'temp_max',
  two_classes: 'rainy',
  five_classes: 'weather',
};
const WEATHER = ['precipitation', 'temp_max', 'temp_min', 'wind', 'month'];

interface SklearnTree {
  readonly case: string;
  readonly columns: string[];
  readonly limits: Record<string, number | string>;
  /** How much the rows count, over and over. */
  readonly weights: number[] | null;
  readonly leaves: number;
  readonly importance: number[];
  readonly thresholds: number[];
  readonly predictions: number[][];
}
const SKLEARN_TREES = JSON.parse(
  readFileSync(new URL('../golden/training_tree.json', import.meta.url), 'utf8'),
) as SklearnTree[];

interface SklearnForest {
  readonly algorithm: string;
  readonly target: string;
  readonly columns: string[];
  readonly params: Record<string, number | boolean>;
  readonly score: number;
  readonly sd: number;
}
const SKLEARN_FORESTS = JSON.parse(
  readFileSync(new URL('../golden/training_forest.json', import.meta.url), 'utf8'),
) as SklearnForest[];

/** All rows but the first. */
const withoutFirst = ({ matrix, target, classes }: LabelledMatrix): LabelledMatrix => ({
  matrix: { ...matrix, data: matrix.data.subarray(matrix.columns), rows: matrix.rows - 1 },
  target: target.subarray(1),
  classes,
});

const forest = (spec: Omit<TrainingSpec, 'algorithm' | 'seed'> & { readonly seed?: number }) =>
  trainModel({ algorithm: 'random-forest', seed: 0, ...spec });

describe('a tree without bootstrap that looks at all columns', () => {
  it.each(SKLEARN_TREES.map((tree) => [tree.case, tree.limits, tree.weights, tree] as const))(
    'is the tree of scikit-learn: %s %o, weights %o',
    async (name, limits, pattern, oracle) => {
      const data = seattle(oracle.columns, TARGETS[name]!);
      const task = name === 'regression' ? 'regression' : 'classification';
      const weights = pattern ? data.target.map((_, row) => pattern[row % pattern.length]!) : undefined;
      const params = { ...ONE_TREE, ...limits };
      const { model, importance } = await forest({ ...data, task, weights, params });
      const tree = treesOf(model).trees[0]!;
      expect(tree.feature.filter((feature) => feature < 0)).toHaveLength(oracle.leaves);
      const thresholds = [...tree.threshold.filter((_, node) => tree.feature[node]! >= 0)].sort(
        (a, b) => a - b,
      );
      for (const [i, value] of oracle.thresholds.entries()) expect(thresholds[i]).toBeCloseTo(value, 4);
      for (const [i, value] of oracle.importance.entries()) expect(importance[i]).toBeCloseTo(value, 9);
      const predictions = predictModel(model, data.matrix);
      const width = oracle.predictions[0]!.length;
      oracle.predictions.forEach((row, i) => {
        for (let k = 0; k < width; k++) expect(predictions[10 * i * width + k]).toBeCloseTo(row[k]!, 5);
      });
    },
  );

  it.each<TrainingTask>(['classification', 'regression'])('fits distinct rows exactly (%s)', async (task) => {
    const cell = fc.integer({ min: 0, max: 6 });
    const rows = fc.uniqueArray(fc.tuple(cell, cell, cell), {
      minLength: 2,
      maxLength: 60,
      selector: (row) => row.join(),
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer(), async (cells, salt) => {
        const matrix = matrixOf(cells);
        const target = Float64Array.from(cells, (row, i) => Math.abs(row[0] * 5 + row[1] + i + salt) % 3);
        const { model } = await forest({ task, matrix, target, classes: 3, params: ONE_TREE });
        const predictions = predictModel(model, matrix);
        if (task === 'classification') expect(accuracy(predictions, target, 3)).toBe(1);
        else for (const [row, value] of target.entries()) expect(predictions[row]).toBeCloseTo(value, 4);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a forest', () => {
  it('predicts rows that it has not seen', async () => {
    const train = thinned(penguins(), 2);
    const test = thinned(withoutFirst(penguins()), 2);
    const { model } = await forest({ ...train, task: 'classification' });
    expect(accuracy(predictModel(model, test.matrix), test.target, 3)).toBeGreaterThan(0.92);
    const heat = seattle(['precipitation', 'temp_min', 'wind', 'month'], 'temp_max');
    const warm = await forest({ ...thinned(heat, 2), task: 'regression' });
    const unseen = thinned(withoutFirst(heat), 2);
    expect(rSquared(predictModel(warm.model, unseen.matrix), unseen.target)).toBeGreaterThan(0.8);
  });

  it.each([
    ['max_depth', { max_depth: 1 }, 3],
    ['min_samples_leaf', { min_samples_leaf: 500 }, 3],
    ['min_samples_split', { min_samples_split: 1462 }, 1],
    ['min_weight_fraction_leaf', { min_weight_fraction_leaf: 0.34 }, 3],
    ['min_impurity_decrease', { min_impurity_decrease: 0.9 }, 1],
  ])('obeys %s', async (_name, params, nodes) => {
    const data = seattle(WEATHER, 'weather');
    const { model } = await forest({
      ...data,
      task: 'classification',
      params: { n_estimators: 5, bootstrap: false, ...params },
    });
    for (const tree of treesOf(model).trees) expect(tree.feature.length).toBeLessThanOrEqual(nodes);
  });

  it.each<TrainingTask>(['classification', 'regression'])(
    'leaves at least min_samples_leaf rows (%s)',
    async (task) => {
      const data = seattle(WEATHER, 'weather');
      const params = { ...ONE_TREE, max_features: 2, min_samples_leaf: 25 };
      const { model } = await forest({ ...data, task, params });
      const predictions = predictModel(model, data.matrix);
      const width = predictions.length / data.matrix.rows;
      const sizes = new Map<string, number>();
      for (let row = 0; row < data.matrix.rows; row++) {
        const leaf = predictions.slice(row * width, (row + 1) * width).join();
        sizes.set(leaf, (sizes.get(leaf) ?? 0) + 1);
      }
      expect(sizes.size).toBeGreaterThan(10);
      expect(Math.min(...sizes.values())).toBeGreaterThanOrEqual(25);
    },
  );

  it('draws only so many rows per tree as max_samples says', async () => {
    const data = seattle(WEATHER, 'temp_max');
    const params = { n_estimators: 3, bootstrap: false, max_samples: 10 };
    const { model } = await forest({ ...data, task: 'regression', params });
    for (const tree of treesOf(model).trees)
      expect(tree.feature.filter((f) => f < 0).length).toBeLessThanOrEqual(10);
  });

  it('learns as much from a target that lies far from zero', async () => {
    const data = seattle(WEATHER, 'temp_min');
    const target = data.target.map((value) => value + 2 ** 40);
    const { model } = await forest({ ...data, target, task: 'regression', params: { n_estimators: 10 } });
    expect(treesOf(model).base[0]! / 2 ** 40).toBeCloseTo(1, 9);
    const aroundBase = { ...model, scorer: { ...treesOf(model), base: Float64Array.of(0) } };
    const centred = target.map((value) => value - treesOf(model).base[0]!);
    expect(rSquared(predictModel(aroundBase, data.matrix), centred)).toBeGreaterThan(0.99);
    expect(await scoreWithOnnx(model, data.matrix)).toEqual(predictModel(model, data.matrix));
  });

  it('sends missing values left, in training, in JavaScript and in ONNX', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [i % 3 === 0 ? Number.NaN : i, i % 7]);
    const matrix = matrixOf(rows);
    const target = Float64Array.from(rows, (_, i) => (i % 3 === 0 ? 1 : 0));
    const { model } = await forest({
      matrix,
      target,
      classes: 2,
      task: 'classification',
      params: ONE_TREE,
    });
    const predictions = predictModel(model, matrix);
    expect(accuracy(predictions, target, 2)).toBe(1);
    expect(await scoreWithOnnx(model, matrix, 1)).toEqual(predictions);
  });

  it('grows a tree as deep as it has rows', async () => {
    // alternating classes along one column whose distances double: each split can cut off little
    const matrix = matrixOf(Array.from({ length: 240 }, (_, i) => [2 ** (i - 120)]));
    const target = Float64Array.from({ length: 240 }, (_, i) => i % 2);
    const { model } = await forest({
      matrix,
      target,
      classes: 2,
      task: 'classification',
      params: ONE_TREE,
    });
    expect(accuracy(predictModel(model, matrix), target, 2)).toBe(1);
  });

  it.each([
    ['more distinct values than a histogram has bins', 3000, 1],
    ['more distinct values than there are ranks, as far as it has ranks', 70_000, 1],
    ['columns of a wide table', 600, 70],
  ])('tells apart %s', async (_what, rows, columns) => {
    const matrix = {
      rows,
      columns,
      data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i + 1) * 1e6),
    };
    const target = Float64Array.from({ length: rows }, (_, row) => (row * 7919) % 2);
    const { model } = await forest({ matrix, target, classes: 2, task: 'classification', params: ONE_TREE });
    const share = accuracy(predictModel(model, matrix), target, 2);
    if (rows < 65_536) expect(share).toBe(1);
    else expect(share).toBeGreaterThan(0.9);
  });

  it.each<[TrainingTask, string]>([
    ['classification', 'squared_error'],
    ['regression', 'gini'],
  ])('refuses the criterion of the other task (%s)', async (task, criterion) => {
    const training = forest({ ...seattle(WEATHER, 'weather'), task, params: { criterion } });
    await expect(training).rejects.toMatchObject({ code: 'PARAM_INVALID' });
  });

  it('tells how many trees are done', async () => {
    const events: unknown[] = [];
    const onProgress = (event: unknown) => events.push(event);
    await forest({
      ...seattle(WEATHER, 'weather'),
      task: 'classification',
      params: { n_estimators: 40 },
      workers: 2,
      onProgress,
    });
    expect(events).toHaveLength(40);
    expect(events.at(-1)).toEqual({ kind: 'trees', done: 40, total: 40 });
  });

  it.each([
    ['in threads', { n_estimators: 100_000 }],
    ['in this thread', { n_estimators: 50, max_depth: 1, max_features: 2, max_samples: 200 }],
  ])('stops within a tree or so when it is aborted %s', async (_where, params) => {
    const abort = new AbortController();
    let done = 0;
    const training = forest({
      ...seattle(WEATHER, 'weather'),
      task: 'classification',
      params,
      workers: 2,
      signal: abort.signal,
      onProgress: () => {
        done++;
        abort.abort();
      },
    });
    await expect(training).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(done).toBeLessThan(40);
  });
});

describe('a table that is larger than the caches', () => {
  const ROWS = 20_000;
  const COLUMNS = 20;
  const random = createRandom(0);
  const data = Float32Array.from({ length: ROWS * COLUMNS }, () => random.next());
  const narrow = { rows: ROWS, columns: COLUMNS, data };
  // more columns than are kept row by row; the new ones never split
  const wide = matrixOf(
    Array.from({ length: ROWS }, (_, row) => [
      ...data.subarray(row * COLUMNS, (row + 1) * COLUMNS),
      ...Array<number>(50).fill(1),
    ]),
  );
  // skewed, so that splits cut off little, and rows are gathered for nodes of any size; with noise, so that no two splits tie
  const cell = (row: number, column: number) => data[row * COLUMNS + column]!;
  const values = Float64Array.from(
    { length: ROWS },
    (_, row) => 3 * cell(row, 3) ** 4 + cell(row, 7) * cell(row, 11) + random.next(),
  );
  const labels = (classes: number) => values.map((own) => Math.min(classes - 1, Math.floor(own)));
  const weights = values.map((_, row) => 0.5 + (row % 7));

  it.each([
    ['values', { task: 'regression', target: values, classes: 0 }],
    ['two classes', { task: 'classification', target: labels(2), classes: 2 }],
    ['classes', { task: 'classification', target: labels(4), classes: 4 }],
    ['classes with weights', { task: 'classification', target: labels(4), classes: 4, weights }],
  ] as const)('grows the same trees by row as by column: %s', async (_what, target) => {
    // small nodes are split equally well by several columns, and then the order of these decides
    const params = { n_estimators: 4, max_features: 'all', min_samples_leaf: 200 };
    const byRow = await forest({ ...target, matrix: narrow, params, workers: 1 });
    const byColumn = await forest({ ...target, matrix: wide, params, workers: 1 });
    expect(treesOf(byRow.model).trees[0]!.feature.length).toBeGreaterThan(50);
    expect(treesOf(byRow.model).trees).toEqual(treesOf(byColumn.model).trees);
    const threads = await forest({ ...target, matrix: narrow, params, workers: 3 });
    expect(threads.model).toEqual(byRow.model);
  });

  it('fits distinct rows exactly, with thresholds that are drawn, too', async () => {
    for (const algorithm of ['random-forest', 'extra-trees']) {
      const target = { task: 'classification', target: labels(2), classes: 2 } as const;
      const params = { n_estimators: 1, bootstrap: false };
      const { model } = await trainModel({ ...target, matrix: narrow, algorithm, seed: 0, params });
      expect(accuracy(predictModel(model, narrow), target.target, 2)).toBe(1);
    }
  });
});

describe('forests of scikit-learn on the same rows', () => {
  it.each(SKLEARN_FORESTS.map((oracle) => [oracle.algorithm, oracle.target, oracle.params, oracle] as const))(
    'are no better: %s for %s with %o',
    async (algorithm, target, params, { columns, score, sd }) => {
      const data = seattle(columns, target);
      const task = target === 'temp_max' ? 'regression' : 'classification';
      const unseen = thinned(withoutFirst(data), 2);
      const scores = [];
      for (const seed of [0, 1, 2, 3, 4]) {
        const { model } = await trainModel({ algorithm, seed, task, ...thinned(data, 2), params });
        const predictions = predictModel(model, unseen.matrix);
        const isValue = task === 'regression';
        scores.push(
          isValue ? rSquared(predictions, unseen.target) : accuracy(predictions, unseen.target, data.classes),
        );
      }
      const mean = scores.reduce((a, b) => a + b) / scores.length;
      // the two means, of five and of forty, lie within 3 standard errors of each other
      expect(mean).toBeGreaterThan(score - 3 * sd * Math.sqrt(1 / 5 + 1 / 40) - 0.001);
    },
  );
});

describe('weights', () => {
  it.each(['rainy', 'weather'])(
    'that are whole numbers count as rows that are repeated (%s)',
    async (name) => {
      const task = 'classification';
      const data = seattle(['temp_min', 'wind', 'month'], name);
      const times = (row: number) => 1 + ((row * 7) % 3);
      const repeated = Array.from({ length: data.matrix.rows }, (_, row) =>
        Array(times(row)).fill(row),
      ).flat();
      const { target } = data;
      const params = { ...ONE_TREE, max_features: 2 };
      const weights = target.map((_, row) => times(row));
      const weighted = await forest({ ...data, weights, task, params });
      const more = await forest({
        matrix: takeMatrixRows(data.matrix, repeated),
        target: Float64Array.from(repeated, (row) => target[row]!),
        classes: data.classes,
        task,
        params,
      });
      expect(weighted.model).toEqual(more.model);
    },
  );
});

describe('a training thread that dies', () => {
  it('before it has its job fails the training, too', async () => {
    const pool = new WorkerPool(2);
    await pool.close();
    const job = { kind: 'forest' } as never;
    await expect(pool.run(job, () => {}, undefined)).rejects.toMatchObject({ code: 'TRAINING_FAILED' });
  });

  it('fails the training and says so', async () => {
    const broken = { kind: 'forest' } as never;
    await expect(new WorkerPool(2).run(broken, () => {}, undefined)).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
    });
  });
});
