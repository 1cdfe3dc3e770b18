import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  hasProgram,
  hasPython,
  load,
  MLX,
  mlx,
  PYTHON,
  peer,
  print,
  python,
  run,
  skip,
  withServer,
} from './process.mjs';

const SECONDS = 6;
const PEER_PORT = 8791;
const BARE_PORT = 8792;

/** One row per request, 8 connections, 100 trees: mlx with validation, metrics and log against FastAPI and bare Node. */
export async function bench() {
  if (!hasProgram('wrk')) return skip('serve', 'wrk is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  try {
    const [train, test, pickle] = ['train.csv', 'test.csv', 'forest.pkl'].map((name) => join(dir, name));
    if (!hasPython('sklearn', 'pandas', 'joblib', 'fastapi', 'uvicorn'))
      return skip('serve', 'scikit-learn or FastAPI is not installed');
    run(PYTHON, [peer('table.py'), '100000', train, test]);
    python([peer('forest.py'), train, test, 'y', pickle]);
    mlx(['train', '--data', train, '--test', test, '--target', 'y'], dir);
    mlx(['register', 'bench', '--run', 'latest'], dir);
    mlx(['promote', 'bench/1', 'production'], dir);
    const local = (port) => ({ cwd: dir, url: `http://127.0.0.1:${port}` });
    const theirs = await withServer(
      PYTHON,
      [peer('server.py'), pickle, String(PEER_PORT)],
      local(PEER_PORT),
      (url) => load(url, SECONDS),
    );
    const bare = await withServer(
      process.execPath,
      [peer('bare.mjs'), String(BARE_PORT)],
      local(BARE_PORT),
      (url) => load(url, SECONDS),
    );
    const ours = await withServer(
      process.execPath,
      [MLX, 'serve', 'bench', '--port', '0', '--json'],
      { cwd: dir },
      (url) => load(url, SECONDS),
    );
    const row = (name, figures) => [
      name,
      Math.round(figures.perSecond),
      figures.p99,
      `${(figures.perSecond / theirs.perSecond).toFixed(1)} ×`,
      figures.failed,
    ];
    print(
      `One-row predictions, 8 connections, ${SECONDS} s`,
      ['server', 'requests/s', 'p99', 'ratio', 'failed'],
      [row('FastAPI + scikit-learn', theirs), row('mlx serve', ours), row('bare node:http', bare)],
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}
