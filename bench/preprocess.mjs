import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasPython, MLX, median, PYTHON, peer, print, python, run, skip } from './process.mjs';

const ROUNDS = 3;
const PEAK = fileURLToPath(new URL('peak.cjs', import.meta.url));

/**
 * A table of 1,000,000 × 21 through capping, imputing and scaling into a file, against pandas and scikit-learn; and how
 * time and memory grow with the rows. MLX_BENCH_LARGE=1 adds 10,000,000 rows.
 */
export async function bench() {
  if (!hasPython('sklearn', 'pandas')) return skip('preprocess', 'pandas and scikit-learn are not installed');
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  try {
    against(dir);
    growth(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function against(dir) {
  const table = makeTable(dir, 1_000_000);
  const programs = {
    'pandas + scikit-learn': () => python([peer('preprocess.py'), table, join(dir, 'peer.csv')]),
    'mlx preprocess → Parquet': () => preprocess(dir, table, 'out.parquet'),
    'mlx preprocess → CSV': () => preprocess(dir, table, 'out.csv'),
  };
  const runs = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, measure] of Object.entries(programs)) runs[name].push(measure());
  const seconds = (name) => median(runs[name].map(({ total_s }) => total_s));
  const peak = (name) => median(runs[name].map(({ peak_mb }) => peak_mb));
  const [base] = Object.keys(programs);
  print(
    `Preprocess ${(statSync(table).size / 1e6).toFixed(0)} MB of CSV, 1,000,000 × 21 (median of ${ROUNDS}, whole process)`,
    ['program', 'time', 'speed', 'peak memory', 'of the peer’s'],
    Object.keys(programs).map((name) => [
      name,
      `${seconds(name).toFixed(2)} s`,
      `${(seconds(base) / seconds(name)).toFixed(1)} ×`,
      `${peak(name).toFixed(0)} MB`,
      `${((100 * peak(name)) / peak(base)).toFixed(0)} %`,
    ]),
  );
}

function growth(dir) {
  const sizes = [10_000, 100_000, 1_000_000, ...(process.env.MLX_BENCH_LARGE === '1' ? [10_000_000] : [])];
  const rows = sizes.map((size) => {
    const { total_s, peak_mb } = preprocess(dir, makeTable(dir, size), 'out.parquet');
    return [
      size.toLocaleString('en'),
      `${total_s.toFixed(2)} s`,
      `${((total_s * 1e6) / size).toFixed(2)} µs`,
      `${peak_mb.toFixed(0)} MB`,
    ];
  });
  print('Growth with the rows, Parquet', ['rows', 'time', 'a row', 'peak memory'], rows);
}

/** The time of the whole process, start included, and its largest resident memory. */
function preprocess(dir, data, out) {
  const peakFile = join(dir, 'peak');
  const args = ['preprocess', '--data', data, '--target', 'y', '--out', join(dir, out), '--json'];
  const startedAt = performance.now();
  const env = { ...process.env, MLX_BENCH_PEAK: peakFile };
  for (const name of Object.keys(env)) if (name.startsWith('NODE_')) delete env[name];
  run(process.execPath, ['--require', PEAK, MLX, ...args], { cwd: dir, env });
  const total_s = (performance.now() - startedAt) / 1000;
  return { total_s, peak_mb: Number(readFileSync(peakFile, 'utf8')) / 1024 };
}

/** A made-up table of `rows` × 21. */
function makeTable(dir, rows) {
  const path = join(dir, `table${rows}.csv`);
  run(PYTHON, [peer('made_up.py'), String(rows), path]);
  return path;
}
