// The models that are served in these benchmarks, made once for all that run in one process, and removed at its end.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasProgram, hasPython, MLX, mlx, PYTHON, peer, run, skip, withServer } from '../process.mjs';
import { ONE_ROW } from './peers.mjs';

/** Versions of each model, all of one file: more than a server keeps in memory, so that a swap has to load. */
export const VERSIONS = 4;
/** What the models are called in their stores. */
export const NAME = 'bench';

const made = new Map();
process.on('exit', () => {
  for (const { dir } of made.values()) rmSync(dir, { recursive: true, force: true });
});

/** Says why the benchmarks of the server cannot run here; false when they can. */
export function isLeftOut(name) {
  if (!hasProgram('wrk')) return skip(name, 'wrk is not installed');
  if (!hasPython('sklearn', 'pandas'))
    return skip(name, 'scikit-learn, which makes the table, is not installed');
  return false;
}

/** The forest of 100 trees (80,000 × 20): `{name, dir, body, train, test}`, the body of a request being a file. */
export function forest() {
  return make('forest, 100 trees', (dir) => {
    const [train, test] = ['train.csv', 'test.csv'].map((file) => join(dir, file));
    run(PYTHON, [peer('table.py'), '100000', train, test]);
    release(dir, ['--data', train, '--test', test, '--target', 'y', '--algorithm', 'random-forest']);
    return { train, test, body: bodyFile(dir, ONE_ROW) };
  });
}

/** Boosting on the Adult census, `{name, dir, body}`; null, which is said, where its table is not there. */
export function adult() {
  const data = resolve(
    process.env.MLX_BENCH_DATA ?? new URL('../../../shared/data', import.meta.url).pathname,
  );
  const train = join(data, 'adult_train.csv');
  if (!existsSync(train)) {
    skip('boosting on Adult', `there is no adult_train.csv in ${data}; name a folder with MLX_BENCH_DATA`);
    return null;
  }
  return make('boosting on Adult', (dir) => {
    release(dir, ['--data', train, '--target', 'income', '--algorithm', 'gradient-boosting']);
    return { body: bodyFile(dir, JSON.stringify({ features: firstRow(train, 'income') })) };
  });
}

/** `mlx serve` of such a folder, on a free port, while `use(url, pid)` lasts. */
export function withModel({ dir }, use, flags = []) {
  const args = [MLX, 'serve', NAME, '--port', '0', '--json', ...flags];
  return withServer(process.execPath, args, { cwd: dir, probe: { path: '/ready' } }, use);
}

function make(name, fill) {
  if (!made.has(name)) {
    const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
    made.set(name, { name, dir });
    made.set(name, { name, dir, ...fill(dir) });
  }
  return made.get(name);
}

function bodyFile(dir, text) {
  const path = join(dir, 'body.json');
  writeFileSync(path, text);
  return path;
}

/** The first row of a table without quotes, without its target. */
function firstRow(path, target) {
  const [names, values] = readFileSync(path, 'utf8')
    .split(/\r?\n/, 2)
    .map((line) => line.split(','));
  const typed = values.map((text) => (Number.isNaN(Number(text)) ? text : Number(text)));
  return Object.fromEntries(names.map((name, at) => [name, typed[at]]).filter(([name]) => name !== target));
}

function release(dir, args) {
  mlx(['train', ...args, '--report', 'none'], dir);
  for (let version = 0; version < VERSIONS; version++) mlx(['register', NAME, '--run', 'latest'], dir);
  mlx(['promote', `${NAME}/1`, 'production'], dir);
}
