import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Connection } from '#mlx/store/connection.js';
import { LOG_SHAPE } from '#mlx/store/log-schema.js';
import { checkStore } from './conformance.js';
import { temporaryStore } from './temporary-store.js';

checkStore(() => temporaryStore());

test('a damaged artifact is noticed, and mended by putting it again', async () => {
  const { artifacts } = await temporaryStore();
  const { sha256 } = await artifacts.putBytes(Buffer.from('model'));
  appendFileSync(artifacts.pathOf(sha256), '!');
  await expect(artifacts.read(sha256)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  await artifacts.putBytes(Buffer.from('model'));
  expect((await artifacts.read(sha256)).toString()).toBe('model');
});

test('a file and its bytes are the same artifact', async () => {
  const { artifacts, root } = await temporaryStore();
  const path = join(root, 'model.onnx');
  const bytes = Buffer.alloc(300_000, 7);
  writeFileSync(path, bytes);
  expect(await artifacts.putFile(path)).toEqual(await artifacts.putBytes(bytes));
});

test('another host’s lock counts as left behind after a day', async () => {
  let time = Date.parse('2026-03-01T00:00:00Z');
  const { locks, root } = await temporaryStore(undefined, () => new Date(time));
  await locks.acquire('retrain');
  const db = new Database(join(root, 'mlx.db'));
  db.prepare("UPDATE locks SET host = 'another'").run();
  db.close();
  expect(await locks.acquire('retrain')).toMatchObject({ acquired: false, holder: { host: 'another' } });
  time += 24 * 3_600_000;
  expect(await locks.acquire('retrain')).toEqual({ acquired: true });
});

test.each([
  ['UPDATE versions SET sha256 = 0', 'a model version is immutable'],
  ['UPDATE versions SET metrics = 0', 'a model version is immutable'],
  ['DELETE FROM versions', 'a model version is never deleted'],
  ['UPDATE events SET reason = 0', 'the event log is append-only'],
  ['DELETE FROM events', 'the event log is append-only'],
])('the database itself refuses %s', async (sql, message) => {
  const { registry, root } = await temporaryStore();
  const time = '2026-03-01T00:00:00.000Z';
  await registry.decide('m', () => ({
    version: {
      version: 1,
      sha256: 'a'.repeat(64),
      runId: null,
      task: 'regression',
      metrics: {},
      testDigest: null,
      certified: true,
      source: 'run',
      description: null,
      createdAt: time,
      createdBy: 'test',
      details: {},
    },
    events: [
      {
        time,
        actor: 'test',
        kind: 'registered',
        version: 1,
        fromStage: null,
        toStage: 'none',
        reason: null,
        evidence: {},
      },
    ],
  }));
  const db = new Database(join(root, 'mlx.db'));
  expect(() => db.exec(sql)).toThrow(message);
  db.close();
});

test('a connection keeps no more of its file in memory than it is told to', async () => {
  const { root } = await temporaryStore();
  const shape = { shape: LOG_SHAPE, synchronous: 'normal' } as const;
  const cacheSize = async (options: { readonly cacheKib?: number }) => {
    const db = await Connection.open(join(root, 'another.db'), { ...shape, ...options });
    const found = db.get<{ cache_size: number }>('PRAGMA cache_size');
    db.close();
    return found?.cache_size;
  };
  // negative: KiB
  expect(await cacheSize({ cacheKib: 4000 })).toBe(-4000);
  expect(await cacheSize({})).toBe(-16_000);
});
