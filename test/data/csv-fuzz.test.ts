import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTableText, readTable } from '#mlx/data/read.js';
import type { ColumnSchema, Schema } from '#mlx/data/schema.js';
import { cellText, type Table } from '#mlx/data/table.js';
import { writeCsv } from '#mlx/data/write.js';
import { MlxError } from '#mlx/errors.js';
import { temporaryFolder } from './temporary.js';

const { put, path } = temporaryFolder();

/** Text that is nearly a table: many delimiters, quotes and line ends. */
const nearlyCsv = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '1',
      '2.5',
      '-',
      'é😀',
      '"',
      '""',
      ',',
      ',',
      ';',
      '\n',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '\t',
      'NA',
      'true',
      '2020-01-02',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

/** A table as rows of text, with a header. */
const cell = fc.oneof(
  fc.constantFrom('', 'NA', 'x', 'true', '1', '2.50', '1e5', '2020-01-02', '13/01/2020'),
  fc.string({ maxLength: 6, unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('a,b', 'q"q', 'l\nl', 'c\r\nc', '"', '""', ' pad '),
);
const grid = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
  );

async function outcome(file: string, chunkBytes: number | undefined): Promise<unknown> {
  try {
    const { table, schema, anomalies, digest, bytes } = await readTable(file, { chunkBytes });
    return { rows: rowsOf(table), schema, anomalies, digest, bytes };
  } catch (thrown) {
    if (!(thrown instanceof MlxError) || thrown.code === 'INTERNAL') throw thrown;
    return { code: thrown.code, message: thrown.message };
  }
}

function rowsOf(table: Table): string[][] {
  return Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => cellText(column, row)));
}

it('any text is a table or an MlxError, the same one wherever the chunks are cut', async () => {
  await fc.assert(
    fc.asyncProperty(nearlyCsv, fc.integer({ min: 1, max: 9 }), async (text, chunkBytes) => {
      const file = put(text, 'fuzz.csv');
      expect(await outcome(file, chunkBytes)).toEqual(await outcome(file, undefined));
    }),
    { numRuns: 300 },
  );
});

it('any bytes are a table or an MlxError', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      await outcome(put(bytes, 'bytes.csv'), undefined);
    }),
    { numRuns: 200 },
  );
});

it('text in memory, which Papa Parse reads, is the same table as in a file, or the same error', async () => {
  const column = (name: string): ColumnSchema => ({
    name,
    type: 'text',
    role: 'feature',
    missing: 0,
    unique: 1,
  });
  const schema: Schema = { version: 1, rows: 1, columns: [column('a'), column('b')] };
  const errorOf = (thrown: unknown, name: string) => {
    if (!(thrown instanceof MlxError) || thrown.code === 'INTERNAL') throw thrown;
    return `${thrown.code} ${thrown.message.replace(name, 'it')}`;
  };
  const row = fc.oneof(
    nearlyCsv,
    fc.tuple(cell, cell).map((cells) => cells.map(quoted).join(',')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 5 }), async (rows) => {
      const text = `a,b\n${rows.join('\n')}\n`;
      const file = put(text, 'same.csv');
      const inFile = await readTable(file, { schema }).then(
        ({ table }) => rowsOf(table),
        (error) => errorOf(error, file),
      );
      let inMemory: unknown;
      try {
        inMemory = rowsOf(parseTableText(text, schema));
      } catch (thrown) {
        inMemory = errorOf(thrown, 'the CSV text');
      }
      expect(inMemory).toEqual(inFile);
    }),
    { numRuns: 400 },
  );
});

it('text → table → text → table gives the same table, and the same text from then on', async () => {
  await fc.assert(
    fc.asyncProperty(grid, fc.integer({ min: 5, max: 50 }), async (rows, chunkBytes) => {
      const header = (rows[0] ?? []).map((_, column) => `c${column}`);
      const first = path('first.csv');
      await write(first, header, rows);
      const read = await readTable(first, { chunkBytes });
      await write(path('second.csv'), header, rowsOf(read.table));
      const again = await readTable(path('second.csv'), { schema: read.schema, chunkBytes });
      expect(again.table.rows).toBe(rows.length);
      expect(rowsOf(again.table)).toEqual(rowsOf(read.table));
      await write(path('third.csv'), header, rowsOf(again.table));
      expect((await readTable(path('third.csv'))).digest).toBe(again.digest);
    }),
    { numRuns: 60 },
  );
});

it('quoting a cell makes no difference', async () => {
  const plain = fc.constantFrom('', 'x', ' y z ', '1', '2.5', 'NA', 'é');
  const table = fc.array(fc.tuple(plain, plain, plain), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 20 }), async (rows, chunkBytes) => {
      const bare = put(`a,b,c\n${rows.map((row) => row.join(',')).join('\n')}\n`, 'bare.csv');
      const quoted = put(
        `a,b,c\n${rows.map((row) => row.map((text) => `"${text}"`).join(',')).join('\n')}\n`,
        'quoted.csv',
      );
      const [one, other] = [await readTable(bare, { chunkBytes }), await readTable(quoted, { chunkBytes })];
      expect({ ...other, digest: '', bytes: 0 }).toEqual({ ...one, digest: '', bytes: 0 });
    }),
    { numRuns: 200 },
  );
});

it('the digest is that of the file', async () => {
  const text = `a,b\n${Array.from({ length: 1000 }, (_, i) => `${i},x${i % 3}`).join('\n')}`;
  const { digest, bytes } = await readTable(put(text));
  expect(digest).toBe(createHash('sha256').update(text).digest('hex'));
  expect(bytes).toBe(Buffer.byteLength(text));
});

async function write(
  file: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const writer = await writeCsv(file, header);
  await writer.write(rows);
  await writer.close();
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
