import { expect, test } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import type { TrainDocument } from './documents.js';
import { emptyFolder } from './folders.js';
import { type Ended, type Launched, type LaunchOptions, launch, mlxJson } from './program.js';
import {
  eventsOf,
  expectHealthy,
  expectWholeRuns,
  expectWholeVersions,
  runsOf,
  versionsOf,
} from './store-state.js';
import { incomeFile } from './tables.js';
import { until } from './until.js';

const KILLS = 20;
const SEED = 20_260_301;

const TRAIN = ['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=40'];

async function folderWithTable(): Promise<LaunchOptions> {
  const cwd = emptyFolder();
  incomeFile(cwd, 'train.csv', 2000);
  return { cwd };
}

/** Kills a command and its process group at a random instant of its life; gives what it had come to. */
async function killed(command: Launched, afterMs: number): Promise<Ended> {
  const timer = setTimeout(command.kill, afterMs);
  const ended = await command.ended;
  clearTimeout(timer);
  return ended;
}

/** How long the command lives when nobody kills it, in milliseconds. */
async function lifetimeMs(args: readonly string[], options: LaunchOptions): Promise<number> {
  const ended = await launch([...args, '--json'], options).ended;
  expect(ended.code, ended.stderr).toBe(0);
  return ended.seconds * 1000;
}

test('a store survives 20 kills during train: no run is left running, none is half', async () => {
  const options = await folderWithTable();
  const random = createRandom(SEED, 1);
  const lifetime = await lifetimeMs([...TRAIN, '--name', 'whole'], options);
  const instants = Array.from({ length: KILLS }, () => random.next());
  console.log(
    `train lives ${Math.round(lifetime)} ms; killed at ${instants.map((at) => at.toFixed(2)).join(' ')} of that`,
  );
  for (const [index, instant] of instants.entries()) {
    const ended = await killed(launch([...TRAIN, '--name', `kill-${index}`], options), instant * lifetime);
    // The command after the kill works, and has seen to the run.
    const found = (await runsOf(options)).find(({ name }) => name === `kill-${index}`);
    expect(['interrupted', 'finished', undefined]).toContain(found?.status);
    if (ended.code === 0) expect(found?.status).toBe('finished');
  }
  const runs = await expectWholeRuns(options);
  const interrupted = runs.filter(({ status }) => status === 'interrupted').length;
  console.log(`${interrupted} of ${KILLS} kills hit a run at work`);
  expect(interrupted).toBeGreaterThanOrEqual(3);
  expect(runs.find(({ name }) => name === 'whole')?.status).toBe('finished');
  await expectHealthy(options);
  expect((await mlxJson<TrainDocument>([...TRAIN, '--name', 'after'], options)).run.status).toBe('finished');
});

test('a registry survives 20 kills during promote and 10 during register', async () => {
  const options = await folderWithTable();
  const random = createRandom(SEED, 2);
  await mlxJson([...TRAIN, '--name', 'first'], options);
  const register = ['register', 'm', '--run', 'first'];
  await mlxJson(register, options);
  const registering = await lifetimeMs(register, options);
  for (let kill = 0; kill < KILLS / 2; kill++) {
    const { length } = await versionsOf('m', options);
    const ended = await killed(launch(register, options), random.next() * registering * 1.1);
    const versions = await expectWholeVersions('m', options);
    expect(versions.length - length).toBeOneOf(ended.code === 0 ? [1] : [0, 1]);
  }
  const promoting = await lifetimeMs(['promote', 'm/1', 'production'], options);
  const instants = Array.from({ length: KILLS }, () => 0.4 + 0.7 * random.next());
  console.log(
    `promote lives ${Math.round(promoting)} ms; killed at ${instants.map((at) => at.toFixed(2)).join(' ')} of that`,
  );
  let production = 1;
  const came: boolean[] = [];
  for (const instant of instants) {
    const next = production === 1 ? 2 : 1;
    const ended = await killed(
      launch(['promote', `m/${next}`, 'production', '--force'], options),
      instant * promoting,
    );
    const versions = await expectWholeVersions('m', options);
    const now = versions.find(({ stage }) => stage === 'production')?.version;
    expect(now, 'exactly one version stays in production').toBeOneOf(
      ended.code === 0 ? [next] : [production, next],
    );
    came.push(now === next);
    production = now as number;
  }
  console.log(`${came.filter(Boolean).length} of ${KILLS} promotions had come through`);
  const moves = (await eventsOf('m', options)).filter(({ to_stage }) => to_stage === 'production');
  expect(moves).toHaveLength(1 + came.filter(Boolean).length);
  await expectHealthy(options);
  await mlxJson(['promote', `m/${production === 1 ? 2 : 1}`, 'production', '--force'], options);
  await expectWholeRuns(options);
});

test.each([
  ['SIGINT', 130, 'INTERRUPTED'],
  ['SIGTERM', 143, 'TERMINATED'],
] as const)(
  '%s during train ends it with exit %i, and the run is interrupted',
  async (signal, exit, code) => {
    const options = await folderWithTable();
    const long = [...TRAIN, '--param', 'n_estimators=5000', '--name', 'long'];
    await mlxJson([...TRAIN, '--name', 'first'], options);
    const training = launch([...long, '--json'], options);
    await until('the run is at work', async () =>
      (await runsOf(options)).some(({ name }) => name === 'long'),
    );
    training.kill(signal);
    const ended = await training.ended;
    expect(ended.code, ended.stderr).toBe(exit);
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code } });
    const runs = await expectWholeRuns(options);
    expect(runs.find(({ name }) => name === 'long')?.status).toBe('interrupted');
  },
);
