import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrainingTask } from '#mlx/training/ensemble.js';
import {
  float32Below,
  matrixRows,
  type PackageForestJob,
  trainPackage,
} from '#mlx/training/ml-random-forest.js';
import { predictModel } from '#mlx/training/model.js';
import { trainModel } from '#mlx/training/train.js';
import { type LabelledMatrix, matrixOf, penguins, seattle, thinned } from './tables.js';

const rain = thinned(seattle(['temp_max', 'temp_min', 'wind', 'month'], 'rainy'), 10);
const heat = thinned(seattle(['precipitation', 'temp_min', 'wind', 'month'], 'temp_max'), 12);
const birds = thinned(penguins(), 2);

function jobOf(
  task: TrainingTask,
  data: LabelledMatrix,
  trees: number,
  maxFeatures: number,
): PackageForestJob {
  const replacement = task === 'classification';
  const limits = { maxDepth: Number.POSITIVE_INFINITY, minNumSamples: 3 };
  return { kind: 'ml-random-forest', task, ...data, trees, maxFeatures, replacement, ...limits, seed: 3 };
}

function train(task: TrainingTask, data: LabelledMatrix, params: Record<string, number>) {
  return trainModel({ algorithm: 'ml-random-forest', task, ...data, params, seed: 3 });
}

describe('ml-random-forest', () => {
  it.each<[string, LabelledMatrix, number]>([
    ['two', rain, 2],
    ['three', birds, 3],
  ])('predicts the class that the package predicts, with %s classes', async (_name, data, maxFeatures) => {
    const trees = 7;
    const { model } = await train('classification', data, {
      n_estimators: trees,
      max_features: maxFeatures,
    });
    const own = trainPackage(jobOf('classification', data, trees, maxFeatures)).predict(
      matrixRows(data.matrix),
    );
    const shares = predictModel(model, data.matrix);
    const k = data.classes;
    let compared = 0;
    own.forEach((label, row) => {
      const votes = [...shares.subarray(row * k, (row + 1) * k)];
      const winners = votes.flatMap((share, i) => (share === Math.max(...votes) ? [i] : []));
      if (winners.length === 1) compared++;
      expect(winners).toContain(label);
    });
    expect(compared / own.length).toBeGreaterThan(0.9);
  });

  it('predicts the value that the package predicts', async () => {
    const { model } = await train('regression', heat, { n_estimators: 6, max_features: 3 });
    const own = trainPackage(jobOf('regression', heat, 6, 3)).predict(matrixRows(heat.matrix));
    const predictions = predictModel(model, heat.matrix);
    for (const [row, value] of own.entries()) expect(predictions[row]).toBeCloseTo(value, 4);
  });

  it('counts the vote of every tree, the first one too', async () => {
    const { model } = await train('classification', rain, { n_estimators: 1 });
    const first = predictModel(model, rain.matrix);
    expect(new Set(first)).toEqual(new Set([0, 1]));
  });

  it('warns where there are more than 2,000 rows', async () => {
    const rows = Array.from({ length: 2001 }, (_, i) => [i < 1000 ? 0 : 1]);
    const events: { kind: string }[] = [];
    await trainModel({
      algorithm: 'ml-random-forest',
      task: 'classification',
      matrix: matrixOf(rows),
      target: Float64Array.from(rows, ([cell]) => cell!),
      classes: 2,
      params: { n_estimators: 1, max_depth: 1 },
      seed: 0,
      onProgress: (event) => events.push(event),
    });
    expect(events[0]).toMatchObject({ kind: 'warning', message: expect.stringContaining('2001') });
  });

  it('refuses missing values', async () => {
    const matrix = matrixOf([[1], [Number.NaN]]);
    const spec = { matrix, target: Float64Array.of(0, 1), classes: 2 };
    await expect(train('classification', spec, {})).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});

describe('float32Below', () => {
  it('is the largest float32 that is less', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e38, max: 1e38, noNaN: true }), (value) => {
        const below = float32Below(value);
        expect(below < value && Math.fround(below) === below).toBe(true);
        expect(Math.fround((below + value) / 2) < value ? Math.fround((below + value) / 2) : below).toBe(
          below,
        );
      }),
    );
  });

  it.each([
    [0, -(2 ** -149)],
    [1, 1 - 2 ** -24],
    [-1, -1 - 2 ** -23],
    [1.1, 1.0999999046325684],
  ])('of %d is %d', (value, below) => {
    expect(float32Below(value)).toBe(below);
  });
});
