import { describe, expect, it } from 'vitest';
import { predictModel } from '#mlx/training/model.js';
import { trainModel } from '#mlx/training/train.js';
import { treesOf } from './scoring.js';
import { seattle } from './tables.js';

const rain = seattle(['temp_max', 'temp_min', 'wind', 'month'], 'rainy');
const TOTAL = 20_000;

/** Trains until some trees are done, then aborts. */
function interrupted(algorithm: string, workers: number, keepsPartial: boolean) {
  const abort = new AbortController();
  let seen = 0;
  return trainModel({
    algorithm,
    task: 'classification',
    ...rain,
    params: { n_estimators: TOTAL },
    seed: 1,
    workers,
    signal: abort.signal,
    keepsPartial,
    onProgress: () => {
      if (++seen === 5) abort.abort();
    },
  });
}

describe.each(['random-forest', 'extra-trees', 'gradient-boosting'])('%s, aborted', (algorithm) => {
  it.each([1, 2])(
    'is the model of the trees that were done, where that is asked for (%i threads)',
    async (workers) => {
      const { model, partial, history = [] } = await interrupted(algorithm, workers, true);
      const { done = 0, total } = partial ?? {};
      expect(total).toBe(TOTAL);
      expect(done).toBeGreaterThanOrEqual(5);
      expect(done).toBeLessThan(TOTAL);
      expect(treesOf(model).trees).toHaveLength(done);
      expect(predictModel(model, rain.matrix).every(Number.isFinite)).toBe(true);
      for (const { values } of history) expect(values).toHaveLength(done);
    },
  );

  it('is an error where it is not', async () => {
    await expect(interrupted(algorithm, 2, false)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

it('boosting that was aborted is boosting of fewer rounds', async () => {
  const { model, partial } = await interrupted('gradient-boosting', 2, true);
  const whole = await trainModel({
    algorithm: 'gradient-boosting',
    task: 'classification',
    ...rain,
    params: { n_estimators: partial?.done as number },
    seed: 1,
    workers: 1,
  });
  expect(whole.partial).toBeUndefined();
  expect(model).toEqual(whole.model);
});
