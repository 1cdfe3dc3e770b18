import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Prediction } from './documents.js';
import { emptyFolder } from './folders.js';
import { mlxJson } from './program.js';
import { Server } from './server.js';
import { incomeFile, incomeLines, incomeRecords, sharedTable, testWithShared } from './tables.js';

const ROWS = 200;

type Cells = Readonly<Record<string, string | number | null>>;

interface Tensor {
  readonly name: string;
  readonly data: readonly (string | number)[];
}

/** The same rows in every way that the server takes them; each answer as predictions in order. */
async function askedEveryWay(
  server: Server,
  records: readonly Cells[],
  csv: string,
): Promise<Record<string, Prediction[]>> {
  const plain: Prediction[] = [];
  for (const record of records) plain.push((await server.predict(record)).body);
  const positional = (await server.predict(Object.values(records[0] ?? {}))).body;
  const batch = await server.post<{ predictions: Prediction[] }>('/batch_predict', { rows: records });
  const text = await server.post<{ predictions: Prediction[] }>('/batch_predict', csv, 'text/csv');
  const rows = await server.post<{ predictions: TensorFlowRow[] }>('/v1/models/m:predict', {
    instances: records,
  });
  const inputs = Object.fromEntries(
    Object.keys(records[0] ?? {}).map((name) => [name, records.map((row) => row[name])]),
  );
  const columns = await server.post<{ outputs: TensorFlowColumns }>('/v1/models/m:predict', { inputs });
  const infer = await server.post<{ outputs: Tensor[] }>('/v2/models/m/infer', {
    inputs: await tensorsOf(server, records),
  });
  for (const { status, text: body } of [batch, text, rows, columns, infer])
    expect(status, body.slice(0, 500)).toBe(200);
  return {
    '/predict': plain,
    '/predict, positional': [positional],
    '/batch_predict, JSON': batch.body.predictions,
    '/batch_predict, CSV': text.body.predictions,
    'TensorFlow rows': rows.body.predictions.map((row) => fromTensorFlow(row, classesOf(plain))),
    'TensorFlow columns': fromColumns(columns.body.outputs, classesOf(plain)),
    'V2 infer': fromTensors(infer.body.outputs, classesOf(plain)),
  };
}

type TensorFlowRow = number | { readonly label: string; readonly probabilities: readonly number[] };
type TensorFlowColumns =
  | readonly number[]
  | { readonly label: readonly string[]; readonly probabilities: readonly (readonly number[])[] };

function classesOf(predictions: readonly Prediction[]): readonly string[] {
  return Object.keys(predictions[0]?.probabilities ?? {});
}

function fromTensorFlow(row: TensorFlowRow, classes: readonly string[]): Prediction {
  if (typeof row === 'number') return { prediction: shortest(row), confidence: null, probabilities: null };
  return named(row.label, row.probabilities, classes);
}

function fromColumns(outputs: TensorFlowColumns, classes: readonly string[]): Prediction[] {
  if (!('label' in outputs)) return outputs.map((value) => fromTensorFlow(value, classes));
  return outputs.label.map((label, row) => named(label, outputs.probabilities[row] ?? [], classes));
}

function fromTensors(outputs: readonly Tensor[], classes: readonly string[]): Prediction[] {
  const data = (name: string) => outputs.find((tensor) => tensor.name === name)?.data ?? [];
  if (classes.length === 0)
    return data('prediction').map((value) => fromTensorFlow(value as number, classes));
  const all = data('probabilities') as readonly number[];
  return data('label').map((label, row) =>
    named(String(label), all.slice(row * classes.length, (row + 1) * classes.length), classes),
  );
}

/** TensorFlow's dialect prints the nine digits of a float32; here are the fewest that read back as the same one. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

function named(label: string, given: readonly number[], classes: readonly string[]): Prediction {
  const values = given.map(shortest);
  const probabilities = Object.fromEntries(classes.map((name, index) => [name, values[index] as number]));
  return { prediction: label, confidence: Math.max(...values), probabilities };
}

async function tensorsOf(server: Server, records: readonly Cells[]): Promise<object[]> {
  const { body } = await server.get<{ inputs: { name: string; datatype: string }[] }>('/v2/models/m');
  return body.inputs.map(({ name, datatype }) => ({
    name,
    datatype: datatype === 'INT64' && typeof records[0]?.[name] === 'string' ? 'BYTES' : datatype,
    shape: [records.length, 1],
    data: records.map((row) => row[name] ?? null),
  }));
}

/** Cells of a prediction as `mlx predict` must write them. */
function csvCells({ prediction, confidence, probabilities }: Prediction): string {
  if (probabilities === null) return String(prediction);
  return [prediction, confidence, ...Object.values(probabilities)].map(String).join(',');
}

async function scoredByFile(cwd: string, batchRows: number, threads: number): Promise<string[]> {
  const flags = ['--batch-rows', String(batchRows), '--threads', String(threads)];
  await mlxJson(['predict', '--model', 'm', '--data', 'rows.csv', '--out', 'scored.csv', ...flags], { cwd });
  return readFileSync(join(cwd, 'scored.csv'), 'utf8').trimEnd().split('\n').slice(1);
}

async function expectParity(cwd: string, records: readonly Cells[]): Promise<void> {
  await mlxJson(['register', 'm', '--run', 'latest'], { cwd });
  await mlxJson(['promote', 'm/1', 'production'], { cwd });
  const scored = await scoredByFile(cwd, 8192, 2);
  expect(scored).toHaveLength(ROWS);
  expect(await scoredByFile(cwd, 1, 1)).toEqual(scored);
  expect(await scoredByFile(cwd, 7, 2)).toEqual(scored);
  const server = await Server.start(['m'], { cwd });
  const asked = await askedEveryWay(server, records, readFileSync(join(cwd, 'rows.csv'), 'utf8'));
  for (const [way, predictions] of Object.entries(asked)) {
    const expected = way.endsWith('positional') ? scored.slice(0, 1) : scored;
    expect(predictions.map(csvCells), way).toEqual(expected);
    const { prediction, confidence, probabilities } = predictions[0] as Prediction;
    expect(typeof (probabilities === null ? prediction : confidence), way).toBe('number');
  }
  expect(await server.stop()).toBe(0);
}

testWithShared('adult_train.csv', 'adult_test.csv')(
  'a file and every dialect of the server give the same values for 200 rows of adult_test',
  async () => {
    const cwd = emptyFolder();
    incomeFile(cwd, 'train.csv', 5000);
    incomeFile(cwd, 'rows.csv', ROWS, 'test');
    await mlxJson(['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=50'], {
      cwd,
    });
    await expectParity(cwd, incomeRecords(incomeLines(ROWS, 'test')));
  },
);

testWithShared('bike_hour.csv')('so they do for a regression with a time column', async () => {
  const cwd = emptyFolder();
  const lines = readFileSync(sharedTable('bike_hour.csv') ?? '', 'utf8')
    .trimEnd()
    .split(/\r?\n/);
  writeFileSync(join(cwd, 'train.csv'), `${lines.slice(0, 4001).join('\n')}\n`);
  writeFileSync(join(cwd, 'rows.csv'), `${[lines[0], ...lines.slice(-ROWS)].join('\n')}\n`);
  // The year does not change in the first rows.
  const dropped = ['casual', 'registered', 'instant', 'yr'];
  const flags = [
    '--target',
    'cnt',
    '--drop',
    dropped.join(),
    '--split',
    'tail',
    '--param',
    'n_estimators=20',
  ];
  await mlxJson(['train', '--data', 'train.csv', ...flags], { cwd });
  const names = (lines[0] ?? '').split(',');
  const records = lines.slice(-ROWS).map((line) => {
    const cells = line
      .split(',')
      .map((cell, column) => [names[column] ?? '', names[column] === 'dteday' ? cell : Number(cell)]);
    return Object.fromEntries(cells.filter(([name]) => !['cnt', ...dropped].includes(String(name)))) as Cells;
  });
  await expectParity(cwd, records);
});
