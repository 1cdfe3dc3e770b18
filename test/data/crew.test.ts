import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crew } from '#mlx/data/crew.js';
import { parseTableText, readTable } from '#mlx/data/read.js';
import type { Schema } from '#mlx/data/schema.js';
import { cellText, type Table } from '#mlx/data/table.js';
import { MlxError } from '#mlx/errors.js';
import { temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();

/** Cells of one column, by row. */
type CellOf = (row: number) => string;

const columnKinds: readonly CellOf[] = [
  (row) => String(row / 4),
  (row) => (row % 7 === 0 ? '' : String(row % 5)),
  (row) => `"${row}"`,
  (row) => `level ${row % 3}`,
  (row) => `"text ""${row}"", and\n more"`,
  (row) => (row < 60 ? String(row) : `w${row % 4}`),
  (row) => (row < 60 ? '' : String(row)),
  (row) => (row === 77 ? 'oops' : String(row * 3)),
  (row) => `2020-01-${10 + (row % 20)}`,
  (row) => (row < 50 ? String(row) : `2020-01-${10 + (row % 20)}`),
  (row) => (row % 50 === 0 ? '?' : String(row)),
  (row) => `é${row} `,
];

/** What may be put between two rows. */
const disturbances = ['', '\n\n', '"a\n', '"a"b\n', '1,2,3,4,5,6,7,8,9,10,11,12,13,14\n', '1\xff\n', '1\0\n'];

const tables = fc.record({
  kinds: fc.array(fc.constantFrom(...columnKinds.keys()), { minLength: 2, maxLength: 6 }),
  rows: fc.integer({ min: 1, max: 150 }),
  faults: fc.array(fc.tuple(fc.nat(150), fc.constantFrom(...disturbances)), { maxLength: 2 }),
  chunkBytes: fc.integer({ min: 30, max: 900 }),
  workers: fc.integer({ min: 1, max: 3 }),
});

function textOf({
  kinds,
  rows,
  faults,
}: {
  kinds: number[];
  rows: number;
  faults: [number, string][];
}): Buffer {
  const lines = Array.from({ length: rows }, (_, row) => {
    const before = faults.filter(([at]) => at === row).map(([, text]) => text);
    return `${before.join('')}${kinds.map((kind) => columnKinds[kind]?.(row)).join(',')}\n`;
  });
  const text = `${kinds.map((_, index) => `c${index}`).join(',')}\n${lines.join('')}`;
  return Buffer.concat(
    text.split('\xff').flatMap((part, i) => [Buffer.from(i === 0 ? [] : [0xff]), Buffer.from(part)]),
  );
}

async function outcome(path: string, options: Parameters<typeof readTable>[1]): Promise<unknown> {
  try {
    return await readTable(path, options);
  } catch (thrown) {
    if (!(thrown instanceof MlxError) || thrown.code === 'INTERNAL') throw thrown;
    return { code: thrown.code, message: thrown.message, details: thrown.details, hint: thrown.hint };
  }
}

describe('threads make no difference', () => {
  it('to table, schema, anomalies, digest and errors, however many there are and wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ chunkBytes, workers, ...table }) => {
        const path = put(textOf(table), 'crew.csv');
        const alone = await outcome(path, { workers: 0 });
        expect(await outcome(path, { workers: 0, chunkBytes })).toEqual(alone);
        expect(await outcome(path, { workers, chunkBytes })).toEqual(alone);
      }),
      { numRuns: 25 },
    );
  });

  it('where a schema is given', async () => {
    const text = textOf({ kinds: [0, 3, 7, 8, 2], rows: 140, faults: [] }).toString();
    const path = put(text);
    const { schema } = await readTable(path, { workers: 0 });
    const strict: Schema = {
      ...schema,
      columns: schema.columns.map((column) =>
        column.name === 'c1' ? { ...column, type: 'boolean' } : column,
      ),
    };
    for (const each of [schema, strict]) {
      const alone = await outcome(path, { schema: each, workers: 0 });
      expect(await outcome(path, { schema: each, workers: 2, chunkBytes: 300 })).toEqual(alone);
    }
    const fitting = { ...schema, columns: schema.columns.filter(({ name }) => name !== 'c2') };
    const { table } = await readTable(path, { schema: fitting, workers: 2, chunkBytes: 300 });
    expect(rowsOf(table)).toEqual(rowsOf(parseTableText(text, fitting)));
  });

  it('to the place of an odd cell that was read before its column was known to be numbers', async () => {
    const cellOf = (row: number) => (row < 60 ? '' : row === 62 ? 'oops' : String(row));
    const rows = Array.from({ length: 300 }, (_, row) => `"two\nlines","${cellOf(row)}"\n`);
    const path = put(`a,b\n${rows.join('')}`);
    for (const workers of [0, 2]) {
      const { anomalies } = await readTable(path, { workers, chunkBytes: 200 });
      expect(anomalies.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(/row 63 \(line 126\): expected a number, got "oops"/),
      );
    }
  });

  it('to text of many levels, which the threads forget', async () => {
    const words = Array.from({ length: 60_000 }, (_, row) => `w${row % 2 === 0 ? row : row % 500},${row}\n`);
    const path = put(`a,b\n${words.join('')}`);
    const alone = await readTable(path, { workers: 0 });
    expect(await readTable(path, { workers: 1, chunkBytes: 60_000 })).toEqual(alone);
  });

  it('where they are no more', async () => {
    const path = put(textOf({ kinds: [0, 3, 5], rows: 150, faults: [] }));
    const alone = await readTable(path, { workers: 0 });
    const crew = new Crew(1);
    await crew.close();
    expect(await crew.summarise([Float64Array.of(1, 2, 2)])).toEqual([
      { min: 1, max: 2, present: 3, unique: 2, isInteger: true },
    ]);
    expect(await readTable(path, { workers: 2, chunkBytes: 100 })).toEqual(alone);
  });
});

function rowsOf(table: Table): string[][] {
  return Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => cellText(column, row)));
}
