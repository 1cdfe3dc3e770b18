import { beforeAll, expect, test } from 'vitest';
import type { VersionDocument } from './documents.js';
import { emptyFolder } from './folders.js';
import { documentOf, type Failure, type LaunchOptions, launch, mlx, mlxJson } from './program.js';
import { expectHealthy, expectWholeRuns, expectWholeVersions, runsOf } from './store-state.js';
import { incomeFile } from './tables.js';
import { until } from './until.js';

interface RetrainDocument {
  readonly promoted: VersionDocument | null;
  readonly contest: { readonly candidate: number; readonly production: number; readonly better: boolean };
}

const STUMP = ['--param', 'n_estimators=1', '--param', 'max_depth=1'];

let options: LaunchOptions;

beforeAll(async () => {
  options = { cwd: emptyFolder() };
  incomeFile(options.cwd, 'train.csv', 2000);
  await mlxJson(['train', '--data', 'train.csv', '--target', 'income', ...STUMP], options);
  await mlxJson(['register', 'm', '--run', 'latest'], options);
  await mlxJson(['promote', 'm/1', 'production'], options);
});

test('a candidate that is not better is not promoted, and the exit is 3', async () => {
  const ended = await mlx(['retrain', 'm', '--json'], options);
  expect(ended.code, ended.stderr).toBe(3);
  const { promoted, contest } = documentOf<RetrainDocument>(ended);
  expect(promoted).toBeNull();
  expect(contest.better).toBe(false);
  expect(contest.candidate).toBe(contest.production);
  expect(await expectWholeVersions('m', options)).toHaveLength(1);
  await mlxJson(['retrain', 'm', '--exit-zero'], options);
});

test('of two retrainings at once one works and the other exits 5; the better candidate is in production', async () => {
  const first = launch(
    ['retrain', 'm', '--param', 'n_estimators=1500', '--param', 'max_depth=8', '--json'],
    options,
  );
  await until('the first is at work', async () =>
    (await runsOf(options)).some(({ status }) => status === 'running'),
  );
  const second = await mlx(['retrain', 'm', '--json'], options);
  expect(second.code, second.stderr).toBe(5);
  expect(documentOf<{ error: Failure }>(second).error).toMatchObject({ code: 'BUSY' });
  const ended = await first.ended;
  expect(ended.code, ended.stderr).toBe(0);
  const { promoted, contest } = documentOf<RetrainDocument>(ended);
  expect(contest.candidate).toBeGreaterThan(contest.production);
  expect(promoted).toMatchObject({ version: 2, stage: 'production' });
  await expectWholeVersions('m', options);
  await expectWholeRuns(options);
});

test('a retraining that was killed does not lock out the next one', async () => {
  const killed = launch(['retrain', 'm', '--param', 'n_estimators=3000', '--json'], options);
  await until('it is at work', async () =>
    (await runsOf(options)).some(({ status }) => status === 'running'),
  );
  killed.kill();
  await killed.ended;
  expect((await mlx(['retrain', 'm', ...STUMP, '--json'], options)).code).toBe(3);
  await expectWholeRuns(options);
  await expectHealthy(options);
});
