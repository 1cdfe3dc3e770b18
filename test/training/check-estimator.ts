import { beforeAll, expect, it } from 'vitest';
import type { MlxError } from '#mlx/errors.js';
import type { TrainingTask, TreeEnsemble } from '#mlx/training/ensemble.js';
import type { TrainingSpec } from '#mlx/training/fit.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { predictModel, scoreModel } from '#mlx/training/model.js';
import { type TrainedModel, trainModel } from '#mlx/training/train.js';
import { rawScoresWithOnnx, scoreWithOnnx, treesOf } from './scoring.js';
import { type LabelledMatrix, matrixOf } from './tables.js';

type Overrides = Partial<TrainingSpec>;

interface Kind {
  /** Draws random numbers. */
  readonly isRandom?: boolean;
  readonly isTrees?: boolean;
  /** Looks at no column. */
  readonly isConstant?: boolean;
}

/** What every algorithm has to hold on every task it says it has. */
export function checkEstimator(
  algorithm: string,
  task: TrainingTask,
  data: LabelledMatrix,
  params: NonNullable<TrainingSpec['params']>,
  { isRandom = true, isTrees = true, isConstant = false }: Kind = {},
): void {
  const train = (overrides: Overrides = {}) =>
    trainModel({ algorithm, task, ...data, params, seed: 1, workers: 1, ...overrides });

  let fitted: TrainedModel;
  beforeAll(async () => {
    fitted = await train();
  });

  it('gives the same bytes when it is fitted again', async () => {
    const again = await train();
    expect(again.model).toEqual(fitted.model);
    expect(again.importance).toEqual(fitted.importance);
  });

  if (isRandom)
    it('gives another model with another seed', async () => {
      expect((await train({ seed: 2 })).model).not.toEqual(fitted.model);
    });

  it('gives the same bytes with 1, 2 and 4 workers', async () => {
    for (const workers of [2, 4]) expect((await train({ workers })).model).toEqual(fitted.model);
  });

  it('predicts in ONNX as in JavaScript, and bit for bit the same one by one, in batches and on any threads', async () => {
    const { model } = fitted;
    const scores = await scoreWithOnnx(model, data.matrix);
    const expected = predictModel(model, data.matrix);
    expect(await rawScoresWithOnnx(model, data.matrix)).toEqual(scoreModel(model, data.matrix));
    if (model.link === 'identity') expect(scores).toEqual(expected);
    else for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i]!, 5);
    const head = { ...data.matrix, rows: 40 };
    expect(await scoreWithOnnx(model, data.matrix, 7)).toEqual(scores);
    expect(await scoreWithOnnx(model, data.matrix, data.matrix.rows, 4)).toEqual(scores);
    expect(await scoreWithOnnx(model, head, 1)).toEqual(
      scores.subarray(0, scores.length * (40 / data.matrix.rows)),
    );
  });

  if (isTrees)
    it('keeps leaf values on a grid on which float32 sums are exact', () => {
      const ensemble = treesOf(fitted.model);
      expect(largestSum(ensemble) / gridOf(ensemble)).toBeLessThan(2 ** 24);
    });

  if (isTrees)
    it('covers in each node what its children cover', () => {
      for (const tree of treesOf(fitted.model).trees) {
        tree.feature.forEach((feature, node) => {
          expect(tree.cover[node]).toBeGreaterThan(0);
          if (feature < 0) return;
          const children = tree.cover[tree.left[node]!]! + tree.cover[tree.right[node]!]!;
          expect(children / tree.cover[node]!).toBeCloseTo(1, 5);
        });
      }
    });

  it('never splits on a constant column and gives it no importance', async () => {
    const { rows, columns, data: cells } = data.matrix;
    const wider = matrixOf(
      Array.from({ length: rows }, (_, row) => [7, ...cells.subarray(row * columns, (row + 1) * columns)]),
    );
    const { model, importance } = await train({ matrix: wider });
    expect(importance[0]).toBe(0);
    if (!isTrees || isConstant) return;
    expect(treesOf(model).trees.some((tree) => tree.feature.includes(1))).toBe(true);
    for (const tree of treesOf(model).trees) expect(tree.feature).not.toContain(0);
  });

  it('predicts the overall share or mean where every column is constant', async () => {
    const constant: Matrix = {
      rows: data.matrix.rows,
      columns: 2,
      data: new Float32Array(data.matrix.rows * 2),
    };
    const { model, importance } = await train({ matrix: constant });
    const predictions = predictModel(model, constant);
    const scored = await scoreWithOnnx(model, constant);
    const shares = sharesOf(data, task);
    for (const [i, prediction] of predictions.entries()) {
      if (model.link === 'identity') expect(scored[i]).toBe(prediction);
      else expect(scored[i]).toBeCloseTo(prediction, 6);
      if (!isRandom) expect(prediction).toBeCloseTo(shares[i % shares.length]!, 5);
    }
    if (isTrees) expect(treesOf(model).trees.every((tree) => tree.feature.length === 1)).toBe(true);
    expect([...importance]).toEqual([0, 0]);
  });

  if (isTrees)
    it('fits a single row', async () => {
      const single = { rows: 1, columns: 2, data: Float32Array.of(1, 2) };
      const { model } = await train({ matrix: single, target: Float64Array.of(1) });
      const predictions = predictModel(model, single);
      expect(predictions[task === 'regression' ? 0 : 1]).toBe(1);
    });

  if (!isConstant)
    it('normalises the importance to 1', () => {
      const { importance } = fitted;
      expect(importance.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      expect(importance.every((value) => value >= 0)).toBe(true);
    });

  it('tells every parameter that it used', () => {
    const used = fitted.params;
    expect(used).toMatchObject(params);
    expect(Object.values(used)).not.toContain(undefined);
  });

  it('stops when the signal was aborted before', async () => {
    const error = await train({ signal: AbortSignal.abort() }).catch((e: MlxError) => e);
    expect(error).toMatchObject({ code: 'INTERRUPTED' });
  });

  it.each<[string, Overrides, string]>([
    [
      'no rows',
      { matrix: { rows: 0, columns: 2, data: new Float32Array() }, target: new Float64Array() },
      'DATA_EMPTY',
    ],
    ['no columns', { matrix: { ...data.matrix, columns: 0, data: new Float32Array() } }, 'FEATURES_MISSING'],
    ['an unknown parameter', { params: { trees: 3 } }, 'PARAM_INVALID'],
    ['no workers', { workers: 0 }, 'PARAM_INVALID'],
  ])('refuses %s', async (_case, overrides, code) => {
    await expect(train(overrides)).rejects.toMatchObject({ code });
  });
}

/** The share of each class, or the mean. */
function sharesOf({ target, classes }: LabelledMatrix, task: TrainingTask): readonly number[] {
  const { length } = target;
  if (task === 'regression') return [target.reduce((sum, value) => sum + value, 0) / length];
  return Array.from({ length: classes }, (_, k) => target.filter((label) => label === k).length / length);
}

/** The largest power of two that divides every leaf value. */
function gridOf({ trees }: TreeEnsemble): number {
  let unit = 2 ** 100;
  for (const value of trees.flatMap((tree) => [...tree.value])) {
    while (!Number.isInteger(value / unit)) unit /= 2;
  }
  return unit;
}

function largestSum({ trees }: TreeEnsemble): number {
  return (
    trees.length * trees.reduce((max, { value }) => value.reduce((m, v) => Math.max(m, Math.abs(v)), max), 0)
  );
}
