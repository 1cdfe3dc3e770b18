import { mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from 'vitest';
import { customersCsv, Workplace } from './harness.js';

const place = new Workplace();
const csv = customersCsv(200).replaceAll(',free,', ',früh,');
const lines = csv.trimEnd().split('\n');
const [header = '', ...rows] = lines;
const names = header.split(',');
/** Numbers as JSON has them, so that a type comes from the values and not from quotes. */
const asObject = (line: string) =>
  JSON.stringify(
    Object.fromEntries(
      line.split(',').map((cell, i) => {
        const value = cell === '' ? null : /^[\d.]+$/.test(cell) ? Number(cell) : cell;
        return [names[i], value];
      }),
    ),
  );
const part = (start: number, end: number) => `${[header, ...rows.slice(start, end)].join('\n')}\n`;
const semicolons = Buffer.from(csv.replaceAll(',', ';'), 'latin1');

async function toParquet(from: string, to: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (FROM read_csv('${place.path(from)}', types = {'left': 'VARCHAR'})) TO '${place.path(to)}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

beforeAll(async () => {
  place.put('table.csv', csv);
  place.put('table.tsv', csv.replaceAll(',', '\t'));
  place.put('semicolons.csv', semicolons);
  place.put(
    'quotes.txt',
    csv.replaceAll('früh', "'fr;üh'").replaceAll(',', ';').replaceAll("'fr;üh'", "'früh'"),
  );
  place.put('table.csv.gz', gzipSync(csv));
  place.put('table.jsonl', rows.map((row) => `${asObject(row)}\n`).join(''));
  place.put('table.json', `[${rows.map(asObject).join(',')}]`);
  place.put('unnamed', csv.replaceAll(',', '|'));
  mkdirSync(place.path('parts'));
  place.put('parts/1.csv', part(0, 120));
  place.put('parts/2.csv', part(120, 200));
  place.put('first, half.csv', part(0, 120));
  place.put('test.csv', customersCsv(80, { seed: 4 }).replaceAll(',free,', ',früh,'));
  await toParquet('table.csv', 'table.parquet');
});

const preprocess = (...args: string[]) => place.json(['preprocess', '--target', 'left', ...args]);
const trainOn = (...args: string[]) => ['train', '--target', 'left', '--param', 'n_estimators=5', ...args];

describe('the same table', () => {
  it.each([
    ['tabs', ['table.tsv']],
    ['semicolons in Latin-1', ['semicolons.csv', '--encoding', 'latin1']],
    ['a delimiter and a quote that are named', ['quotes.txt', '--delimiter', ';', '--quote', "'"]],
    ['gzip', ['table.csv.gz']],
    ['JSON lines', ['table.jsonl']],
    ['a JSON array', ['table.json']],
    ['JSON lines that are asked for', ['table.jsonl', '--input-format', 'jsonl']],
    ['Parquet', ['table.parquet']],
    ['a file without an ending', ['unnamed']],
    ['a pattern', ['parts/*.csv']],
    ['two files, one with a comma in its name', ['first, half.csv', '--data', 'parts/2.csv']],
  ])('has the same schema as %s', async (_, args) => {
    const [plain, other] = await Promise.all([
      preprocess('--data', 'table.csv'),
      preprocess('--data', ...args),
    ]);
    expect(other.code).toBe(0);
    expect(other.document.dataset).toMatchObject({ rows: 200, columns: 6 });
    expect(other.document.schema).toEqual(plain.document.schema);
  });

  it('is called what was given', async () => {
    const paths = async (...args: string[]) => (await preprocess(...args)).document.dataset.path;
    expect(
      await Promise.all([
        paths('--data', 'table.csv'),
        paths('--data', 'parts/*.csv'),
        paths('--data', 'first, half.csv', '--data', 'parts/2.csv'),
      ]),
    ).toEqual(['table.csv', 'parts/*.csv', 'first, half.csv, parts/2.csv']);
  });

  it('is read by a schema file as it is from any format', async () => {
    // what the cells of `age` were is lost once they are numbers: they must be read again
    const types = ['category', 'category', 'number', 'category', 'time', 'category'];
    const columns = names.map((name, i) => ({ name, type: types[i] }));
    place.put('types.json', JSON.stringify({ version: 1, columns }));
    const read = (...args: string[]) =>
      preprocess('--schema', 'types.json', '--exit-zero', '--data', ...args);
    const [plain, latin, parquet, json, parts] = await Promise.all([
      read('table.csv'),
      read('semicolons.csv', '--encoding', 'latin1'),
      read('table.parquet'),
      read('table.json'),
      read('parts/*.csv'),
    ]);
    expect(plain?.document.schema[1]).toMatchObject({
      type: 'category',
      levels: expect.arrayContaining(['20']),
    });
    for (const each of [latin, parquet, json, parts])
      expect(each?.document.schema).toEqual(plain?.document.schema);
    const piped = await place.pipe(csv, [
      'preprocess',
      '--data',
      '-',
      '--target',
      'left',
      '--schema',
      'types.json',
      '--exit-zero',
      '--json',
    ]);
    expect(JSON.parse(piped.stdout).schema).toEqual(plain?.document.schema);
  });

  it('comes from the configuration: a pattern from its folder, and how it is written', async () => {
    mkdirSync(place.path('project/inner'), { recursive: true });
    place.put(
      'project/mlops.config.json',
      JSON.stringify({ data: { train: '../semi*.csv', target: 'left', delimiter: ';', encoding: 'latin1' } }),
    );
    const [plain, configured, cut] = await Promise.all([
      preprocess('--data', 'table.csv'),
      place.json(['preprocess', '--config', 'project/mlops.config.json']),
      place.run(['preprocess', '--config', 'project/mlops.config.json', '--encoding', 'utf-8']),
    ]);
    expect(configured.document.dataset.path).toBe('semi*.csv');
    expect(configured.document.schema).toEqual(plain.document.schema);
    expect(cut).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('semicolons.csv is not text in UTF-8'),
    });
  });
});

describe('standard input', () => {
  it('is looked at as the file would be', async () => {
    const [piped, zipped, plain, shown] = await Promise.all([
      place.pipe(csv, ['preprocess', '--data', '-', '--target', 'left', '--json']),
      place.pipe(gzipSync(csv), ['preprocess', '--data', '-', '--target', 'left', '--json']),
      preprocess('--data', 'table.csv'),
      place.pipe(csv, ['preprocess', '--data', '-', '--format', 'md']),
    ]);
    const { dataset, schema } = JSON.parse(piped.stdout);
    expect(dataset).toEqual({ ...plain.document.dataset, path: '-' });
    expect(schema).toEqual(plain.document.schema);
    expect(JSON.parse(zipped.stdout).schema).toEqual(schema);
    expect(shown.stdout).toContain('standard input: 200 rows');
  });

  it('is called standard input where it is at fault', async () => {
    const { code, stderr } = await place.pipe(semicolons, ['preprocess', '--data', '-']);
    expect(code).toBe(1);
    expect(stderr).toContain('standard input is not text in UTF-8: line');
    expect(stderr).not.toContain('mlx-stdin');
  });

  it('is refused twice, and beside other files', async () => {
    const twice = await place.pipe(csv, ['train', '--data', '-', '--test', '-', '--target', 'left']);
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('"-" is given twice') });
    const beside = await place.pipe(csv, ['preprocess', '--data', '-', '--data', 'table.csv']);
    expect(beside).toMatchObject({ code: 2, stderr: expect.stringContaining('is read alone') });
  });

  it('trains a model, which scores and judges what is piped in as it does a file', async () => {
    const trained = await place.pipe(csv, [...trainOn('--data', '-', '--test', 'test.csv'), '--json']);
    expect(trained).toMatchObject({ code: 0 });
    const { run, model } = JSON.parse(trained.stdout);
    expect(run.dataset.path).toBe('-');
    const plain = await place.json(trainOn('--data', 'table.csv', '--test', 'test.csv'));
    expect(run.dataset.digest).toBe(plain.document.run.dataset.digest);
    const predict = ['predict', '--model', model.path, '--keep', 'id'];
    const scored = await Promise.all([
      place.pipe(csv, [...predict, '--data', '-', '--out', 'piped.csv']),
      place.run([...predict, '--data', 'table.csv', '--out', 'file.csv']),
      place.run([...predict, '--data', 'parts/*.csv', '--out', 'parts.csv']),
      place.run([...predict, '--data', 'table.parquet', '--out', 'parquet.csv']),
      place.run([...predict, '--data', 'semicolons.csv', '--encoding', 'latin1', '--out', 'latin.csv']),
    ]);
    expect(scored.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    for (const name of ['piped.csv', 'parts.csv', 'parquet.csv', 'latin.csv'])
      expect(place.read(name), name).toBe(place.read('file.csv'));
    const drift = await place.pipe(csv, ['drift', '--model', model.path, '--data', '-', '--json']);
    expect(JSON.parse(drift.stdout)).toMatchObject({ source: 'standard input', verdict: 'no-drift' });
    const latin = ['--data', 'semicolons.csv', '--encoding', 'latin1'];
    const { document } = await place.json(['drift', '--model', model.path, ...latin]);
    expect(document.columns).toEqual(JSON.parse(drift.stdout).columns);
  });
});

describe('labels', () => {
  it('come in any format', async () => {
    await place.json([...trainOn('--data', 'table.csv'), '--store', 'labels']);
    const feedback = ['feedback', '--id-column', 'id', '--label-column', 'left', '--store', 'labels'];
    const [plain, latin, piped] = await Promise.all([
      place.json([...feedback, '--data', 'table.parquet']),
      place.json([...feedback, '--data', 'semicolons.csv', '--encoding', 'latin1']),
      place.pipe(csv, [...feedback, '--data', '-', '--json']),
    ]);
    expect(plain.document).toMatchObject({ rows: 200, unknown: 200 });
    expect(latin.document).toEqual(plain.document);
    expect(JSON.parse(piped.stdout)).toEqual(plain.document);
  });
});

describe('features that were written', () => {
  it.each(['features.parquet', 'features.csv.gz'])('%s can be learned from', async (out) => {
    const written = await preprocess('--data', 'table.csv', '--out', out);
    expect(written.code).toBe(0);
    const { code, document } = await place.json(trainOn('--data', out, '--drop', 'part'));
    expect(code).toBe(0);
    expect(document.run.dataset.rows + document.rows.test).toBe(200);
    expect(document.features.length).toBeGreaterThan(5);
  });
});

describe('retraining', () => {
  it('reads the tables of the production run as they were read, and asks where that was standard input', async () => {
    const own = ['--store', 'retrain'];
    const given = [
      '--data',
      'semicolons.csv',
      '--data',
      'semi*.csv',
      '--test',
      'semicolons.csv',
      '--encoding',
      'latin1',
    ];
    const first = await place.json([...trainOn(...given), ...own]);
    expect(first.document.run.params).toMatchObject({
      data_files: '["semicolons.csv","semi*.csv"]',
      encoding: 'latin1',
    });
    await place.run(['register', 'churn', '--run', 'latest', ...own]);
    await place.run(['promote', 'churn/1', 'production', '--reason', 'first', ...own]);
    const { code, document } = await place.json(['retrain', 'churn', '--exit-zero', ...own]);
    expect(code).toBe(0);
    expect(document.training.run).toMatchObject({
      dataset: { digest: first.document.run.dataset.digest },
      test_dataset: { path: 'semicolons.csv' },
      params: { encoding: 'latin1' },
    });
    expect(document.contest.candidate).toBe(document.contest.production);
    await place.pipe(csv, [...trainOn('--data', '-'), ...own]);
    await place.run(['register', 'piped', '--run', 'latest', ...own]);
    await place.run(['promote', 'piped/1', 'production', '--reason', 'first', ...own]);
    const asked = await place.run(['retrain', 'piped', ...own]);
    expect(asked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--data is needed: the production run read standard input'),
    });
  });
});

describe('what cannot be read', () => {
  it.each([
    [
      'an encoding that is not known',
      ['--data', 'table.csv', '--encoding', 'latin-1'],
      2,
      'Did you mean "latin1"?',
    ],
    [
      'a format that is not known',
      ['--data', 'table.csv', '--input-format', 'jsnl'],
      2,
      'Did you mean "jsonl"?',
    ],
    ['a long delimiter', ['--data', 'table.csv', '--delimiter', ';;'], 2, 'not one plain character'],
    ['a pattern without quotes', ['--data', 'parts/1.csv', 'parts/2.csv'], 2, 'Put a pattern in quotes'],
    ['no path at all', ['--data', ''], 2, '--data takes a path'],
    ['a pattern without a match', ['--data', 'none*.csv'], 4, 'none*.csv: no file matches'],
    ['one missing file of two', ['--data', 'table.csv', '--data', 'gone.csv'], 4, 'gone.csv: no such file'],
    ['a missing schema file', ['--data', 'table.csv', '--schema', 'gone.json'], 4, 'gone.json: no such file'],
    ['a missing recipe', ['--data', 'table.csv', '--recipe', 'gone.json'], 4, 'gone.json: no such file'],
  ])('is said: %s', async (_, args, code, text) => {
    expect(await place.run(['preprocess', ...args])).toMatchObject({
      code,
      stderr: expect.stringContaining(text),
    });
  });
});
