import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Connection } from '#mlx/store/connection.js';
import { parseName } from '#mlx/store/journal/file-name.js';
import { Ingester, ingestAll } from '#mlx/store/journal/ingester.js';
import { JournalWriter } from '#mlx/store/journal/writer.js';
import { LOG_SHAPE } from '#mlx/store/log-schema.js';
import { temporaryFolder } from '../temporary-store.js';
import { journalRows } from './rows.js';

let root: string;
let folder: string;
let db: Connection;

beforeEach(async () => {
  root = temporaryFolder();
  folder = join(root, 'journal');
  db = await Connection.open(join(root, 'log.db'), { shape: LOG_SHAPE, synchronous: 'normal' });
});

afterEach(() => db.close());

const ids = (): string[] =>
  db.all<{ id: string }>('SELECT id FROM predictions ORDER BY seq').map(({ id }) => id);
const expected = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`);
const progress = (): number => db.get<{ n: number }>('SELECT count(*) AS n FROM journals')?.n ?? -1;

function write(count: number, fileBytes = 1_000_000): JournalWriter {
  const writer = new JournalWriter(folder, fileBytes);
  for (const row of journalRows(count)) {
    writer.add(row);
    writer.commit();
  }
  return writer;
}

/** The bytes of a journal file of so many rows, as a process that is gone has left them under `name`. */
function left(
  rows: number,
  identity: { host?: string; pid?: number; pidNamespace?: string } = {},
): { name: string; bytes: Buffer } {
  const writer = write(rows);
  writer.close();
  const [written = ''] = readdirSync(folder);
  const bytes = readFileSync(join(folder, written));
  const parsed = parseName(written);
  // no process has that number
  const { host = parsed?.identity.host, pid = 99_999_999, pidNamespace = parsed?.pidNamespace } = identity;
  const start = parsed?.identity.processStart ?? '';
  const name = `${pid}_${start}__${pidNamespace}_00000000_000001_${host}.1.journal`;
  return { name, bytes };
}

function freshFolder(): void {
  folder = join(root, `journal-${Math.random()}`);
  mkdirSync(folder);
}

it('leaves a row that is cut short at any byte, and reads it when the rest is there', () => {
  const { bytes, name } = left(3, { pid: process.pid });
  freshFolder();
  const path = join(folder, name);
  writeFileSync(path, '');
  const ingester = new Ingester(db, { folder, writer: null });
  let rows = 0;
  for (const [at, byte] of bytes.entries()) {
    appendFileSync(path, Buffer.of(byte));
    for (const _ of ingester.ingest('all'));
    const found = ids().length;
    expect(found === rows || found === rows + 1, `byte ${at}`).toBe(true);
    rows = found;
  }
  ingester.close();
  expect(ids()).toEqual(expected(3));
  expect(existsSync(path)).toBe(true);
});

it('takes up the file of a dead process, without the row that was cut short, and removes it', () => {
  const { bytes, name } = left(4);
  freshFolder();
  writeFileSync(join(folder, name), bytes.subarray(0, bytes.length - 3));
  ingestAll(db, folder);
  expect(ids()).toEqual(expected(3));
  expect(readdirSync(folder)).toEqual([]);
  expect(progress()).toBe(0);
});

it('reads on where it was stopped, also with another ingester', () => {
  const writer = write(2500, 60_000);
  const first = new Ingester(db, { folder, writer: null });
  const steps = first.ingest('all');
  steps.next();
  steps.next();
  first.close();
  expect(ids()).toEqual(expected(ids().length));
  ingestAll(db, folder);
  expect(ids()).toEqual(expected(2500));
  writer.close();
});

it('adds each row once, however two ingesters take turns', () => {
  const writer = write(3000, 100_000);
  const open = () => new Ingester(db, { folder, writer: null });
  const both = [open(), open()].map((ingester) => ({ ingester, steps: ingester.ingest('all') }));
  let isDone = false;
  while (!isDone) isDone = both.map(({ steps }) => steps.next().done).every((done) => done === true);
  expect(ids()).toEqual(expected(3000));
  for (const { ingester } of both) ingester.close();
  writer.close();
});

it.each([
  ['another ingester has read them', false],
  ['another ingester has read and removed their file', true],
])('does not bring back forgotten rows when %s', (_, isRemoved) => {
  const writer = write(4000);
  writer.close();
  const slow = new Ingester(db, { folder, writer: null });
  const steps = slow.ingest('all');
  steps.next();
  const quick = new Ingester(db, { folder, writer: writer.names.writer });
  if (isRemoved) quick.writerClosed();
  for (const _step of quick.ingest('all'));
  expect(readdirSync(folder)).toHaveLength(isRemoved ? 0 : 1);
  expect(ids()).toEqual(expected(4000));
  db.run('DELETE FROM predictions');
  for (const _step of steps);
  expect(ids()).toEqual([]);
  slow.close();
  quick.close();
});

it('does not bring back forgotten rows of a file that is removed while it is being read', () => {
  const writer = write(100);
  writer.close();
  const quick = new Ingester(db, { folder, writer: writer.names.writer });
  quick.writerClosed();
  // between reading the rows and the transaction that adds them
  vi.spyOn(db, 'write').mockImplementationOnce((work) => {
    for (const _ of quick.ingest('all'));
    expect(ids()).toEqual(expected(100));
    db.run('DELETE FROM predictions');
    return db.write(work);
  });
  ingestAll(db, folder);
  expect(ids()).toEqual([]);
  expect(progress()).toBe(0);
  quick.close();
});

it('counts what the ingester beside the writer finds done by others', () => {
  const writer = write(1200, 50_000);
  const files = readdirSync(folder).length;
  expect(files).toBeGreaterThan(2);
  ingestAll(db, folder);
  expect(readdirSync(folder)).toHaveLength(files);
  const own = new Ingester(db, { folder, writer: writer.names.writer });
  for (const _ of own.ingest('own'));
  expect(own.ingested).toEqual({ rows: 1200, bytes: writer.committedBytes });
  expect(readdirSync(folder)).toHaveLength(1);
  writer.close();
  own.writerClosed();
  for (const _ of own.ingest('own'));
  expect(own.ingested).toEqual({ rows: 1200, bytes: writer.committedBytes });
  expect(readdirSync(folder)).toEqual([]);
  own.close();
});

it.each([
  ['host', { host: 'elsewhere' }],
  ['container on this host', { pidNamespace: '1' }],
])('keeps the file of another %s for a day', (_, identity) => {
  const { bytes, name } = left(2, identity);
  freshFolder();
  const path = join(folder, name);
  writeFileSync(path, bytes);
  ingestAll(db, folder);
  expect(ids()).toEqual(expected(2));
  expect(existsSync(path)).toBe(true);
  utimesSync(path, new Date(), new Date(Date.now() - 25 * 3_600_000));
  ingestAll(db, folder);
  expect(existsSync(path)).toBe(false);
  expect(ids()).toEqual(expected(2));
});

it('touches the file of a living writer that has nothing to write, so that other hosts leave it', () => {
  const writer = write(1);
  const [name = ''] = readdirSync(folder);
  const path = join(folder, name);
  const before = statSync(path).mtimeMs;
  const hours = (count: number) => {
    const now = () => before + count * 3_600_000;
    const ingester = new Ingester(db, { folder, writer: writer.names.writer, now });
    for (const _ of ingester.ingest('all'));
    ingester.close();
    return statSync(path).mtimeMs - before;
  };
  expect(hours(0.9)).toBe(0);
  expect(hours(20)).toBeGreaterThan(19 * 3_600_000);
  writer.close();
});

it('keeps what comes after damage under another name, and reads what is before', () => {
  const { bytes, name } = left(10);
  freshFolder();
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(4096)]));
  const ingester = new Ingester(db, { folder, writer: null });
  for (const _ of ingester.ingest('all'));
  expect(ids()).toEqual(expected(10));
  expect(readdirSync(folder)).toEqual([`${name}.damaged`]);
  expect(ingester.takeDamaged()).toEqual([`${name}.damaged`]);
  expect(ingester.takeDamaged()).toEqual([]);
  ingester.close();
});

it('leaves files alone that are not ours', () => {
  mkdirSync(folder);
  for (const name of ['notes.txt', '1_1__1_00000000_000001_host.2.journal'])
    writeFileSync(join(folder, name), 'x');
  ingestAll(db, folder);
  expect(readdirSync(folder)).toHaveLength(2);
});

it('forgets the progress of files that are gone', () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), 'x');
  db.run(`INSERT INTO journals (name, bytes, rows) VALUES ('gone.1.journal', 10, 1)`);
  ingestAll(db, folder);
  expect(progress()).toBe(0);
});

it('begins anew where log.db was put back to an earlier state', () => {
  const writer = write(700);
  const ingester = new Ingester(db, { folder, writer: writer.names.writer });
  for (const _ of ingester.ingest('own'));
  db.run('DELETE FROM predictions');
  db.run('DELETE FROM journals');
  for (const row of journalRows(100, 700)) writer.add(row);
  writer.commit();
  for (let round = 0; round < 2; round++) for (const _ of ingester.ingest('own'));
  expect(ids()).toEqual(expected(800));
  ingester.close();
  writer.close();
});

it('makes folder and files for their owner alone', () => {
  write(1).close();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});
