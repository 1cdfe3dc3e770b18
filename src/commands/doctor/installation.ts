import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { readTable } from '../../data/read.js';
import { writeFeatures } from '../../data/write.js';
import { GraphBuilder } from '../../onnx/graph.js';
import { ModelSession } from '../../onnx/session.js';
import { openStore } from '../../store/store.js';
import { attempt, type Check, type Finding, fail, ok, warn } from './check.js';
import { isInRange } from './node-range.js';

const PACKAGE = new URL('../../../package.json', import.meta.url);
const GIBIBYTE = 2 ** 30;

/** Node, the machine, and the three native libraries, each by doing what it is there for. */
export async function checkInstallation(now: () => Date): Promise<Check[]> {
  return [
    await attempt('node', 'Install mlx again.', checkNode),
    await attempt('machine', 'Install mlx again.', async () =>
      ok(
        `${availableParallelism()} cores, ${(totalmem() / GIBIBYTE).toFixed(1)} GiB of memory, ${process.platform} ${process.arch}`,
      ),
    ),
    await attempt(
      'onnxruntime',
      'Install mlx again; on Linux it needs glibc 2.28 or newer (Alpine has none).',
      runTinyModel,
    ),
    await attempt('sqlite', 'Run `npm rebuild better-sqlite3` in the folder of mlx.', () => writeStore(now)),
    await attempt('duckdb', 'Run `npm install` in the folder of mlx.', readParquet),
  ];
}

async function checkNode(): Promise<Finding> {
  const { engines } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { engines: { node: string } };
  const { node } = process.versions;
  return isInRange(node, engines.node)
    ? ok(`Node ${node}`)
    : fail(`Node ${node} is not supported.`, `Use Node ${engines.node}.`);
}

/** y = x + 1 on two rows. */
async function runTinyModel(): Promise<Finding> {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'double', ['N', 1]);
  const one = graph.constant('double', [1], new Float64Array([1]));
  graph.output('y', graph.node('Add', [x, one], { type: 'double' }), ['N', 1]);
  const session = await ModelSession.load(graph.build({}, '0'));
  try {
    const { y } = await session.run({
      x: { type: 'double', dims: [2, 1], data: new Float64Array([1, 41]) },
    });
    const answer = Array.from(y?.data ?? [], Number).join();
    return answer === '2,42'
      ? ok('ONNX Runtime runs a model')
      : fail(`ONNX Runtime computed ${answer} instead of 2,42.`, 'Install mlx again.');
  } finally {
    await session.release();
  }
}

async function writeStore(now: () => Date): Promise<Finding> {
  return inTemporaryFolder(async (folder) => {
    const store = await openStore(join(folder, '.mlx'), { create: true, now });
    try {
      await store.locks.acquire('doctor');
      await store.locks.release('doctor');
    } finally {
      await store.close();
    }
    return ok('SQLite writes a store');
  });
}

/** All else works without it. */
async function readParquet(): Promise<Finding> {
  try {
    await inTemporaryFolder(async (folder) => {
      const path = join(folder, 'x.parquet');
      await writeFeatures(path, ['x'], new Float32Array([1]), 1);
      await readTable(path);
    });
    return ok('DuckDB reads a Parquet file');
  } catch (error) {
    return warn(
      `DuckDB does not work: ${(error as Error).message}`,
      'Only reading Parquet files needs it. Run `npm install` in the folder of mlx.',
    );
  }
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mlx-doctor-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
