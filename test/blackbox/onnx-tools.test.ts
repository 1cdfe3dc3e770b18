import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { readBatches } from '#mlx/data/read.js';
import { readMetadata } from '#mlx/onnx/inspect.js';
import { ModelSession, type TensorData } from '#mlx/onnx/session.js';
import { feedsOf } from '#mlx/scoring/feeds.js';
import { METADATA, parseManifest } from '#mlx/scoring/manifest.js';
import { emptyFolder } from './folders.js';
import { documentOf, mlx } from './program.js';
import { askPython, whyNotPython } from './python.js';
import { sharedTable, testUnless } from './tables.js';

interface Case {
  readonly name: string;
  readonly table: string;
  readonly train: readonly string[];
  readonly outputs: Readonly<Record<string, readonly (string | number)[]>>;
}

const FEW_TREES = ['--param', 'n_estimators=5', '--param', 'max_depth=6'];

const CASES: readonly Case[] = [
  {
    name: 'classes that are text',
    table: 'adult_train.csv',
    train: ['--target', 'income'],
    outputs: { label: ['N'], probabilities: ['N', 2] },
  },
  {
    name: 'classes that are integers, several of them',
    table: 'bike_hour.csv',
    train: ['--target', 'season', '--drop', 'instant,mnth'],
    outputs: { label: ['N'], probabilities: ['N', 4] },
  },
  {
    name: 'numbers',
    table: 'bike_hour.csv',
    train: ['--target', 'cnt', '--drop', 'casual,registered,instant'],
    outputs: { prediction: ['N'] },
  },
  {
    name: 'many categories',
    table: 'telco.csv',
    train: ['--target', 'Churn'],
    outputs: { label: ['N'], probabilities: ['N', 2] },
  },
];

const absent = [...new Set(CASES.map(({ table }) => table))].filter(
  (table) => sharedTable(table) === undefined,
);
const withoutTables = absent.length === 0 ? undefined : `${absent.join(', ')} not found in ../shared/data`;

interface Checked {
  readonly file: string;
  readonly problem: string | null;
  readonly outputs: Readonly<Record<string, readonly (string | number)[]>>;
  readonly without_type: readonly string[];
}

interface Written {
  readonly dims: readonly number[];
  readonly data: string | readonly string[];
}

const folder = emptyFolder();
const models = new Map<string, string>();

beforeAll(async () => {
  if (withoutTables !== undefined) return;
  for (const { name, table, train } of CASES) {
    const ended = await mlx(
      ['train', '--data', sharedTable(table) as string, ...train, ...FEW_TREES, '--json'],
      {
        cwd: folder,
      },
    );
    expect(ended.code, ended.stderr).toBe(0);
    const { model } = documentOf<{ readonly model: { readonly path: string } }>(ended);
    models.set(name, join(folder, model.path));
  }
});

describe('the checker of the ONNX project, with strict shape inference', () => {
  const test = testUnless(withoutTables ?? whyNotPython('onnx'));

  test.each(CASES)('accepts a model that predicts $name', ({ name, outputs }) => {
    const [checked] = askPython<[Checked]>('onnx_checker.py', [models.get(name) as string]);
    expect(checked).toMatchObject({ problem: null, outputs });
  });

  test.each(['adult_train.csv', 'bike_hour.csv', 'telco.csv'])(
    'accepts the preprocessing of %s',
    async (table) => {
      const graph = join(folder, `${table}.onnx`);
      const ended = await mlx(
        [
          'preprocess',
          '--data',
          sharedTable(table) as string,
          '--out',
          join(folder, `${table}.out.csv`),
          '--save-graph',
          graph,
        ],
        { cwd: folder },
      );
      expect(ended.code, ended.stderr).toBe(0);
      const [checked] = askPython<[Checked]>('onnx_checker.py', [graph]);
      expect(checked?.problem).toBeNull();
      expect(Object.values(checked?.outputs ?? {})[0]).toHaveLength(2);
    },
  );

  test('finds what is wrong with a file', () => {
    const path = join(folder, 'wrong.onnx');
    const bytes = readFileSync(models.get('numbers') as string).toString('latin1');
    writeFileSync(path, bytes.replace('IsNaN', 'IsNan'), 'latin1');
    const [checked] = askPython<[Checked]>('onnx_checker.py', [path]);
    expect(checked?.problem).toContain('IsNan');
  });
});

describe('Python’s ONNX Runtime', () => {
  const test = testUnless(withoutTables ?? whyNotPython('onnxruntime'));

  test.each(CASES)('gives the bytes that mlx gives, for $name', async ({ name, table }) => {
    const path = models.get(name) as string;
    const bytes = readFileSync(path);
    const manifest = parseManifest(readMetadata(bytes)[METADATA.manifest] as string);
    const options = { batchRows: 200, columns: manifest.columns.map((column) => column.name) };
    const schema = { version: 1, rows: 0, columns: manifest.columns } as const;
    for await (const batch of readBatches(sharedTable(table) as string, schema, options)) {
      const feeds = feedsOf(manifest, batch.table);
      const session = await ModelSession.load(bytes);
      const ours = Object.entries(await session.run(feeds)).map(([output, tensor]) => [
        output,
        written(tensor),
      ]);
      await session.release();
      const file = join(folder, 'feeds.json');
      writeFileSync(
        file,
        JSON.stringify(
          Object.fromEntries(
            Object.entries(feeds).map(([key, tensor]) => [key, { type: tensor.type, ...written(tensor) }]),
          ),
        ),
      );
      expect(askPython<Record<string, Written>>('onnx_runtime.py', [path, file])).toEqual(
        Object.fromEntries(ours),
      );
      break;
    }
  });
});

function written({ dims, data }: TensorData): Written {
  if (!ArrayBuffer.isView(data)) return { dims, data };
  return { dims, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
}
