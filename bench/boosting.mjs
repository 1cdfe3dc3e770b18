import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPython, median, mlx, PYTHON, peer, print, python, run, skip } from './process.mjs';

const ROUNDS = 3;

/** Boosting, 100 rounds, against XGBoost's `hist` (both on 2 threads) on 80,000 × 20, one after the other. */
export async function bench() {
  if (!hasPython('xgboost', 'sklearn', 'pandas')) return skip('boosting', 'XGBoost is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  try {
    const [train, test] = [join(dir, 'train.csv'), join(dir, 'test.csv')];
    run(PYTHON, [peer('table.py'), '100000', train, test]);
    const pairs = Array.from({ length: ROUNDS }, () => [
      python([peer('boosting.py'), train, test, 'y']),
      boost(dir, train, test),
    ]);
    const [theirs, ours] = [0, 1].map((side) => pairs.map((pair) => pair[side]));
    const peerMs = median(theirs.map(({ fit_ms }) => fit_ms));
    const row = (name, runs) => {
      const ms = median(runs.map(({ fit_ms }) => fit_ms));
      const { roc_auc, log_loss } = runs[0];
      return [
        name,
        `${(ms / 1000).toFixed(2)} s`,
        roc_auc.toFixed(4),
        log_loss.toFixed(4),
        `${(peerMs / ms).toFixed(1)} ×`,
      ];
    };
    print(
      `Boosting, 100 rounds, 80,000 × 20 (median of ${ROUNDS})`,
      ['program', 'fit', 'ROC AUC', 'log loss', 'speed'],
      [row('XGBoost hist, 2 threads', theirs), row('mlx gradient-boosting', ours)],
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function boost(dir, data, test) {
  const { metrics, timings } = mlx(
    [
      'train',
      '--data',
      data,
      '--test',
      test,
      '--target',
      'y',
      '--algorithm',
      'gradient-boosting',
      '--workers',
      '2',
    ],
    dir,
  );
  return { ...metrics, fit_ms: timings.fit_ms };
}
