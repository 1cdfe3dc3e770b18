import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPython, median, mlx, PYTHON, peer, print, python, run, skip } from './process.mjs';

const ROUNDS = 3;

/** The forest against scikit-learn's (2 jobs) on 80,000 × 20, and against ml-random-forest on 2,000 × 20. */
export async function bench() {
  if (!hasPython('sklearn', 'pandas', 'joblib')) return skip('forest', 'scikit-learn is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  try {
    const big = table(dir, 100_000);
    const theirs = Array.from({ length: ROUNDS }, () =>
      python([peer('forest.py'), big.train, big.test, 'y']),
    );
    const ours = Array.from({ length: ROUNDS }, () => train(dir, big, 'random-forest'));
    report('Forest of 100 trees, 80,000 × 20', ['scikit-learn, 2 jobs', theirs], ['mlx random-forest', ours]);
    const small = table(dir, 2500);
    const kept = [train(dir, small, 'ml-random-forest')];
    const own = Array.from({ length: ROUNDS }, () => train(dir, small, 'random-forest'));
    report(
      'Forest on 2,000 × 20, each with its defaults (10 and 100 trees)',
      ['ml-random-forest', kept],
      ['mlx random-forest', own],
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Writes a made-up table of 20 columns, four fifths to train and one to test; gives the names of the files. */
export function table(dir, rows) {
  const files = { train: join(dir, `train${rows}.csv`), test: join(dir, `test${rows}.csv`) };
  run(PYTHON, [peer('table.py'), rows, files.train, files.test].map(String));
  return files;
}

export function train(dir, { train: data, test }, algorithm, options = []) {
  const { metrics, timings } = mlx(
    ['train', '--data', data, '--test', test, '--target', 'y', '--algorithm', algorithm, ...options],
    dir,
  );
  return { ...metrics, fit_ms: timings.fit_ms };
}

function report(title, [peerName, theirs], [ownName, ours]) {
  const [peerMs, ownMs] = [theirs, ours].map((runs) => median(runs.map(({ fit_ms }) => fit_ms)));
  const row = (name, runs, ms, ratio) => [
    name,
    `${(ms / 1000).toFixed(2)} s`,
    runs[0].roc_auc.toFixed(4),
    runs[0].accuracy.toFixed(4),
    ratio,
  ];
  print(
    `${title} (median of ${ROUNDS})`,
    ['program', 'fit', 'ROC AUC', 'accuracy', 'speed'],
    [row(peerName, theirs, peerMs, '1 ×'), row(ownName, ours, ownMs, `${(peerMs / ownMs).toFixed(1)} ×`)],
  );
}
