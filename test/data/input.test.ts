import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { type Input, readBatches, readTable } from '#mlx/data/read.js';
import { cellText, type Table } from '#mlx/data/table.js';
import { failure, temporaryFolder } from './temporary.js';

const { path, put } = temporaryFolder();

function cells(table: Table, name: string): string[] {
  const column = table.columns.find((known) => known.name === name);
  if (column === undefined) throw new Error(`no ${name}`);
  return Array.from({ length: table.rows }, (_, row) => cellText(column, row));
}

for (const folder of ['d', 'd/deep', 'd/deep/er']) mkdirSync(path(folder));
put('n,s\n1,a\n2,b\n', 'd/b.csv');
put('s,n\nc,3\n', 'd/a.csv');
put('n,s\n4,d\n', 'd/deep/c.csv');
put('{"s":"e","n":5}\n', 'd/deep/er/d.jsonl');
put('n,s\n9,z\n', 'd/[x].csv');
put('n,other\n1,2\n', 'd/other.tsv');

describe('several files', () => {
  test.each<[string, Input, string[]]>([
    ['one path', path('d/b.csv'), ['1', '2']],
    ['a pattern, in the order of names', path('d/?.csv'), ['3', '1', '2']],
    ['a list, in its order', [path('d/b.csv'), path('d/a.csv')], ['1', '2', '3']],
    ['any folders and several formats', path('d/**/[a-d].{csv,jsonl}'), ['3', '1', '2', '4', '5']],
    ['a pattern and a path that it has too: once', [path('d/?.csv'), path('d/a.csv')], ['3', '1', '2']],
    ['a file with the characters of a pattern in its name', path('d/[x].csv'), ['9']],
  ])('%s', async (_, input, expected) => {
    const { table, schema } = await readTable(input);
    expect(cells(table, 'n')).toEqual(expected);
    expect(table.rows).toBe(expected.length);
    const again = await readTable(input, { schema, columns: ['s', 'n'] });
    expect(cells(again.table, 'n')).toEqual(expected);
    const batches = [];
    const starts = [];
    for await (const batch of readBatches(input, schema, { batchRows: 10, columns: ['n'], extra: ['s'] })) {
      batches.push(...cells(batch.table, 'n'));
      starts.push(batch.firstRow);
      expect(batch.extra.get('s')?.length).toBe(batch.table.rows);
    }
    expect(batches).toEqual(expected);
    expect(starts[0]).toBe(0);
  });

  it('have the digest of their digests, and the schema of all their rows', async () => {
    const files = [path('d/b.csv'), path('d/a.csv')];
    const { digest, bytes, schema } = await readTable(files);
    const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
    const digests = files.map((file) => sha256(readFileSync(file)));
    expect(digest).toBe(sha256(Buffer.concat(digests)).toString('hex'));
    expect((await readTable(files[0] as string)).digest).toBe(digests[0]?.toString('hex'));
    expect(bytes).toBe(files.reduce((sum, file) => sum + statSync(file).size, 0));
    expect(schema).toMatchObject({ rows: 3, columns: [{ name: 'n', min: 1, max: 3 }, { name: 's' }] });
  });

  it('settle types over all of them: text in a later file makes a column text', async () => {
    const numbers = Array.from({ length: 50 }, (_, i) => `${i},x`).join('\n');
    const words = Array.from({ length: 50 }, (_, i) => `w${i % 3},y`).join('\n');
    const files = [put(`v,s\n${numbers}\n`), put(`s,v\n${words.replaceAll(/(.*),(.*)/g, '$2,$1')}\n`)];
    const { table, schema } = await readTable(files);
    expect(schema.columns[0]).toMatchObject({ name: 'v', unique: 53 });
    expect(cells(table, 'v').slice(49, 52)).toEqual(['49', 'w0', 'w1']);
    expect(cells(table, 's').slice(49, 51)).toEqual(['x', 'y']);
  });

  it('must have the same columns, or the file and the columns are named', async () => {
    const error = await failure(() => readTable([path('d/b.csv'), path('d/other.tsv')]));
    expect(error).toMatchObject({ code: 'DATA_INVALID', details: { lacking: ['s'], added: ['other'] } });
    expect(error.message).toMatch(
      /other\.tsv has other columns than .*b\.csv: it lacks "s" and has "other" besides/,
    );
  });

  it('an odd cell is named by its file, and its row and line there', async () => {
    const good = `n,s\n${Array.from({ length: 200 }, (_, i) => `${i},a`).join('\n')}\n`;
    const files = [put(good, 'good.csv'), put(`${good}oops,b\n`, 'bad.csv')];
    const { anomalies, schema } = await readTable(files);
    expect(anomalies).toMatchObject([{ column: 'n', kind: 'odd-cells', count: 1 }]);
    expect(anomalies[0]?.message).toMatch(/bad\.csv, row 201 \(line 202\): expected a number, got "oops"/);
    const error = await failure(() => readTable(files, { schema }));
    expect(error.message).toMatch(/column "n", .*bad\.csv, row 201 \(line 202\)/);
    const batches = async () => {
      for await (const _ of readBatches(files, schema, { batchRows: 150, columns: ['n'] }));
    };
    expect((await failure(batches)).message).toMatch(/bad\.csv: .*row 201 \(line 202\)/);
  });

  it('a pattern that matches nothing is no file; no name at all is wrong usage', async () => {
    expect(await failure(() => readTable(path('d/*.xyz')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await failure(() => readTable([path('d/b.csv'), path('gone.csv')]))).toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    expect(await failure(() => readTable([]))).toMatchObject({ code: 'USAGE' });
  });
});

describe('standard input', () => {
  const spooled = () => readdirSync(tmpdir()).filter((name) => name.startsWith('mlx-stdin-'));
  async function* bytes(content: string | Buffer): AsyncGenerator<Uint8Array> {
    const all = Buffer.from(content);
    for (let i = 0; i < all.length; i += 5) yield all.subarray(i, i + 5);
  }
  const json = '{"n":1,"s":"a"}\n{"n":2,"s":"b"}\n';

  test.each<[string, string | Buffer]>([
    ['CSV', 'n,s\n1,a\n2,b\n'],
    ['JSON lines', json],
    ['a JSON array', `[${json.trim().replace('\n', ',')}]`],
    ['gzip', gzipSync(json)],
  ])('may be %s, is digested as it came, and leaves nothing behind', async (_, content) => {
    const { table, digest, schema } = await readTable('-', { stdin: bytes(content) });
    expect([cells(table, 'n'), cells(table, 's')]).toEqual([
      ['1', '2'],
      ['a', 'b'],
    ]);
    expect(digest).toBe(createHash('sha256').update(content).digest('hex'));
    const options = { stdin: bytes(content), batchRows: 1, columns: ['n'] };
    for await (const { table: one } of readBatches('-', schema, options)) {
      expect(cells(one, 'n')).toEqual(['1']);
      const [folder] = spooled().map((name) => join(tmpdir(), name));
      if (folder === undefined) throw new Error('it is read from a file');
      expect(statSync(folder).mode & 0o077).toBe(0);
      expect(statSync(join(folder, 'table')).mode & 0o777).toBe(0o600);
      break;
    }
    expect(spooled()).toEqual([]);
  });

  it('is called so in messages, which know of no file', async () => {
    const { schema } = await readTable(path('d/b.csv'));
    for (const [content, code] of [
      ['n,s\n1\n', 'DATA_MALFORMED'],
      ['n,s\nx,a\n', 'DATA_INVALID'],
      ['', 'DATA_EMPTY'],
      ['{"n":1,"s":"a"}\n{', 'DATA_MALFORMED'],
    ] as const) {
      const error = await failure(() => readTable('-', { stdin: bytes(content), schema }));
      expect(error).toMatchObject({ code, message: expect.stringMatching(/^standard input/) });
      expect(JSON.stringify(error.details ?? {})).not.toContain('mlx-stdin');
    }
    expect(spooled()).toEqual([]);
  });

  it('that breaks off is an error; without any, or beside files, it cannot be read', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('n,s\n');
      throw new Error('the pipe broke');
    }
    await expect(readTable('-', { stdin: broken() })).rejects.toThrow();
    expect(spooled()).toEqual([]);
    expect(await failure(() => readTable('-'))).toMatchObject({ code: 'USAGE' });
    const both = { stdin: bytes(json) };
    expect(await failure(() => readTable(['-', path('d/b.csv')], both))).toMatchObject({ code: 'USAGE' });
  });
});
