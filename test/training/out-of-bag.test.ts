import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import { predictModel } from '#mlx/training/model.js';
import { trainModel } from '#mlx/training/train.js';
import { accuracy, rSquared } from './scoring.js';
import { matrixOf, seattle, thinned } from './tables.js';

interface SklearnForest {
  readonly algorithm: string;
  readonly target: string;
  readonly columns: string[];
  readonly params: Record<string, number | boolean>;
  readonly score: number;
  readonly sd: number;
}
const SKLEARN_FORESTS = JSON.parse(
  readFileSync(new URL('../golden/training_out_of_bag.json', import.meta.url), 'utf8'),
) as SklearnForest[];

const at = (values: Float64Array, rows: Int32Array) =>
  Float64Array.from(rows, (row) => values[row] as number);

describe('the rows out of bag', () => {
  it.each(SKLEARN_FORESTS.map((oracle) => [oracle.algorithm, oracle.target, oracle.params, oracle] as const))(
    'score as those of scikit-learn: %s for %s with %o',
    async (algorithm, name, params, { columns, score, sd }) => {
      const data = thinned(seattle(columns, name), 2);
      const task = name === 'temp_max' ? 'regression' : 'classification';
      const scores = [];
      for (const seed of [0, 1, 2, 3, 4]) {
        const spec = { algorithm, seed, task, ...data, params: { ...params, oob_score: true } } as const;
        const { outOfBag } = await trainModel(spec);
        const { rows, predictions } = outOfBag!;
        const truth = at(data.target, rows);
        expect(rows.length).toBe(data.matrix.rows);
        scores.push(
          task === 'regression' ? rSquared(predictions, truth) : accuracy(predictions, truth, data.classes),
        );
      }
      const mean = scores.reduce((a, b) => a + b) / scores.length;
      // the two means, of five and of ten, lie within 4 standard errors of each other
      expect(Math.abs(mean - score)).toBeLessThan(4 * sd * Math.sqrt(1 / 5 + 1 / 10) + 0.003);
    },
  );

  it('of one tree are those that it was not grown on: it knows all others by heart', async () => {
    const random = createRandom(7);
    const cells = Array.from({ length: 400 }, () => [random.next(), random.next()]);
    const target = Float64Array.from(cells, () => random.int(2));
    const matrix = matrixOf(cells);
    const { model, outOfBag } = await trainModel({
      algorithm: 'random-forest',
      task: 'classification',
      matrix,
      target,
      classes: 2,
      seed: 2 ** 40 + 5,
      params: { n_estimators: 1, oob_score: true },
    });
    const { rows, predictions } = outOfBag!;
    const all = predictModel(model, matrix);
    expect(rows.length / 400).toBeCloseTo(Math.exp(-1), 1);
    rows.forEach((row, place) => {
      expect(predictions.subarray(2 * place, 2 * place + 2)).toEqual(all.subarray(2 * row, 2 * row + 2));
    });
    const seen = Int32Array.from(target.keys()).filter((row) => !rows.includes(row));
    for (const row of seen) expect(all[2 * row + (target[row] as number)]).toBe(1);
    const wrong = rows.filter((row) => all[2 * row + (target[row] as number)] === 0);
    expect(wrong.length).toBeGreaterThan(0.3 * rows.length);
  });

  it('are the same for any number of threads, and change nothing of the model', async () => {
    const data = seattle(['temp_max', 'temp_min', 'wind', 'month'], 'rainy');
    const grow = (workers: number, oob_score: boolean) =>
      trainModel({
        algorithm: 'random-forest',
        task: 'classification',
        ...data,
        seed: 3,
        workers,
        params: { n_estimators: 20, oob_score },
      });
    const [one, two, plain] = [await grow(1, true), await grow(2, true), await grow(2, false)];
    expect(two.outOfBag).toEqual(one.outOfBag);
    expect(two.model).toEqual(plain.model);
    expect(plain.outOfBag).toBeUndefined();
  });

  it.each(['random-forest', 'extra-trees'])('need a %s with bootstrap', async (algorithm) => {
    const data = seattle(['temp_max'], 'rainy');
    const spec = { algorithm, task: 'classification', ...data, seed: 0 } as const;
    const fitting = trainModel({ ...spec, params: { oob_score: true, bootstrap: false } });
    await expect(fitting).rejects.toMatchObject({ code: 'PARAM_INVALID', hint: /bootstrap=true/ });
  });
});
