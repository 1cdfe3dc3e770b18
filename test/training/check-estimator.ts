import { beforeAll, expect, it } from 'vitest';
import type { MlxError } from '#mlx/errors.js';
import { predictEnsemble, type TrainingTask, type TreeEnsemble } from '#mlx/training/ensemble.js';
import type { TrainingSpec } from '#mlx/training/fit.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { type TrainedModel, trainModel } from '#mlx/training/train.js';
import { scoreWithOnnx } from './scoring.js';
import { type LabelledMatrix, matrixOf } from './tables.js';

type Overrides = Partial<TrainingSpec>;

/** What every algorithm has to hold on every task it says it has. */
export function checkEstimator(
  algorithm: string,
  task: TrainingTask,
  data: LabelledMatrix,
  params: NonNullable<TrainingSpec['params']>,
): void {
  const train = (overrides: Overrides = {}) =>
    trainModel({ algorithm, task, ...data, params, seed: 1, workers: 1, ...overrides });

  let fitted: TrainedModel;
  beforeAll(async () => {
    fitted = await train();
  });

  it('gives the same bytes when it is fitted again', async () => {
    const again = await train();
    expect(again.ensemble).toEqual(fitted.ensemble);
    expect(again.importance).toEqual(fitted.importance);
  });

  it('gives another model with another seed', async () => {
    expect((await train({ seed: 2 })).ensemble.trees).not.toEqual(fitted.ensemble.trees);
  });

  it('gives the same bytes with 1, 2 and 4 workers', async () => {
    for (const workers of [2, 4]) expect((await train({ workers })).ensemble).toEqual(fitted.ensemble);
  });

  it('predicts bit for bit the same in JavaScript and in ONNX, one by one and in batches, on any threads', async () => {
    const { ensemble } = fitted;
    const expected = predictEnsemble(ensemble, data.matrix);
    const head = { ...data.matrix, rows: 40 };
    expect(await scoreWithOnnx(ensemble, data.matrix)).toEqual(expected);
    expect(await scoreWithOnnx(ensemble, data.matrix, 7)).toEqual(expected);
    expect(await scoreWithOnnx(ensemble, data.matrix, data.matrix.rows, 4)).toEqual(expected);
    expect(await scoreWithOnnx(ensemble, head, 1)).toEqual(
      expected.subarray(0, expected.length * (40 / data.matrix.rows)),
    );
  });

  it('keeps leaf values on a grid on which float32 sums are exact', () => {
    const { ensemble } = fitted;
    expect(largestSum(ensemble) / gridOf(ensemble)).toBeLessThan(2 ** 24);
  });

  it('never splits on a constant column and gives it no importance', async () => {
    const { rows, columns, data: cells } = data.matrix;
    const wider = matrixOf(
      Array.from({ length: rows }, (_, row) => [7, ...cells.subarray(row * columns, (row + 1) * columns)]),
    );
    const { ensemble, importance } = await train({ matrix: wider });
    expect(ensemble.trees.some((tree) => tree.feature.includes(1))).toBe(true);
    expect(importance[0]).toBe(0);
    for (const tree of ensemble.trees) expect(tree.feature).not.toContain(0);
  });

  it('predicts the overall share or mean where every column is constant', async () => {
    const constant: Matrix = {
      rows: data.matrix.rows,
      columns: 2,
      data: new Float32Array(data.matrix.rows * 2),
    };
    const { ensemble, importance } = await train({ matrix: constant });
    const predictions = predictEnsemble(ensemble, constant);
    expect(await scoreWithOnnx(ensemble, constant)).toEqual(predictions);
    expect(ensemble.trees.every((tree) => tree.feature.length === 1)).toBe(true);
    expect([...importance]).toEqual([0, 0]);
  });

  it('fits a single row', async () => {
    const single = { rows: 1, columns: 2, data: Float32Array.of(1, 2) };
    const { ensemble } = await train({ matrix: single, target: Float64Array.of(1) });
    const predictions = predictEnsemble(ensemble, single);
    expect(predictions[task === 'regression' ? 0 : 1]).toBe(1);
  });

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
