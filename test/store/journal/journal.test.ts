import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Connection } from '#mlx/store/connection.js';
import type { Journal, JournalOptions } from '#mlx/store/journal/journal.js';
import { storePaths } from '#mlx/store/location.js';
import { LOG_SHAPE } from '#mlx/store/log-schema.js';
import type { Store } from '#mlx/store/store.js';
import { temporaryFolder, temporaryStore } from '../temporary-store.js';
import { journalRow, journalRows, TIME } from './rows.js';

const journals: Journal[] = [];
const mounts: string[] = [];

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close();
  for (const folder of mounts.splice(0)) spawnSync('umount', ['-l', folder]);
});

async function opened(
  options: Partial<JournalOptions> = {},
  at?: Store,
): Promise<{ store: Store; journal: Journal; folder: string }> {
  const store = at ?? (await temporaryStore());
  const journal = await store.openJournal({ flushMs: 5, memoryRows: 1000, retentionMs: null, ...options });
  journals.push(journal);
  return { store, journal, folder: storePaths(store.root).journal };
}

/** Longer than log.db is waited for, and than what failed is left alone. */
const until = (holds: () => boolean | Promise<boolean>) =>
  vi.waitUntil(holds, { timeout: 20_000, interval: 5 });

function log(journal: Journal, count: number, from = 0): void {
  for (const row of journalRows(count, from)) journal.add(row);
  journal.commit();
}

describe('the journal', () => {
  it('is in log.db after flush, whichever journal of the store flushes', async () => {
    const { store, journal } = await opened({ flushMs: 60_000 });
    const other = await opened({ flushMs: 60_000 }, store);
    log(journal, 10);
    await other.journal.flush();
    expect(await store.predictions.count()).toBe(10);
    await journal.flush();
    expect(journal.state).toMatchObject({ pending: 0, written: 10, dropped: 0, problem: null });
  });

  it('is brought into log.db without being asked', async () => {
    const { journal } = await opened();
    log(journal, 10);
    await until(() => journal.state.written === 10);
  });

  it('keeps nothing in files that are read, nor after it is closed', async () => {
    const { store, journal, folder } = await opened({ fileBytes: 10_000 });
    for (let turn = 0; turn < 50; turn++) log(journal, 20, turn * 20);
    expect(readdirSync(folder).length).toBeGreaterThan(1);
    await journal.flush();
    expect(readdirSync(folder)).toHaveLength(1);
    await journal.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(await store.predictions.count()).toBe(1000);
    expect(journal.state).toMatchObject({ pending: 0, written: 1000 });
  });

  it('writes much at once before the commit', async () => {
    const { journal, store } = await opened();
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < 40; i++) journal.add(journalRow(`p${i}`, { row: [i, text] }));
    journal.commit();
    await journal.flush();
    expect(await store.predictions.count()).toBe(40);
  });
});

it('starts the thread again that has died', async () => {
  const { journal } = await opened();
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  log(journal, 3);
  await journal.flush();
  const thread = posted.mock.contexts[0] as Worker;
  posted.mockRestore();
  await thread.terminate();
  log(journal, 4, 3);
  expect(journal.state).toMatchObject({ pending: 4, problem: { where: 'log', code: 'INTERNAL' } });
  await expect(journal.flush()).rejects.toMatchObject({ code: 'INTERNAL' });
  await until(() => journal.state.pending === 0 && journal.state.problem === null);
  expect(journal.state).toMatchObject({ written: 7, dropped: 0 });
});

describe('a journal that cannot be written', () => {
  it('keeps rows in memory up to a limit, and writes them when it can', async () => {
    let changes = 0;
    const { store, journal, folder } = await opened({ memoryRows: 3, onChange: () => changes++ });
    writeFileSync(folder, 'in the way');
    for (let i = 0; i < 5; i++) log(journal, 1, i);
    expect(journal.state).toMatchObject({
      pending: 3,
      written: 0,
      dropped: 2,
      problem: { where: 'journal', code: 'FILE_UNWRITABLE' },
    });
    await expect(journal.flush()).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    rmSync(folder);
    await until(() => journal.state.problem === null);
    await journal.flush();
    expect(journal.state).toMatchObject({ pending: 0, written: 3, dropped: 2 });
    log(journal, 1, 5);
    await journal.flush();
    expect(await store.predictions.get('p5')).toBeDefined();
    expect(changes).toBeGreaterThan(1);
  });

  it('counts what it could not write as dropped when it closes', async () => {
    const { journal, folder } = await opened();
    writeFileSync(folder, 'in the way');
    log(journal, 4);
    await journal.close();
    expect(journal.state).toMatchObject({ pending: 0, dropped: 4 });
    rmSync(folder);
  });

  const canMount = process.getuid?.() === 0 && process.platform === 'linux';
  it.runIf(canMount)('goes on in the middle of a row when a full disk has room again', async (context) => {
    const { store, journal, folder } = await opened({ memoryRows: 100_000 });
    mkdirSync(folder);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status !== 0) context.skip();
    mounts.push(folder);
    // more than there is room for, in one write that stops half-way
    log(journal, 2000);
    expect(journal.state.problem).toMatchObject({ where: 'journal', code: 'DISK_FULL' });
    const [name = ''] = readdirSync(folder);
    expect(readFileSync(join(folder, name)).length).toBe(64 * 1024);
    log(journal, 10, 2000);
    expect(journal.state.dropped).toBe(0);
    spawnSync('mount', ['-o', 'remount,size=10m', folder]);
    await until(() => journal.state.problem === null);
    await journal.flush();
    expect(journal.state).toMatchObject({ written: 2010, dropped: 0 });
    expect(await store.predictions.count()).toBe(2010);
  });
});

describe('a log.db that cannot be written', () => {
  it('is waited for: the journal grows to its limit, and is read when log.db is free', async () => {
    const { store, journal } = await opened({ backlogBytes: 20_000 });
    log(journal, 1);
    await journal.flush();
    const blocker = await Connection.open(storePaths(store.root).log, {
      shape: LOG_SHAPE,
      synchronous: 'normal',
    });
    blocker.run('BEGIN IMMEDIATE');
    log(journal, 50, 1);
    await until(() => journal.state.problem !== null);
    expect(journal.state).toMatchObject({ pending: 50, dropped: 0, problem: { where: 'log', code: 'BUSY' } });
    await expect(journal.flush()).rejects.toMatchObject({ code: 'BUSY' });
    log(journal, 500, 51);
    log(journal, 5, 551);
    expect(journal.state).toMatchObject({
      pending: 550,
      dropped: 5,
      problem: { where: 'backlog', code: 'BUSY' },
    });
    blocker.run('ROLLBACK');
    blocker.close();
    await until(() => journal.state.problem === null && journal.state.pending === 0);
    log(journal, 1, 556);
    await journal.flush();
    expect(journal.state).toMatchObject({ written: 552, dropped: 5 });
    expect(await store.predictions.count()).toBe(552);
  });

  it('does not keep closing waiting, and is made up for by whoever opens the log next', async () => {
    const root = join(temporaryFolder(), '.mlx');
    const { store, journal } = await opened({}, await temporaryStore(root));
    await journal.flush();
    const blocker = await Connection.open(storePaths(root).log, { shape: LOG_SHAPE, synchronous: 'normal' });
    blocker.run('BEGIN IMMEDIATE');
    log(journal, 5);
    await journal.close();
    expect(journal.state).toMatchObject({ pending: 5, dropped: 0 });
    blocker.run('ROLLBACK');
    blocker.close();
    expect(await store.predictions.count()).toBe(5);
  });
});

it('forgets predictions that are older than they are to be kept', async () => {
  const store = await temporaryStore();
  await store.predictions.append([
    {
      id: 'old',
      time: '2020-01-01T00:00:00Z',
      model: 'churn',
      version: 1,
      arm: null,
      unit: null,
      inputs: {},
      prediction: 1,
      confidence: null,
      probabilities: null,
      latencyMs: 1,
      requestId: null,
    },
  ]);
  const { journal } = await opened({ retentionMs: 1000 * 86_400_000 }, store);
  journal.add(journalRow('new', { timeMs: Math.max(TIME, Date.now()) }));
  await journal.flush();
  await until(async () => (await store.predictions.count()) === 1);
  expect(await store.predictions.get('new')).toBeDefined();
});
