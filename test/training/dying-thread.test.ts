import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { trainModel } from '#mlx/training/train.js';
import { seattle } from './tables.js';

const rain = seattle(['temp_max', 'temp_min', 'wind', 'month'], 'rainy');

afterEach(() => vi.restoreAllMocks());

describe('a thread that is killed in the midst of training', () => {
  it.each([
    ['gradient-boosting', 'the first of two', 0],
    ['gradient-boosting', 'the second of two', 1],
    ['random-forest', 'the first of two', 0],
    ['random-forest', 'the second of two', 1],
  ])('fails a %s, %s, and the other thread ends with it', async (algorithm, _which, killed) => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    const threads = () => posted.mock.contexts as Worker[];
    let done = 0;
    const training = trainModel({
      algorithm,
      task: 'classification',
      ...rain,
      params: { n_estimators: 20_000 },
      seed: 1,
      workers: 2,
      onProgress: () => {
        done++;
        if (done === 3) void threads()[killed]!.terminate();
      },
    });
    await expect(training).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      message: expect.stringMatching(/thread stopped/),
    });
    expect(done).toBeGreaterThanOrEqual(3);
    // a thread that is gone has no number any more
    expect(threads().map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });
});
