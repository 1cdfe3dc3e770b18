import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { whenNotBusy } from '#mlx/store/busy.js';
import { findStore } from '#mlx/store/location.js';
import { openStore } from '#mlx/store/store.js';
import { startRun } from '#mlx/tracking/start-run.js';
import { startChild } from './child.js';
import { clock, closeStore, temporaryFolder, temporaryStore } from './temporary-store.js';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('a store is not made unless asked for', async () => {
  const root = join(temporaryFolder(), '.mlx');
  await expect(openStore(root)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  expect(readdirSync(join(root, '..'))).toEqual([]);
});

test('folders are for their owner alone, and so are files, -wal and -shm', async () => {
  const store = await temporaryStore();
  await store.artifacts.putBytes(Buffer.from('model'));
  await store.predictions.count();
  expect(mode(store.root)).toBe('700');
  for (const name of readdirSync(store.root, { recursive: true, withFileTypes: true })) {
    const path = join(name.parentPath, name.name);
    expect([path, mode(path)]).toEqual([path, name.isDirectory() ? '700' : '600']);
  }
  expect(readdirSync(store.root)).toContain('mlx.db-wal');
});

test('a store is found from any folder below it', async () => {
  const store = await temporaryStore();
  const below = join(store.root, '..', 'a', 'b');
  mkdirSync(below, { recursive: true });
  expect(findStore(below)).toBe(store.root);
  expect(findStore(join(store.root, '..'))).toBe(store.root);
});

test('a store can be moved', async () => {
  const store = await temporaryStore();
  const { sha256 } = await store.artifacts.putBytes(Buffer.from('model'));
  await closeStore(store);
  const moved = join(temporaryFolder(), 'elsewhere');
  renameSync(store.root, moved);
  const again = await temporaryStore(moved);
  expect((await again.artifacts.read(sha256)).toString()).toBe('model');
});

test('a store of a newer mlx is refused and stays as it is', async () => {
  const store = await temporaryStore();
  await closeStore(store);
  const path = join(store.root, 'mlx.db');
  const db = new Database(path);
  db.pragma('user_version = 999');
  db.close();
  const before = readFileSync(path);
  await expect(openStore(store.root)).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.each([
  ['is not SQLite', (path: string) => writeFileSync(path, 'hello '.repeat(1000))],
  ['is cut short', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 5000))],
  [
    'belongs to another program',
    (path: string) => {
      writeFileSync(path, '');
      const db = new Database(path);
      db.exec('CREATE TABLE runs (id)');
      db.close();
    },
  ],
])('a file that %s is refused as STORE_CORRUPT', async (_, spoil) => {
  const store = await temporaryStore();
  await closeStore(store);
  const path = join(store.root, 'mlx.db');
  spoil(path);
  const before = readFileSync(path);
  await expect(openStore(store.root)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a damaged prediction log leaves the registry usable', async () => {
  const store = await temporaryStore();
  await closeStore(store);
  writeFileSync(join(store.root, 'log.db'), 'hello '.repeat(1000));
  const again = await temporaryStore(store.root);
  await expect(again.predictions.count()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  expect(await again.registry.modelNames()).toEqual([]);
});

test('an empty file, left by a process that died while making the store, becomes a store', async () => {
  const root = temporaryFolder();
  writeFileSync(join(root, 'mlx.db'), '');
  expect(await (await temporaryStore(root)).runs.search()).toEqual([]);
});

test('opening is tried again while SQLite is busy, for as long as was said, and not for other errors', async () => {
  const failing = (code: string, times: number) => {
    let calls = 0;
    const work = () => {
      if (calls++ < times) throw Object.assign(new Error(code), { code });
    };
    return { work, calls: () => calls };
  };
  const busy = failing('SQLITE_BUSY_RECOVERY', 2);
  await whenNotBusy(10_000, busy.work);
  expect(busy.calls()).toBe(3);
  await expect(whenNotBusy(0, failing('SQLITE_BUSY', 9).work)).rejects.toThrow('SQLITE_BUSY');
  const corrupt = failing('SQLITE_CORRUPT', 9);
  await expect(whenNotBusy(10_000, corrupt.work)).rejects.toThrow('SQLITE_CORRUPT');
  expect(corrupt.calls()).toBe(1);
});

test('leftovers of dead writers are swept after an hour', async () => {
  const store = await temporaryStore();
  await store.artifacts.putBytes(Buffer.from('model'));
  await closeStore(store);
  const old = join(store.root, 'artifacts', 'tmp', '1-old');
  const young = join(store.root, 'artifacts', 'tmp', '1-young');
  for (const path of [old, young]) writeFileSync(path, 'half');
  const now = new Date();
  utimesSync(old, now, new Date(now.getTime() - 3_700_000));
  await temporaryStore(store.root, () => now);
  expect(readdirSync(join(store.root, 'artifacts', 'tmp'))).toEqual(['1-young']);
});

test('the change counter moves with every commit to mlx.db, of this process or another, and then only', async () => {
  const store = await temporaryStore();
  const other = await temporaryStore(store.root);
  const alert = { time: '2026-03-01T00:00:00.000Z', kind: 'drift', model: null, message: 'm', details: {} };
  const first = await store.changeCounter();
  expect(await store.changeCounter()).toBe(first);
  await store.alerts.add(alert);
  const second = await store.changeCounter();
  expect(second).not.toBe(first);
  await other.alerts.add(alert);
  const third = await store.changeCounter();
  expect(third).not.toBe(second);
  await store.runs.search();
  await store.predictions.count();
  expect(await store.changeCounter()).toBe(third);
});

test('the run of a killed process is marked interrupted and its lock is free, those of the living are not', async () => {
  const root = join(temporaryFolder(), '.mlx');
  const holder = startChild('holder.mjs', root);
  while (holder.lines.length === 0) await once(holder.process.stdout ?? holder.process, 'data');
  const [id = '', acquired] = holder.lines[0]?.split(' ') ?? [];
  expect(acquired).toBe('true');

  const before = await temporaryStore(root);
  const own = await startRun(before, { params: {}, now: clock() });
  expect((await before.runs.get(id))?.status).toBe('running');
  expect(await before.locks.acquire('retrain')).toMatchObject({
    acquired: false,
    holder: { pid: holder.process.pid },
  });
  holder.process.kill('SIGKILL');
  await holder.ended;
  const after = await temporaryStore(root);
  expect(await after.runs.get(id)).toMatchObject({ status: 'interrupted', endedAt: null });
  expect((await after.runs.get(own.id))?.status).toBe('running');
  expect(await after.locks.acquire('retrain')).toEqual({ acquired: true });
});

test.runIf(process.platform === 'linux')(
  'a later process with the same pid does not keep a dead run alive',
  async () => {
    const store = await temporaryStore();
    const run = await startRun(store, { params: {}, now: clock() });
    const other = spawn('sleep', ['60']);
    const db = new Database(join(store.root, 'mlx.db'));
    db.prepare('UPDATE runs SET pid = ?').run(other.pid);
    db.close();
    await temporaryStore(store.root);
    expect((await store.runs.get(run.id))?.status).toBe('interrupted');
    other.kill('SIGKILL');
  },
);

test('a run on another host is left alone', async () => {
  const store = await temporaryStore();
  const run = await startRun(store, { params: {}, now: clock() });
  const db = new Database(join(store.root, 'mlx.db'));
  db.prepare("UPDATE runs SET pid = 999999, host = 'another'").run();
  db.close();
  await temporaryStore(store.root);
  expect((await store.runs.get(run.id))?.status).toBe('running');
});
