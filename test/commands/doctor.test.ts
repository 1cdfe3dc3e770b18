import { appendFileSync, chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Check } from '#mlx/commands/doctor/check.js';
import { attempt, ok } from '#mlx/commands/doctor/check.js';
import { checkConfiguration } from '#mlx/commands/doctor/configuration.js';
import { isInRange } from '#mlx/commands/doctor/node-range.js';
import type { DoctorDocument } from '#mlx/commands/doctor/run.js';
import { MlxError } from '#mlx/errors.js';
import { JournalWriter } from '#mlx/store/journal/writer.js';
import { storePaths } from '#mlx/store/location.js';
import type { Store } from '#mlx/store/store.js';
import { testModel } from '../registry/registered.js';
import { journalRows } from '../store/journal/rows.js';
import { closeStore, temporaryFolder, temporaryStore } from '../store/temporary-store.js';
import { mlx, mlxJson } from './mlx.js';
import { personIn } from './person.js';

/** A folder with a store that `fill` works on before it is closed. */
async function projectWith(fill: (store: Store) => Promise<void>): Promise<string> {
  const folder = temporaryFolder();
  const store = await temporaryStore(join(folder, '.mlx'));
  await fill(store);
  await closeStore(store);
  return folder;
}

async function examine(folder: string, ...args: string[]) {
  const { code, document } = await mlxJson<DoctorDocument>(folder, ['doctor', ...args]);
  const about = (name: string): Check => {
    const check = document.checks.find((candidate) => candidate.name === name);
    if (check === undefined) throw new Error(`there is no check ${name}`);
    return check;
  };
  return { code, isOk: document.ok, checks: document.checks, about };
}

async function addVersions(store: Store): Promise<void> {
  const model = testModel(store);
  await model.add();
  await model.add({ description: 'second' });
  await model.move(1);
}

describe('mlx doctor', () => {
  it('finds nothing wrong with a working installation and store', async () => {
    const folder = await projectWith(addVersions);
    const { code, isOk, checks, about } = await examine(folder);
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect([code, isOk]).toEqual([0, true]);
    expect(about('artifacts').message).toMatch(/^2 versions/);
    expect(about('history').message).toMatch(/^\d+ registry events, the hash chain is whole$/);
    expect(about('onnxruntime').message).toBe('ONNX Runtime runs a model');
  });

  it('brings in what a killed server has answered, and names what could not be read', async () => {
    const folder = await projectWith(async (store) => {
      const { journal } = storePaths(store.root);
      const writer = new JournalWriter(journal, 1_000_000);
      for (const row of journalRows(3)) writer.add(row);
      writer.commit();
      writer.close();
    });
    expect((await examine(folder)).about('predictions')).toMatchObject({
      status: 'ok',
      message: '3 predictions logged',
    });
    const { journal } = storePaths(join(folder, '.mlx'));
    const [name = ''] = readdirSync(journal);
    appendFileSync(join(journal, name), Buffer.alloc(100));
    expect((await examine(folder)).about('predictions')).toMatchObject({
      status: 'warn',
      message: `3 predictions logged, but 1 journal file could be read in part only: ${name}.damaged.`,
    });
  });

  it('only warns where there is no store', async () => {
    const { code, isOk, checks, about } = await examine(temporaryFolder());
    expect([code, isOk]).toEqual([0, true]);
    expect(about('store')).toMatchObject({ status: 'warn', hint: 'Run `mlx init` to make one.' });
    expect(checks.map(({ name }) => name)).not.toContain('history');
  });

  it('finds a model file that is gone and one that was changed, and names their versions', async () => {
    const folder = await projectWith(async (store) => {
      await addVersions(store);
      const [first, second] = await store.registry.versions('churn');
      rmSync(store.artifacts.pathOf(first?.sha256 ?? ''));
      writeFileSync(store.artifacts.pathOf(second?.sha256 ?? ''), 'other bytes');
    });
    const { code, isOk, about } = await examine(folder);
    expect([code, isOk]).toEqual([3, false]);
    expect(about('artifacts').status).toBe('fail');
    expect(about('artifacts').message).toMatch(/churn\/1: .* is missing\. churn\/2: .* other bytes/);
    expect(about('history').status).toBe('ok');
  });

  it('finds a registry that was changed past its history', async () => {
    const folder = await projectWith(addVersions);
    const db = new Sqlite(join(folder, '.mlx', 'mlx.db'));
    db.prepare("UPDATE versions SET stage = 'staging' WHERE version = 2").run();
    db.close();
    const { code, about } = await examine(folder);
    expect(code).toBe(3);
    expect(about('history')).toMatchObject({ status: 'fail' });
    expect(about('history').message).toContain('churn/2 is in staging');
  });

  it('finds a database that is none', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.mlx'));
    writeFileSync(
      join(folder, '.mlx', 'mlx.db'),
      'no database at all, but long enough to be read'.repeat(99),
    );
    const { code, about } = await examine(folder);
    expect(code).toBe(3);
    expect(about('store')).toMatchObject({ status: 'fail' });
  });

  it('warns of a store that others may enter, and says how to close it', async () => {
    const folder = await projectWith(async () => {});
    chmodSync(join(folder, '.mlx', 'artifacts'), 0o755);
    const { code, about } = await examine(folder);
    expect(code).toBe(0);
    expect(about('permissions')).toMatchObject({ status: 'warn' });
    expect(about('permissions').message).toContain('artifacts');
    expect(about('permissions').hint).toContain('chmod -R go-rwx');
  });

  it('tells of interrupted runs without complaint', async () => {
    const folder = await projectWith(async (store) => {
      const started = { startedAt: '2026-03-01T00:00:00.000Z', params: {}, tags: {}, environment: {} };
      await store.runs.create({
        id: 'r1',
        name: 'brave-otter',
        experiment: 'default',
        ...started,
        gitCommit: null,
        parentId: null,
      });
    });
    const db = new Sqlite(join(folder, '.mlx', 'mlx.db'));
    db.prepare("UPDATE runs SET boot_id = 'an earlier one', process_start = '1'").run();
    db.close();
    const { about } = await examine(folder);
    expect(about('runs')).toMatchObject({ status: 'ok', message: '0 runs under way, 1 interrupted' });
    expect(about('runs').hint).toContain('mlx runs list');
  });

  it('says what to do for a person, and exits 0 with --exit-zero', async () => {
    const folder = await projectWith(async (store) => {
      await addVersions(store);
      const [first] = await store.registry.versions('churn');
      rmSync(store.artifacts.pathOf(first?.sha256 ?? ''));
    });
    const { code, stdout } = await mlx(folder, ['doctor', '--exit-zero']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^fail {2}artifacts +churn\/1: .* is missing\.\n +Restore/m);
    expect(stdout).toContain('1 of 13 checks failed.');
  });

  it('checks the configuration that is in use', async () => {
    const folder = temporaryFolder();
    const { context, close } = personIn(folder, {});
    writeFileSync(join(folder, 'mlops.config.json'), '{"serving":{"prot":1}}');
    const check = await checkConfiguration(context);
    await close();
    expect(check).toMatchObject({
      name: 'configuration',
      status: 'fail',
      hint: 'Did you mean "serving.port"?',
    });
  });

  it.each([
    ['20.11.0', '>=20.11', true],
    ['20.10.9', '>=20.11', false],
    ['24.0.0', '>=20.11', true],
    ['20.19.1', '^20.19 || ^22.13 || >=24', true],
    ['21.0.0', '^20.19 || ^22.13 || >=24', false],
    ['22.12.9', '^20.19 || ^22.13 || >=24', false],
    ['25.1.0', '^20.19 || ^22.13 || >=24', true],
    ['20.19.1', '20.x', false],
  ])('knows whether Node %s is in %s', (version, range, expected) => {
    expect(isInRange(version, range)).toBe(expected);
  });

  it('turns whatever a check throws into a failure with a hint', async () => {
    const boom = (thrown: unknown) => attempt('x', 'Do this.', () => Promise.reject(thrown));
    expect(await boom(new Error('boom'))).toEqual({
      name: 'x',
      status: 'fail',
      message: 'boom',
      hint: 'Do this.',
    });
    expect(await boom(new MlxError('BUSY', 'busy', { hint: 'Wait.' }))).toMatchObject({ hint: 'Wait.' });
    expect(await attempt('x', 'Do this.', async () => ok('fine'))).toMatchObject({
      status: 'ok',
      hint: null,
    });
  });
});
