import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findDuplicateRows } from '#mlx/data/duplicate-rows.js';
import { readTable } from '#mlx/data/read.js';
import { withRoles } from '#mlx/data/roles.js';
import type { Schema } from '#mlx/data/schema.js';
import { cellText, type Table } from '#mlx/data/table.js';
import { temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();

async function duplicates(text: string, target?: string) {
  const { table, schema } = await readTable(put(text));
  return findDuplicateRows(table, withRoles(schema, target === undefined ? {} : { target }));
}

it('rows that equal an earlier one are counted, named and can be left out', async () => {
  const found = await duplicates('n,k,b\n1,a,true\n2,a,true\n1,a,true\n1,b,true\n1.0,a,TRUE\n2,a,true\n');
  expect(found).toMatchObject({
    count: 3,
    first: [
      { row: 3, equals: 1 },
      { row: 5, equals: 1 },
      { row: 6, equals: 2 },
    ],
  });
  expect([...found.kept]).toEqual([0, 1, 3]);
});

it('missing cells are equal to each other, and so are both zeros', async () => {
  expect(await duplicates('n,k\n,a\n,a\n-0,\n0,\n5,b\n')).toMatchObject({ count: 2 });
});

it('equal features with another class are said', async () => {
  const text = 'a,b,y\n1,x,no\n1,x,yes\n1,x,no\n2,x,no\n2,z,yes\n';
  expect(await duplicates(text, 'y')).toMatchObject({ count: 1, conflicting: 1 });
  expect(await duplicates(text)).toMatchObject({ count: 1, conflicting: 0 });
});

it('a number to predict has no class to conflict with', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 2},${i * 1.5}`);
  expect(await duplicates(`a,y\n${rows.join('\n')}\n`, 'y')).toMatchObject({ count: 0, conflicting: 0 });
});

it('as many are found as there are texts that repeat, in any table', () => {
  const cell = fc.constantFrom(0, -0, 1, 1.5, 2 ** 53, -1e300, Number.NaN);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, fc.integer({ min: -1, max: 2 })), { maxLength: 60 }),
      (rows) => {
        const numbers = [0, 1].map((index) => ({
          kind: 'number' as const,
          name: `n${index}`,
          values: Float64Array.from(rows, (row) => row[index] as number),
        }));
        const codes = Int32Array.from(rows, (row) => row[2]);
        const table: Table = {
          rows: rows.length,
          columns: [...numbers, { kind: 'string', name: 's', codes, levels: ['a', 'b', 'c'] }],
        };
        const schema: Schema = { version: 1, rows: rows.length, columns: [] };
        const texts = rows.map((_, row) => table.columns.map((column) => cellText(column, row)).join());
        const { count, kept } = findDuplicateRows(table, schema);
        expect(rows.length - count).toBe(new Set(texts).size);
        expect([...kept]).toEqual(
          [...texts.keys()].filter((row) => texts.indexOf(texts[row] as string) === row),
        );
      },
    ),
  );
});
