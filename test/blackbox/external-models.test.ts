import { randomFillSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import type { TrainDocument, VersionDocument } from './documents.js';
import { emptyFolder, strayFiles } from './folders.js';
import { failing, type LaunchOptions, mlx, mlxJson } from './program.js';
import { expectHealthy } from './store-state.js';
import { incomeFile } from './tables.js';

let options: LaunchOptions;
let good: Buffer;

beforeAll(async () => {
  options = { cwd: emptyFolder() };
  incomeFile(options.cwd, 'train.csv', 500);
  const train = ['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=5'];
  const { model } = await mlxJson<TrainDocument>(train, options);
  good = readFileSync(join(options.cwd, '.mlx', 'artifacts', model.sha256.slice(0, 2), model.sha256));
});

/** A model with one input that goes through an operator of that name. */
function modelWith(op: string): Uint8Array {
  const graph = new GraphBuilder();
  const input = graph.input('x', 'double', ['N', 1]);
  graph.output('prediction', graph.node(op, [input], { type: 'double' }), ['N', 1]);
  return graph.build({}, '0');
}

const BAD_FILES: readonly (readonly [what: string, content: () => Uint8Array | string])[] = [
  ['an empty file', () => ''],
  ['a text file', () => 'this is no model\n'.repeat(200)],
  ['a table', () => readFileSync(join(options.cwd, 'train.csv'))],
  ['random bytes', () => randomFillSync(Buffer.alloc(50_000))],
  ['zeros', () => Buffer.alloc(50_000)],
  ['the first half of a model', () => good.subarray(0, good.length / 2)],
  ['a model without its last byte', () => good.subarray(0, good.length - 1)],
  ['a model without its beginning', () => good.subarray(100)],
  [
    'a model with a hole',
    () => {
      const bytes = Buffer.from(good);
      bytes.fill(0xff, 1000, 3000);
      return bytes;
    },
  ],
  ['an operator that nobody knows', () => modelWith('Frobnicate')],
];

test.each(BAD_FILES)('%s is refused, and nothing is registered', async (_what, content) => {
  writeFileSync(join(options.cwd, 'bad.onnx'), content());
  const register = ['register', 'm', '--onnx', 'bad.onnx', '--allow-uncertified'];
  const failure = await failing(register, { exit: 1, code: 'MODEL_INVALID' }, options);
  expect(failure.message.length).toBeLessThan(600);
  expect((await mlxJson<{ models: unknown[] }>(['models', 'list'], options)).models).toEqual([]);
  expect(strayFiles(options.cwd)).toEqual([]);
});

test('a model with any one byte changed is refused or registered whole, and never breaks the program', async () => {
  let refused = 0;
  for (let change = 0; change < 8; change++) {
    const bytes = Buffer.from(good);
    const at = Math.floor(((change + 0.5) / 8) * bytes.length);
    bytes[at] = (bytes[at] as number) ^ 0x55;
    writeFileSync(join(options.cwd, 'changed.onnx'), bytes);
    const register = ['register', `changed-${change}`, '--onnx', 'changed.onnx', '--json'];
    const ended = await mlx(register, options);
    expect(ended.signal, `byte ${at}`).toBeNull();
    expect(ended.code, ended.stderr).toBeOneOf([0, 1]);
    if (ended.code === 0) continue;
    refused++;
    expect(JSON.parse(ended.stdout).error.code).toMatch(/^MODEL_/);
  }
  console.log(`${refused} of 8 models with one byte changed were refused`);
  await expectHealthy(options);
});

test('a folder and a file that is not there are refused as what they are', async () => {
  mkdirSync(join(options.cwd, 'folder.onnx'));
  await failing(['register', 'm', '--onnx', 'folder.onnx'], { exit: 1, code: 'FILE_UNREADABLE' }, options);
  await failing(['register', 'm', '--onnx', 'absent.onnx'], { exit: 4, code: 'FILE_NOT_FOUND' }, options);
});

test('a good model file made elsewhere is registered, and scores', async () => {
  writeFileSync(join(options.cwd, 'abs.onnx'), modelWith('Abs'));
  const { version } = await mlxJson<{ version: VersionDocument }>(
    ['register', 'abs', '--onnx', 'abs.onnx', '--columns', 'x'],
    options,
  );
  expect(version).toMatchObject({ version: 1, certified: true });
  writeFileSync(join(options.cwd, 'x.csv'), 'x\n-2.5\n3\n');
  await mlxJson(['predict', '--model', 'abs/1', '--data', 'x.csv', '--out', 'abs.csv'], options);
  expect(readFileSync(join(options.cwd, 'abs.csv'), 'utf8')).toBe('prediction\n2.5\n3\n');
});
