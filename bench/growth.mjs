import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table, train } from './forest.mjs';
import { hasPython, median, print, skip } from './process.mjs';

const ROUNDS = 3;
const SIZES = [10_000, 80_000, 800_000];

/** How the time of a forest grows with its rows, which are the first ones of the same table; interleaved. */
export async function bench() {
  if (!hasPython('sklearn', 'pandas'))
    return skip('growth', 'scikit-learn, which makes up the table, is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  try {
    const whole = table(dir, 1_000_000);
    const test = head(whole.test, 20_000, join(dir, 'test.csv'));
    const tables = SIZES.map((rows) => ({ train: head(whole.train, rows, join(dir, `${rows}.csv`)), test }));
    const runs = Array.from({ length: ROUNDS }, () =>
      tables.map((own) => train(dir, own, 'random-forest', ['--report', 'none'])),
    );
    const fits = SIZES.map((_, size) => median(runs.map((round) => round[size].fit_ms)));
    print(
      `Forest of 100 trees, 20 columns (median of ${ROUNDS}): time beside the size before, and what n·log n allows`,
      ['rows', 'fit', 'ROC AUC', 'growth', 'n·log n'],
      SIZES.map((rows, i) => {
        const before = SIZES[i - 1];
        const growth = before ? `${(fits[i] / fits[i - 1]).toFixed(1)} ×` : '';
        const allowed = before
          ? `${((rows * Math.log(rows)) / (before * Math.log(before))).toFixed(1)} ×`
          : '';
        return [rows, `${(fits[i] / 1000).toFixed(2)} s`, runs[0][i].roc_auc.toFixed(4), growth, allowed];
      }),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Writes the header and the first rows of a CSV file to another one. */
function head(file, rows, to) {
  const text = readFileSync(file);
  let end = 0;
  for (let line = 0; line <= rows; line++) end = text.indexOf('\n', end) + 1;
  writeFileSync(to, text.subarray(0, end));
  return to;
}
