import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeAtomically } from '#mlx/data/atomic-file.js';
import { fileDigest } from '#mlx/data/file.js';
import { readTable } from '#mlx/data/read.js';
import type { Column } from '#mlx/data/table.js';
import { writeCsv, writeFeatures } from '#mlx/data/write.js';
import { failure, temporaryFolder } from './temporary.js';

const { path, put } = temporaryFolder();
const leftovers = (file: string) => readdirSync(dirname(file)).filter((name) => name.endsWith('.tmp'));

const extra: Column[] = [
  { kind: 'string', name: 'say "hi", é', codes: Int32Array.of(0, -1, 1), levels: ['a,b', 'it"s\nso'] },
  { kind: 'number', name: 'y', values: Float64Array.of(0.1, Number.NaN, 1e300) },
  { kind: 'time', name: 't', values: Float64Array.of(0, Number.NaN, 86_400) },
];

describe('a CSV file', () => {
  it('quotes what needs it, leaves missing cells empty, and writes numbers that read back', async () => {
    const file = path('a.csv');
    const writer = await writeCsv(file, ['a', 'b "c"', 'd,e']);
    await writer.write([
      [1.1, 'x', ''],
      [Number.NaN, 'l\nm', 'q"q'],
    ]);
    await writer.write([[-0.1 - 0.2, 'é😀', 5e-324]]);
    expect(existsSync(file)).toBe(false);
    await writer.close();
    expect(readFileSync(file, 'utf8')).toBe(
      'a,"b ""c""","d,e"\n1.1,x,\n,"l\nm","q""q"\n-0.30000000000000004,é😀,5e-324\n',
    );
    expect(leftovers(file)).toEqual([]);
  });

  it('appears whole or not at all: an older file stays until then', async () => {
    const file = put('old', 'kept.csv');
    const writer = await writeCsv(file, ['a']);
    await writer.write([[1]]);
    expect(readFileSync(file, 'utf8')).toBe('old');
    await writer.discard();
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(leftovers(file)).toEqual([]);
    expect(await failure(() => writer.close())).toMatchObject({ code: 'FILE_UNWRITABLE' });
  });

  it('may be larger than its buffer, in one cell or in many', async () => {
    const file = path('large.csv');
    const long = 'é'.repeat(1_500_000);
    const writer = await writeCsv(file, ['n', 'text']);
    await writer.write([[0, long]]);
    await writer.write(Array.from({ length: 100_000 }, (_, i) => [i + 1, `row ${i}`]));
    await writer.close();
    const { table } = await readTable(file);
    expect(table.rows).toBe(100_001);
    expect(readFileSync(file, 'utf8')).toContain(`0,${long}\n1,row 0\n`);
    expect(readFileSync(file, 'utf8').endsWith('100000,row 99999\n')).toBe(true);
  });

  it('cannot be written where there is no folder, nor over a folder; a full disk is told', async () => {
    expect(await failure(() => writeCsv(path('none/a.csv'), ['a']))).toMatchObject({
      code: 'FILE_UNWRITABLE',
      message: expect.stringMatching(/folder is not there/),
    });
    const writer = await writeCsv(path('.'), ['a']);
    expect(await failure(() => writer.close())).toMatchObject({
      code: expect.stringMatching(/FILE_UNWRITABLE/),
    });
    expect(leftovers(path('x'))).toEqual([]);
  });
});

describe('features', () => {
  const names = ['f', 'F'];
  const matrix = Float32Array.of(0.1, 1, Number.NaN, -2.5, 3e-20, 1e20);

  it('as CSV read back as the same float32', async () => {
    const file = path('features.csv');
    await writeFeatures(file, names, matrix, 3, extra);
    expect(readFileSync(file, 'utf8')).toBe(
      'f,F,"say ""hi"", é",y,t\n0.1,1,"a,b",0.1,1970-01-01T00:00:00Z\n,-2.5,,,\n3e-20,100000000000000000000,"it""s\nso",1e+300,1970-01-02T00:00:00Z\n',
    );
    const { table } = await readTable(file, { columns: names });
    const back = table.columns.map((column) =>
      column.kind === 'number' ? [...column.values].map(Math.fround) : [],
    );
    expect(back).toEqual([
      [matrix[0], matrix[2], matrix[4]],
      [matrix[1], matrix[3], matrix[5]],
    ]);
  });

  it('are written whole or not at all, by their ending', async () => {
    for (const name of ['x.xlsx', 'none/x.csv', 'none/x.parquet', 'none/x.csv.gz']) {
      expect(await failure(() => writeFeatures(path(name), ['a'], Float32Array.of(1), 1))).toMatchObject({
        code: name === 'x.xlsx' ? 'USAGE' : 'FILE_UNWRITABLE',
      });
    }
    await expect(writeFeatures(path('x.csv'), ['a'], Float32Array.of(1, 2), 1)).rejects.toThrow(RangeError);
    expect(leftovers(path('x'))).toEqual([]);
  });
});

it.skipIf(!existsSync('/dev/full'))(
  'a full disk is told, and leaves the old file and no half one',
  async () => {
    const file = put('old', 'full.csv');
    const error = await failure(() =>
      writeAtomically(file, async (temporary) => {
        writeFileSync(temporary, 'half');
        const device = await open('/dev/full', 'w');
        await device.write('x').finally(() => device.close());
      }),
    );
    expect(error).toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(file) });
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(leftovers(file)).toEqual([]);
  },
);

it('the digest of a file is that of its bytes', async () => {
  const file = path('digest.txt');
  writeFileSync(file, 'abc');
  expect(await fileDigest(file)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(await failure(() => fileDigest(path('gone')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
});
