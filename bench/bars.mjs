import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mlx, print, skip } from './process.mjs';

/** Quality on real tables, where they are beside the project (or in MLX_BENCH_DATA). */
export async function bench() {
  const data = resolve(process.env.MLX_BENCH_DATA ?? new URL('../../shared/data', import.meta.url).pathname);
  if (!existsSync(join(data, 'adult_train.csv')))
    return skip('quality', `there are no tables in ${data}; name a folder with MLX_BENCH_DATA`);
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  try {
    const adult = mlx(
      [
        'train',
        '--data',
        join(data, 'adult_train.csv'),
        '--test',
        join(data, 'adult_test.csv'),
        '--target',
        'income',
      ],
      dir,
    );
    const bike = mlx(
      [
        'train',
        '--data',
        join(data, 'bike_hour.csv'),
        '--target',
        'cnt',
        '--drop',
        'casual,registered,instant',
        '--split',
        'tail',
      ],
      dir,
    );
    print(
      'Quality with defaults, held-out rows',
      ['table', 'metric', 'value', 'fit', 'whole run', 'certificate'],
      [
        ['adult', 'ROC AUC', adult.metrics.roc_auc.toFixed(4), ...times(adult)],
        ['bike (last 20 % in time)', 'R²', bike.metrics.r2.toFixed(4), ...times(bike)],
      ],
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function times({ timings, model }) {
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  return [seconds(timings.fit_ms), seconds(timings.total_ms), model.certificate.passed ? 'passed' : 'FAILED'];
}
