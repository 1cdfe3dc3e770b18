import { describe, expect, it, test } from 'vitest';
import { readTable } from '#mlx/data/read.js';
import { cellText } from '#mlx/data/table.js';
import { failure, temporaryFolder } from './temporary.js';

const { put, path } = temporaryFolder();

/** The table as text: header, then rows. */
async function cellsOf(text: string | Uint8Array, options = {}): Promise<string[][]> {
  const { table } = await readTable(put(text), options);
  const rows = Array.from({ length: table.rows }, (_, row) =>
    table.columns.map((column) => cellText(column, row)),
  );
  return [table.columns.map(({ name }) => name), ...rows];
}

describe('a table is read whatever its dress', () => {
  const expected = [
    ['a', 'b'],
    ['1', 'x'],
    ['2', 'y'],
  ];
  test.each([
    ['line feeds', 'a,b\n1,x\n2,y\n'],
    ['no line end at the end', 'a,b\n1,x\n2,y'],
    ['CR LF', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['CR alone', 'a,b\r1,x\r2,y\r'],
    ['mixed LF and CR LF', 'a,b\n1,x\r\n2,y\n'],
    ['a byte order mark', '\ufeffa,b\n1,x\n2,y\n'],
    ['a byte order mark and quotes', '\ufeff"a","b"\n1,x\n2,y\n'],
    ['semicolons', 'a;b\n1;x\n2;y\n'],
    ['tabs', 'a\tb\n1\tx\n2\ty\n'],
    ['bars', 'a|b\n1|x\n2|y\n'],
    ['quotes around all', '"a","b"\n"1","x"\n"2","y"\n'],
    ['quotes and CR LF', '"a","b"\r\n"1","x"\r\n"2","y"'],
    ['quotes and CR alone', '"a","b"\r"1","x"\r"2","y"\r'],
    ['white space around', ' a , b \n 1 , x \n 2 , y \n'],
    ['white space after quotes', 'a,b\n"1" ,"x"  \n"2" ,"y"\t\n'],
    ['blank lines', '\n \n\na,b\n\n1,x\n  \n2,y\n\n\n'],
    ['blank lines and quotes', '\na,b\n\n"1",x\n  \n2,"y"\n\n\n'],
  ])('%s', async (_, text) => {
    expect(await cellsOf(text)).toEqual(expected);
  });

  it('quotes, delimiters and line ends inside quotes belong to the cell', async () => {
    expect(await cellsOf('a,b\n"x, ""y""\nz",1\n"",2\n')).toEqual([
      ['a', 'b'],
      ['x, "y"\nz', '1'],
      ['', '2'],
    ]);
  });

  it('a quote in the middle of a cell is a character', async () => {
    expect(await cellsOf('a,b\n5" pipe,1\nit"s,2\n')).toEqual([
      ['a', 'b'],
      ['5" pipe', '1'],
      ['it"s', '2'],
    ]);
  });

  it('names may hold quotes, delimiters, line ends, emoji and __proto__', async () => {
    const [header] = await cellsOf('"a,b","c\nd",😀,__proto__,constructor\n1,2,3,4,5\n6,7,8,9,0\n');
    expect(header).toEqual(['a,b', 'c\nd', '😀', '__proto__', 'constructor']);
  });

  it('a given delimiter wins over the one that would be found', async () => {
    expect(await cellsOf('a,b;c\n1,2;3\n4,5;6\n', { delimiter: ';' })).toEqual([
      ['a,b', 'c'],
      ['1,2', '3'],
      ['4,5', '6'],
    ]);
  });

  it('in one column an empty line is a row without a value', async () => {
    expect(await cellsOf('a\n1\n\n3\n')).toEqual([['a'], ['1'], [''], ['3']]);
    expect(await cellsOf('a\n"1"\n\n3\n')).toEqual([['a'], ['1'], [''], ['3']]);
  });

  it('cells of every kind keep their place beside rows that are short of nothing', async () => {
    expect(await cellsOf('a,b,c\n,,\n,2,\n')).toEqual([
      ['a', 'b', 'c'],
      ['', '', ''],
      ['', '2', ''],
    ]);
  });
});

describe('what is no table is refused with the place and a way out', () => {
  test.each<[string, string | Uint8Array, string, RegExp]>([
    ['an empty file', '', 'DATA_EMPTY', /no header/],
    ['a lone byte order mark', '\ufeff', 'DATA_EMPTY', /no header/],
    ['blank lines only', '\n  \r\n\t\n', 'DATA_EMPTY', /no header/],
    ['a header only', 'a,b\n', 'DATA_EMPTY', /no rows/],
    ['a header without line end', 'a,b', 'DATA_EMPTY', /no rows/],
    ['a header and blank lines', 'a,b\n\n\n', 'DATA_EMPTY', /no rows/],
    ['an empty name', 'a,,b\n1,2,3\n', 'HEADER_INVALID', /no name for column 2/],
    ['a trailing delimiter', 'a,b,\n1,2,\n', 'HEADER_INVALID', /column 3/],
    ['repeated names', 'a,b,a,b\n1,2,3,4\n', 'HEADER_INVALID', /"a", "b" more than once/],
    ['names that differ in white space', 'a, a\n1,2\n', 'HEADER_INVALID', /"a" more than once/],
    ['a short row', 'a,b\n1,2\n\n3\n', 'DATA_MALFORMED', /line 4: 1 cell where the header has 2/],
    ['a long row', 'a,b\n1,2,3\n', 'DATA_MALFORMED', /line 2: 3 cells where the header has 2/],
    ['a short row beside quotes', 'a,b\n"x\ny",2\n3\n', 'DATA_MALFORMED', /line 4: 1 cell/],
    ['a long row beside quotes', 'a,b\n"1",2\n3,4,5\n', 'DATA_MALFORMED', /line 3: 3 cells/],
    ['a long row of numbers', 'a,b\n1,2\n3,4\n5,6,7\n', 'DATA_MALFORMED', /line 4: 3 cells/],
    [
      'an unclosed quote',
      'a,b\n1,2\n3,"x\n4,5\n',
      'DATA_MALFORMED',
      /line 3: a quote is opened and never closed/,
    ],
    [
      'text after a closing quote',
      'a,b\n1,2\n"x"y,5\n',
      'DATA_MALFORMED',
      /line 3: text follows a closing quote/,
    ],
    ['text after a closing quote and a space', 'a,b\n"x" y,5\n', 'DATA_MALFORMED', /line 2: text follows/],
    [
      'a quote after a closing quote and a space',
      'a,b\n"x" "y",5\n',
      'DATA_MALFORMED',
      /line 2: text follows/,
    ],
    ['an unclosed quote in the header', '"a,b\n1,2\n', 'DATA_MALFORMED', /line 1/],
    ['NUL bytes', 'a,b\n1,\0\n', 'DATA_MALFORMED', /NUL/],
    ['Latin-1', Buffer.from('a,b\n1,x\n2,caf\xe9\n', 'latin1'), 'DATA_MALFORMED', /UTF-8: line 3/],
    ['Latin-1 in the header', Buffer.from('a,caf\xe9\n1,x\n', 'latin1'), 'DATA_MALFORMED', /UTF-8: line 1/],
    ['a gzip file', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 10, 1, 2]), 'DATA_MALFORMED', /gzip/],
    [
      'an Excel workbook',
      Buffer.from('PK\x03\x04\x14\0\x06\0', 'latin1'),
      'DATA_MALFORMED',
      /ZIP archive or an Excel/,
    ],
    [
      'too many columns',
      `${Array.from({ length: 100_001 }, (_, i) => `c${i}`)}\n`,
      'DATA_MALFORMED',
      /100001 columns/,
    ],
  ])('%s', async (_, text, code, message) => {
    const file = put(text);
    for (const chunkBytes of [undefined, 1, 7].slice(0, text.length > 1000 ? 1 : 3)) {
      const error = await failure(() => readTable(file, { chunkBytes }));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect(error.message).toContain(file);
      expect(error.hint ?? 'none needed').not.toBe('');
    }
  });

  it('a file that is not there, a folder and a path through a file are told apart', async () => {
    expect(await failure(() => readTable(path('none.csv')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await failure(() => readTable(path('.')))).toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringMatching(/folder/),
    });
    expect(await failure(() => readTable(`${put('a\n1\n')}/x.csv`))).toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    expect(await failure(() => readTable('a\0b.csv'))).toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  test.each(['', ';;', '"', '\n', 'é', '\0'])('the delimiter %j is refused', async (delimiter) => {
    expect(await failure(() => readTable(put('a\n1\n'), { delimiter }))).toMatchObject({ code: 'USAGE' });
  });

  it('a record is not followed for ever', async () => {
    const file = put(`a,b\n1,"${'x'.repeat(1 << 20)}${'\n'.repeat(66 << 20)}`);
    expect(await failure(() => readTable(file))).toMatchObject({
      code: 'DATA_MALFORMED',
      message: expect.stringMatching(/quote opened on line 2 is not closed within 64 MiB/),
    });
  });
});
