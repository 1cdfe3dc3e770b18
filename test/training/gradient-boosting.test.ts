import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLoss } from '#mlx/stats/metrics/log-loss.js';
import { meanAbsoluteError, meanSquaredError } from '#mlx/stats/metrics/regression.js';
import { createRandom } from '#mlx/stats/random.js';
import { takeSeat } from '#mlx/training/boosting/crew.js';
import { layOut } from '#mlx/training/boosting/layout.js';
import type { Tree } from '#mlx/training/ensemble.js';
import type { TrainingSpec } from '#mlx/training/fit.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { predictModel } from '#mlx/training/model.js';
import { trainModel } from '#mlx/training/train.js';
import { WorkerPool } from '#mlx/training/worker-pool.js';
import { accuracy, scoreWithOnnx, treesOf } from './scoring.js';
import { type LabelledMatrix, matrixOf, seattle, thinned } from './tables.js';

interface Oracle {
  readonly objective: string;
  readonly target: string;
  readonly columns: string[];
  /** Loss on the even rows, which were learned from, and on the odd ones. */
  readonly one_split: [number, number];
  readonly hundred: [number, number];
}
const ORACLES = JSON.parse(
  readFileSync(new URL('../golden/training_boosting.json', import.meta.url), 'utf8'),
) as Oracle[];

const rain = seattle(['temp_max', 'temp_min', 'wind', 'month'], 'rainy');
const heat = seattle(['precipitation', 'temp_min', 'wind', 'month'], 'temp_max');
const weather = seattle(['precipitation', 'temp_max', 'temp_min', 'wind', 'month'], 'weather');

type Spec = Omit<TrainingSpec, 'algorithm' | 'seed'> & { readonly seed?: number };

const boost = (spec: Spec) => trainModel({ algorithm: 'gradient-boosting', seed: 0, workers: 1, ...spec });
const classify = (data: LabelledMatrix, spec: Partial<Spec> = {}) =>
  boost({ ...data, task: 'classification', ...spec });
const regress = (data: LabelledMatrix, spec: Partial<Spec> = {}) =>
  boost({ ...data, task: 'regression', ...spec });

function oddRows(data: LabelledMatrix): LabelledMatrix {
  const { columns, data: cells, rows } = data.matrix;
  const matrix = { rows: rows - 1, columns, data: cells.subarray(columns) };
  return thinned({ ...data, matrix, target: data.target.subarray(1) }, 2);
}

function lossOf(objective: string, { target, classes }: LabelledMatrix, predictions: Float32Array): number {
  switch (objective) {
    case 'squared_error':
      return meanSquaredError(target, predictions);
    case 'absolute_error':
      return meanAbsoluteError(target, predictions);
    case 'poisson':
      return devianceOf(target, predictions);
    default:
      return logLoss(target, predictions, classes);
  }
}

function devianceOf(target: Float64Array, mean: Float32Array): number {
  const terms = Array.from(target, (y, i) => 2 * ((y === 0 ? 0 : y * Math.log(y / mean[i]!)) - y + mean[i]!));
  return terms.reduce((a, b) => a + b) / terms.length;
}

describe('boosting beside scikit-learn', () => {
  const cases = ORACLES.map((oracle) => [oracle.objective, oracle] as const);
  const fitOn = (oracle: Oracle, params: Record<string, number | string>) => {
    const data = seattle(oracle.columns, oracle.target);
    const isClass = oracle.objective === 'binary' || oracle.objective === 'multiclass';
    const train = thinned(data, 2);
    const objective = isClass ? 'log_loss' : oracle.objective;
    const fitted = boost({
      ...train,
      task: isClass ? 'classification' : 'regression',
      params: { ...params, objective },
    });
    return { data, train, fitted };
  };

  it.each(cases)('has the same losses after one split: %s', async (name, oracle) => {
    const { data, train, fitted } = fitOn(oracle, { n_estimators: 1, num_leaves: 2 });
    const { model, history } = await fitted;
    for (const [i, rows] of [train, oddRows(data)].entries()) {
      const loss = lossOf(name, rows, predictModel(model, rows.matrix));
      expect(loss / oracle.one_split[i]!).toBeCloseTo(1, 5);
    }
    const told = history![0]!.values[0]!;
    expect((name === 'squared_error' ? told ** 2 : told) / oracle.one_split[0]).toBeCloseTo(1, 5);
  });

  it.each(cases)('is as good after a hundred rounds: %s', async (name, oracle) => {
    const { data, train, fitted } = fitOn(oracle, {});
    const { model } = await fitted;
    const [known, unseen] = [train, oddRows(data)].map((rows) =>
      lossOf(name, rows, predictModel(model, rows.matrix)),
    );
    expect(known! / oracle.hundred[0]).toBeLessThan(1.05);
    expect(known! / oracle.hundred[0]).toBeGreaterThan(0.95);
    expect(unseen! / oracle.hundred[1]).toBeLessThan(1.05);
  });
});

describe('a tree of boosting', () => {
  const cell = fc.integer({ min: 0, max: 40 });
  const rows = fc.array(fc.tuple(cell, cell, fc.integer({ min: -9, max: 9 })), {
    minLength: 8,
    maxLength: 60,
  });

  it('takes the split of largest gain and gives its leaves −G / (H + λ)', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 0, max: 3 }), async (cells, lambda) => {
        const matrix = matrixOf(cells.map(([a, b]) => [a, b]));
        const target = Float64Array.from(cells, ([, , y]) => y);
        const { model } = await boost({
          matrix,
          target,
          classes: 0,
          task: 'regression',
          params: {
            n_estimators: 1,
            num_leaves: 2,
            learning_rate: 1,
            min_child_samples: 1,
            reg_lambda: lambda,
          },
        });
        const mean = target.reduce((a, b) => a + b) / target.length;
        const leafOf = (members: number[]) =>
          members.reduce((sum, row) => sum + target[row]! - mean, 0) / (members.length + lambda);
        const scoreOf = (members: number[]) => leafOf(members) ** 2 * (members.length + lambda);
        let best = 0;
        for (const column of [0, 1]) {
          for (const [, ...edge] of cells.map((row) => [row, row[column]!] as const)) {
            const sides = [
              [...cells.keys()].filter((row) => cells[row]![column]! <= edge[0]!),
              [...cells.keys()].filter((row) => cells[row]![column]! > edge[0]!),
            ];
            if (sides.every((side) => side.length > 0))
              best = Math.max(best, scoreOf(sides[0]!) + scoreOf(sides[1]!));
          }
        }
        const tree = treesOf(model).trees[0]!;
        const all = [...cells.keys()];
        if (tree.feature.length === 1) {
          expect(best).toBeLessThanOrEqual(scoreOf(all) + 1e-6);
          return;
        }
        const sides = [1, 0].map((isLeft) =>
          all.filter((row) => +(cells[row]![tree.feature[0]!]! <= tree.threshold[0]!) === isLeft),
        );
        expect(scoreOf(sides[0]!) + scoreOf(sides[1]!)).toBeCloseTo(best, 3);
        expect(tree.value[tree.left[0]!]).toBeCloseTo(leafOf(sides[0]!), 4);
        expect(tree.value[tree.right[0]!]).toBeCloseTo(leafOf(sides[1]!), 4);
      }),
      { numRuns: 60 },
    );
  });

  it('shrinks gradients by reg_alpha', async () => {
    const matrix = matrixOf([[0], [0], [1], [1]]);
    const target = Float64Array.of(-2, -2, 2, 2);
    const params = { n_estimators: 1, learning_rate: 1, min_child_samples: 1, reg_alpha: 1 };
    const { model } = await regress({ matrix, target, classes: 0 }, { params });
    expect([...predictModel(model, matrix)]).toEqual([-1.5, -1.5, 1.5, 1.5]);
  });

  it.each<[string, Record<string, number>, (tree: Tree) => boolean]>([
    ['num_leaves', { num_leaves: 5 }, (tree) => leavesOf(tree).length === 5],
    ['max_depth', { max_depth: 2 }, (tree) => leavesOf(tree).length <= 4],
    [
      'min_child_samples',
      { min_child_samples: 200 },
      (tree) => leavesOf(tree).every((n) => tree.cover[n]! >= 200),
    ],
    ['min_split_gain', { min_split_gain: 1e9 }, (tree) => tree.feature.length === 1],
    ['min_child_weight', { min_child_weight: 1000 }, (tree) => tree.feature.length === 1],
  ])('obeys %s', async (_name, params, holds) => {
    const { model } = await regress(heat, { params: { n_estimators: 3, ...params } });
    expect(treesOf(model).trees.every(holds)).toBe(true);
  });

  it('looks at a share of the columns and rows, drawn by the seed', async () => {
    const params = { n_estimators: 5, colsample_bytree: 0.25, subsample: 0.5 };
    const { model } = await regress(heat, { params });
    for (const tree of treesOf(model).trees) {
      expect(new Set(tree.feature.filter((column) => column >= 0)).size).toBe(1);
      expect(tree.cover[0]).toBe(Math.round(heat.matrix.rows / 2));
    }
    expect((await regress(heat, { params, seed: 1 })).model).not.toEqual(model);
  });
});

function leavesOf(tree: Tree): number[] {
  return [...tree.feature.keys()].filter((node) => tree.feature[node]! < 0);
}

describe('missing values', () => {
  const gappy = (isMissing: (row: number) => boolean) => {
    const cells = Array.from({ length: 400 }, (_, i) => [isMissing(i) ? Number.NaN : i % 20, i % 3]);
    return matrixOf(cells);
  };

  it.each([0, 19])('go where rows like them go: those around %d', async (like) => {
    const matrix = gappy((row) => row % 5 === 0);
    const target = Float64Array.from({ length: 400 }, (_, i) => {
      const value = i % 5 === 0 ? like : i % 20;
      return value >= 10 ? 1 : 0;
    });
    const { model } = await classify({ matrix, target, classes: 2 }, { params: { num_leaves: 2 } });
    const predictions = predictModel(model, matrix);
    expect(accuracy(predictions, target, 2)).toBe(1);
    const scores = await scoreWithOnnx(model, matrix, 1);
    expect(accuracy(scores, target, 2)).toBe(1);
  });

  it('are told apart from all values where that is what matters', async () => {
    const matrix = gappy((row) => row % 4 === 0);
    const target = Float64Array.from({ length: 400 }, (_, i) => +(i % 4 === 0));
    const { model } = await classify({ matrix, target, classes: 2 }, { params: { num_leaves: 2 } });
    expect(accuracy(predictModel(model, matrix), target, 2)).toBe(1);
    expect(accuracy(await scoreWithOnnx(model, matrix, 7), target, 2)).toBe(1);
  });

  it('go with most rows where training had none', async () => {
    const matrix = matrixOf(Array.from({ length: 100 }, (_, i) => [i]));
    const target = Float64Array.from({ length: 100 }, (_, i) => +(i >= 30));
    const { model } = await classify({ matrix, target, classes: 2 }, { params: { num_leaves: 2 } });
    const [, missing] = predictModel(model, matrixOf([[Number.NaN]]));
    expect(missing).toBeGreaterThan(0.9);
  });

  it('may be all that a column has', async () => {
    const cells = Array.from({ length: 100 }, (_, i) => [Number.NaN, i]);
    const target = Float64Array.from({ length: 100 }, (_, i) => +(i >= 50));
    const { model, importance } = await classify({ matrix: matrixOf(cells), target, classes: 2 });
    expect([...importance]).toEqual([0, 1]);
    expect(accuracy(predictModel(model, matrixOf(cells)), target, 2)).toBe(1);
  });
});

describe('monotone constraints', () => {
  it.each(['squared_error', 'absolute_error', 'poisson'])(
    'hold everywhere, exactly, with the loss %s',
    async (objective) => {
      const value = fc.integer({ min: 0, max: 30 });
      const table = fc.array(fc.tuple(value, value, value), { minLength: 60, maxLength: 120 });
      await fc.assert(
        fc.asyncProperty(table, async (cells) => {
          const matrix = matrixOf(cells.map(([a, b]) => [a, b]));
          const target = Float64Array.from(cells, ([, , y]) => y + 1);
          const { model } = await regress(
            { matrix, target, classes: 0 },
            {
              features: ['up', 'down'],
              params: {
                n_estimators: 20,
                min_child_samples: 2,
                learning_rate: 0.5,
                objective,
                monotone_constraints: 'up:1, down:-1',
              },
            },
          );
          for (let fixed = 0; fixed <= 30; fixed += 5) {
            const line = Array.from({ length: 31 }, (_, i) => i);
            const rising = predictModel(model, matrixOf(line.map((x) => [x, fixed])));
            const falling = predictModel(model, matrixOf(line.map((x) => [fixed, x])));
            for (let i = 1; i < 31; i++) {
              expect(rising[i]).toBeGreaterThanOrEqual(rising[i - 1]!);
              expect(falling[i]).toBeLessThanOrEqual(falling[i - 1]!);
            }
          }
        }),
        { numRuns: 15 },
      );
    },
  );

  it('still let the other columns be learned', async () => {
    const data = { ...heat, features: ['precipitation', 'temp_min', 'wind', 'month'] };
    const free = await regress(heat, {});
    const bound = await regress(data, { params: { monotone_constraints: 'temp_min:1' } });
    const error = (predictions: Float32Array) => meanSquaredError(heat.target, predictions);
    const loss = error(predictModel(bound.model, heat.matrix));
    expect(loss).toBeLessThan(2 * error(predictModel(free.model, heat.matrix)));
    expect(bound.model).not.toEqual(free.model);
  });
});

describe('weights', () => {
  const counts = Int32Array.from({ length: heat.matrix.rows }, (_, i) => 1 + (i % 3));
  const repeated = (data: LabelledMatrix): LabelledMatrix => {
    const { columns, data: cells, rows } = data.matrix;
    const order = [...Array(rows).keys()].flatMap((row) => Array(counts[row]!).fill(row) as number[]);
    return {
      matrix: matrixOf(order.map((row) => [...cells.subarray(row * columns, (row + 1) * columns)])),
      target: Float64Array.from(order, (row) => data.target[row]!),
      classes: data.classes,
    };
  };

  it.each<[string, LabelledMatrix, Record<string, string | number>]>([
    ['squared_error', heat, {}],
    ['absolute_error', heat, { objective: 'absolute_error' }],
    ['poisson', heat, { objective: 'poisson' }],
    ['two classes', rain, {}],
    ['five classes', weather, {}],
  ])('are what repeated rows are: %s', async (name, data, own) => {
    const task = 'classes' in data && name.endsWith('classes') ? 'classification' : 'regression';
    const shifted = name === 'poisson' ? { ...data, target: data.target.map((y) => y + 5) } : data;
    const params = { n_estimators: 3, min_child_samples: 1, num_leaves: 6, ...own };
    const weights = Float64Array.from(counts);
    const weighted = await boost({ ...shifted, task, params, weights });
    const twice = await boost({ ...repeated(shifted), task, params });
    const expected = predictModel(twice.model, data.matrix);
    predictModel(weighted.model, data.matrix).forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3 * Math.max(1, Math.abs(expected[i]!)));
    });
    const covers = [weighted, twice].map(({ model }) => treesOf(model).trees[0]!.cover[0]);
    expect(covers[0]).toBe(covers[1]);
  });
});

describe('early stopping', () => {
  const params = { n_estimators: 500, learning_rate: 0.3, early_stopping_rounds: 5 };

  it('keeps the round with the lowest loss on the rows it is judged by', async () => {
    const validationRows = Int32Array.from({ length: 300 }, (_, i) => 4 * i);
    const { model, history } = await classify(rain, { params, validationRows });
    const [training, validation] = history!;
    expect(history!.map(({ metric }) => metric)).toEqual(['training_log_loss', 'validation_log_loss']);
    const best = validation!.values.indexOf(Math.min(...validation!.values));
    expect(treesOf(model).trees).toHaveLength(best + 1);
    expect(validation!.values).toHaveLength(best + 1 + 5);
    expect(training!.values.at(-1)).toBeLessThan(training!.values[0]!);
    const { columns, data } = rain.matrix;
    const held: Matrix = {
      rows: 300,
      columns,
      data: Float32Array.from(
        [...validationRows].flatMap((row) => [...data.subarray(row * columns, (row + 1) * columns)]),
      ),
    };
    const target = Float64Array.from(validationRows, (row) => rain.target[row]!);
    expect(logLoss(target, predictModel(model, held), 2)).toBeCloseTo(validation!.values[best]!, 5);
  });

  it.each<[string, LabelledMatrix, 'classification' | 'regression']>([
    ['classes', weather, 'classification'],
    ['values', heat, 'regression'],
  ])('draws its own rows by the seed: %s', async (_name, data, task) => {
    const { model, history } = await boost({ ...data, task, params });
    expect(history![1]!.values.length).toBeLessThan(500);
    expect((await boost({ ...data, task, params, workers: 2 })).model).toEqual(model);
    expect((await boost({ ...data, task, params, seed: 1 })).model).not.toEqual(model);
  });

  it('tells the loss of each round', async () => {
    const events: unknown[] = [];
    const { history } = await classify(rain, {
      params: { n_estimators: 3 },
      onProgress: (event) => events.push(event),
    });
    expect(events).toEqual(
      [1, 2, 3].map((done) => ({
        kind: 'trees',
        done,
        total: 3,
        score: { metric: 'training_log_loss', value: history![0]!.values[done - 1] },
      })),
    );
  });
});

describe('threads', () => {
  it.each<[string, Record<string, number | string>]>([
    ['all rows', {}],
    ['drawn rows and columns', { subsample: 0.7, colsample_bytree: 0.7 }],
    ['early stopping', { early_stopping_rounds: 5 }],
    ['medians', { objective: 'absolute_error' }],
  ])(
    'make no difference to a byte, however many there are: %s',
    async (_name, own) => {
      const [rows, columns] = [40_000, 7];
      const random = createRandom(3);
      const data = Float32Array.from({ length: rows * columns }, () =>
        random.next() < 0.05 ? Number.NaN : random.normal(),
      );
      const at = (row: number, column: number) => data[row * columns + column]! || 0;
      const target = Float64Array.from(
        { length: rows },
        (_, row) => at(row, 0) * at(row, 1) + at(row, 2) + random.normal(),
      );
      const weights = Float64Array.from({ length: rows }, (_, row) => 1 + (row % 3) / 7);
      const params = { n_estimators: 75, num_leaves: 8, ...own };
      const spec = { matrix: { rows, columns, data }, target, weights, classes: 0, params };
      const alone = await regress(spec);
      for (const workers of [2, 4]) {
        const together = await regress({ ...spec, workers } as typeof spec);
        expect(together.model).toEqual(alone.model);
        expect(together.history).toEqual(alone.history);
      }
    },
    60_000,
  );

  const long = { n_estimators: 20_000 };

  it('end at once when training is aborted', async () => {
    const abort = new AbortController();
    let done = 0;
    const onProgress = () => {
      done++;
      abort.abort();
    };
    const training = classify(rain, { params: long, workers: 2, signal: abort.signal, onProgress });
    await expect(training).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(done).toBeLessThan(2000);
  });

  it('let the event loop have its turns where there is only this one', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const training = classify(rain, { params: long, workers: 1, signal: abort.signal });
    await expect(training).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('that wait for one that died are ended, and the training fails', async () => {
    const layout = layOut({
      rows: 1,
      trainingRows: 1,
      bins: Int32Array.of(1),
      hasMissing: Uint8Array.of(0),
      outputs: 1,
      isWeighted: false,
      numLeaves: 2,
    });
    // the leader's seat is taken and no phase is ever opened: both threads wait for it, until they are killed
    const control = new Int32Array(layout.memory.buffer, layout.at.control, 16);
    const job = { kind: 'boosting', layout, settings: { leastRows: 1 } };
    expect(takeSeat(control)).toBe(0);
    const pool = new WorkerPool(2);
    setTimeout(() => {
      void pool.close();
    }, 200);
    await expect(pool.run(job as never, () => {}, undefined)).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
    });
  });

  it('fail the training where the one that leads dies', async () => {
    const job = { kind: 'boosting', layout: null } as never;
    await expect(new WorkerPool(2).run(job, () => {}, undefined)).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
    });
  });
});

describe('what cannot be boosted', () => {
  const negative = { ...heat, target: heat.target.map((value) => value - 100) };
  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    [
      'Poisson of values below 0',
      () => regress(negative, { params: { objective: 'poisson' } }),
      'TARGET_UNUSABLE',
      /below 0/,
    ],
    [
      'Poisson of zeros alone',
      () => regress({ ...heat, target: heat.target.map(() => 0) }, { params: { objective: 'poisson' } }),
      'TARGET_UNUSABLE',
      /all 0/,
    ],
    [
      "a classification's loss for values",
      () => regress(heat, { params: { objective: 'log_loss' } }),
      'PARAM_INVALID',
      /objective/,
    ],
    [
      "a regression's loss for classes",
      () => classify(rain, { params: { objective: 'poisson' } }),
      'PARAM_INVALID',
      /objective/,
    ],
    ['an unknown loss', () => regress(heat, { params: { objective: 'huber' } }), 'PARAM_INVALID', /huber/],
    [
      'a constraint on no feature',
      () => regress(heat, { params: { monotone_constraints: 'f9:1' } }),
      'PARAM_INVALID',
      /f9/,
    ],
    [
      'a constraint in no direction',
      () => regress(heat, { params: { monotone_constraints: 'f1:2' } }),
      'PARAM_INVALID',
      /f1:2/,
    ],
    [
      'a constraint on five classes',
      () => classify(weather, { params: { monotone_constraints: 'f1:1' } }),
      'PARAM_INVALID',
      /two classes/,
    ],
    [
      'early stopping on one row',
      () =>
        regress(
          { matrix: matrixOf([[1]]), target: Float64Array.of(1), classes: 0 },
          { params: { early_stopping_rounds: 3 } },
        ),
      'PARAM_INVALID',
      /rows to judge by/,
    ],
    [
      'a target beyond measure',
      () =>
        regress(
          { ...heat, target: heat.target.map((_, i) => (i % 2 === 0 ? 1e308 : 0)) },
          {
            params: { objective: 'poisson' },
          },
        ),
      'TRAINING_FAILED',
      /diverged/,
    ],
  ])('is refused: %s', async (_name, attempt, code, message) => {
    await expect(attempt()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('gives a constant target back', async () => {
    const { model } = await regress({ ...heat, target: heat.target.map(() => 7) });
    expect(new Set(predictModel(model, heat.matrix))).toEqual(new Set([7]));
  });
});
