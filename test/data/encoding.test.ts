import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type ReadOptions, readBatches, readTable } from '#mlx/data/read.js';
import { cellText } from '#mlx/data/table.js';
import { failure, temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();

const TEXT = 'naïve,b\n1,café\n2,Ωμέγα 😀\n3,x\n';
const LATIN = 'naïve,b\n1,café\n2,ÿ\n3,x\n';
const utf16le = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => utf16le(text).swap16();

async function cellsOf(bytes: Uint8Array, options: ReadOptions = {}): Promise<string[][]> {
  const { table } = await readTable(put(bytes), options);
  const rows = Array.from({ length: table.rows }, (_, row) =>
    table.columns.map((column) => cellText(column, row)),
  );
  return [table.columns.map(({ name }) => name), ...rows];
}

describe('text is read in its encoding', () => {
  test.each<[string, string, Buffer, ReadOptions]>([
    ['UTF-8', TEXT, Buffer.from(TEXT), {}],
    ['UTF-16, little end first, with a mark', TEXT, utf16le(`\ufeff${TEXT}`), {}],
    ['UTF-16, big end first, with a mark', TEXT, utf16be(`\ufeff${TEXT}`), {}],
    ['UTF-16, little end first, by its NUL bytes', TEXT, utf16le(TEXT), {}],
    ['UTF-16, big end first, by its NUL bytes', TEXT, utf16be(TEXT), {}],
    ['UTF-16, little end first, as asked for', TEXT, utf16le(TEXT), { encoding: 'utf-16le' }],
    ['UTF-16, big end first, as asked for', TEXT, utf16be(TEXT), { encoding: 'utf-16be' }],
    ['Latin-1', LATIN, Buffer.from(LATIN, 'latin1'), { encoding: 'latin1' }],
    [
      'Windows-1252',
      'a,b\n1,€ “x”\n',
      Buffer.from('a,b\n1,\x80 \x93x\x94\n', 'latin1'),
      { encoding: 'windows-1252' },
    ],
    ['UTF-8 in gzip', TEXT, gzipSync(TEXT), {}],
    ['UTF-16 in gzip', TEXT, gzipSync(utf16le(`\ufeff${TEXT}`)), {}],
    ['two gzip members', TEXT, Buffer.concat([gzipSync(TEXT.slice(0, 20)), gzipSync(TEXT.slice(20))]), {}],
  ])('%s', async (_, text, bytes, options) => {
    const expected = await cellsOf(Buffer.from(text));
    for (const chunkBytes of [undefined, 1, 3]) {
      expect(await cellsOf(bytes, { ...options, chunkBytes })).toEqual(expected);
    }
  });

  it('in batches too', async () => {
    const { schema } = await readTable(put(TEXT));
    const columns = schema.columns.map(({ name }) => name);
    for await (const { table } of readBatches(put(gzipSync(utf16be(TEXT)), 'x.gz'), schema, {
      batchRows: 9,
      columns,
    })) {
      expect(table).toEqual((await readTable(put(TEXT), { schema })).table);
    }
  });

  it('any text in UTF-16 is the table that it is in UTF-8, wherever the chunks are cut', async () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 5 })
      .map((text) => text.replaceAll(/["\0\r\n,]/g, ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(cell, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (cells, chunkBytes) => {
          const text = `\ufeffa,b\n${cells.map((each) => `1,${each}\n`).join('')}`;
          const expected = await cellsOf(Buffer.from(text));
          expect(await cellsOf(utf16le(text), { chunkBytes })).toEqual(expected);
          expect(await cellsOf(utf16be(text), { chunkBytes })).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('and the digest is that of the bytes of the file', async () => {
    for (const bytes of [gzipSync(TEXT), utf16le(`\ufeff${TEXT}`)]) {
      const read = await readTable(put(bytes));
      expect(read.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(read.bytes).toBe(bytes.length);
    }
  });
});

describe('what cannot be decoded is never guessed', () => {
  test.each<[string, Buffer, ReadOptions, RegExp]>([
    [
      'other bytes in UTF-8',
      Buffer.from('a,b\n1,x\n2,caf\xe9\n', 'latin1'),
      {},
      /UTF-8: line 3 has other bytes/,
    ],
    ['half a pair in UTF-16', utf16le('\ufeffa,b\n1,x\n2,\ud83d\n'), {}, /line 3/],
    ['half a unit at the end of UTF-16', utf16le('\ufeffa,b\n1,x\n2,y\n').subarray(0, -1), {}, /line 3/],
    ['NUL bytes', Buffer.from('a,b\n1,x\n2,\0\n'), {}, /line 3 holds NUL bytes/],
    [
      'UTF-16 that is said to be UTF-8',
      utf16le('a,b\n1,x\n'),
      { encoding: 'utf-8' },
      /line 1 holds NUL bytes/,
    ],
    ['gzip that is cut short', gzipSync(TEXT).subarray(0, -12), {}, /gzip file .* cut short/],
    [
      'gzip that is damaged',
      Buffer.concat([gzipSync(TEXT).subarray(0, 14), Buffer.from('garbage garbage')]),
      {},
      /gzip/,
    ],
  ])('%s', async (_, bytes, options, message) => {
    for (const chunkBytes of [undefined, 1]) {
      const error = await failure(() => readTable(put(bytes), { ...options, chunkBytes }));
      expect(error).toMatchObject({ code: 'DATA_MALFORMED', message: expect.stringMatching(message) });
    }
  });

  it('and the error says how to name the encoding', async () => {
    const error = await failure(() => readTable(put(Buffer.from('a,b\n1,caf\xe9\n', 'latin1'))));
    expect(error.hint).toContain('--encoding latin1');
    const unknown = await failure(() => readTable(put('a\n1\n'), { encoding: 'latin-1' as 'latin1' }));
    expect(unknown).toMatchObject({ code: 'USAGE', hint: expect.stringContaining('windows-1252') });
  });
});

describe('quote and delimiter can be named', () => {
  test.each<[string, string, ReadOptions]>([
    ['apostrophes', "a,b\n1,'x, ''y'''\n", { quote: "'" }],
    ['bars as quotes', "a,b\n1,|x, 'y'|\n", { quote: '|' }],
    ['a tab', "a\tb\n1\tx, 'y'\n", { delimiter: '\t' }],
    ['a tab by its name', "a\tb\n1\tx, 'y'\n", { delimiter: '\\t' }],
    ['a control character', "a\x1fb\n1\x1fx, 'y'\n", { delimiter: '\x1f' }],
  ])('%s', async (_, text, options) => {
    for (const chunkBytes of [undefined, 2]) {
      expect(await cellsOf(Buffer.from(text), { ...options, chunkBytes })).toEqual([
        ['a', 'b'],
        ['1', "x, 'y'"],
      ]);
    }
  });

  it('a file that is called .tsv is cut at tabs, though its header has more commas', async () => {
    const { table } = await readTable(put('a,b,c\td\n1\t2\n', 'x.tsv'));
    expect(table.columns.map(({ name }) => name)).toEqual(['a,b,c', 'd']);
  });

  it('quote and delimiter must be two', async () => {
    const error = await failure(() => readTable(put('a;b\n1;2\n'), { quote: ';', delimiter: ';' }));
    expect(error.code).toBe('USAGE');
  });
});
