import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { emptyFolder, strayFiles } from './folders.js';
import { failing, mlxJson } from './program.js';
import { Server } from './server.js';
import { expectWholeRuns } from './store-state.js';
import { incomeFile, incomeLines, incomeRecords, testUnless } from './tables.js';
import { until } from './until.js';

const mounts: string[] = [];

afterAll(() => {
  for (const folder of mounts) spawnSync('umount', [folder]);
});

/** A file system of that size, in memory; undefined where nobody may mount one. */
function smallDisk(size: string): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const folder = emptyFolder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status !== 0)
    return undefined;
  mounts.push(folder);
  return folder;
}

const disk = smallDisk('256k');
const storeDisk = smallDisk('1m');
const servingDisk = smallDisk('20m');
const reason =
  disk === undefined || storeDisk === undefined || servingDisk === undefined
    ? 'no right to mount a small file system'
    : undefined;
const FULL = { exit: 1, code: 'DISK_FULL' } as const;

testUnless(reason)(
  'a full disk stops predict and preprocess; no file and no part of one is left',
  async () => {
    const cwd = emptyFolder();
    const out = (name: string): string => join(disk ?? '', name);
    incomeFile(cwd, 'train.csv', 8000);
    const forest = ['--param', 'n_estimators=5', '--param', 'max_depth=4'];
    await mlxJson(['train', '--data', 'train.csv', '--target', 'income', ...forest], { cwd });
    await mlxJson(['register', 'm', '--run', 'latest'], { cwd });
    const predict = [
      'predict',
      '--model',
      'm/1',
      '--data',
      'train.csv',
      '--keep',
      'workclass,education,marital_status,occupation,relationship,native_country',
    ];
    const preprocess = ['preprocess', '--data', 'train.csv', '--target', 'income'];
    for (const args of [
      [...predict, '--out', out('scored.csv')],
      [...preprocess, '--out', out('features.csv')],
      [...preprocess, '--encode', 'ordinal', '--out', out('ordinal.csv')],
    ]) {
      await failing(args, FULL, { cwd });
      expect(readdirSync(disk ?? '')).toEqual([]);
    }
    // Parquet is smaller: it needs a disk with less room.
    writeFileSync(out('filler'), Buffer.alloc(1024 * 240));
    await failing([...preprocess, '--out', out('features.parquet')], FULL, { cwd });
    expect(readdirSync(disk ?? '')).toEqual(['filler']);
    await expectWholeRuns({ cwd });
  },
);

testUnless(reason)(
  'a full disk under the store stops train; the store is whole once there is room',
  async () => {
    const cwd = emptyFolder();
    incomeFile(cwd, 'train.csv', 4000);
    const env = { MLX_STORE: join(storeDisk ?? '', '.mlx') };
    const train = ['train', '--data', 'train.csv', '--target', 'income', '--name'];
    const failure = await failing([...train, 'too-big'], FULL, { cwd, env });
    expect(failure.hint).toMatch(/space/);
    expect(strayFiles(storeDisk ?? '')).toEqual([]);
    const { status } = spawnSync('mount', ['-o', 'remount,size=60m', storeDisk ?? '']);
    expect(status).toBe(0);
    const runs = await mlxJson<{ runs: { name: string; status: string }[] }>(['runs', 'list'], { cwd, env });
    for (const run of runs.runs) expect(run.status, run.name).toMatch(/^(?:failed|interrupted)$/);
    await mlxJson([...train, 'fits'], { cwd, env });
    await mlxJson(['register', 'm', '--run', 'fits'], { cwd, env });
    await mlxJson(['doctor', '--exit-zero'], { cwd, env });
    expect(existsSync(join(storeDisk ?? '', '.mlx', 'mlx.db'))).toBe(true);
  },
);

interface Readiness {
  readonly prediction_log: {
    readonly status: string;
    readonly problem: string | null;
    readonly pending: number;
    readonly dropped: number;
  };
}

testUnless(reason)(
  'a full disk does not stop serve; what was predicted meanwhile is logged later',
  async () => {
    const cwd = emptyFolder();
    const options = { cwd, env: { MLX_STORE: join(servingDisk ?? '', '.mlx') } };
    incomeFile(cwd, 'train.csv', 1000);
    await mlxJson(
      ['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=5'],
      options,
    );
    await mlxJson(['register', 'm', '--run', 'latest'], options);
    await mlxJson(['promote', 'm/1', 'production'], options);
    const server = await Server.start(['m'], options);
    const row = incomeRecords(incomeLines(1, 'test'))[0] ?? {};
    const ids: string[] = [];
    const predict = async (): Promise<void> => {
      const { status, body } = await server.predict(row);
      expect(status).toBe(200);
      ids.push(body.prediction_id);
    };
    const log = async () => (await server.get<Readiness>('/ready')).body.prediction_log;
    await predict();
    await until('the first prediction is logged', async () => (await log()).pending === 0);
    fill(join(servingDisk ?? '', 'filler'));
    for (let i = 0; i < 100; i++) await predict();
    expect(await log()).toMatchObject({
      status: 'failing',
      problem: 'no space is left on the device',
      dropped: 0,
    });
    rmSync(join(servingDisk ?? '', 'filler'));
    await until('the log has caught up', async () => {
      const { status, pending } = await log();
      return status === 'ok' && pending === 0;
    });
    await predict();
    writeFileSync(
      join(cwd, 'labels.csv'),
      `prediction_id,label\n${ids.map((id) => `${id},<=50K\n`).join('')}`,
    );
    expect(await mlxJson(['feedback', '--data', 'labels.csv'], options)).toMatchObject({
      added: 102,
      unknown: 0,
    });
    expect(await server.stop()).toBe(0);
  },
);

/** Takes all the room that is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  } finally {
    closeSync(file);
  }
}
