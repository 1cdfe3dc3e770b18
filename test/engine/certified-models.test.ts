import { expect, it } from 'vitest';
import { tableFromRecords } from '#mlx/data/cell.js';
import { ENGINE_VERSION, Engine } from '#mlx/engine/engine.js';
import { readEngineModel } from '#mlx/engine/model.js';
import { certifyEngine } from '#mlx/modeling/certify-engine.js';
import type { ModelingSpec } from '#mlx/modeling/spec.js';
import { trainRun } from '#mlx/modeling/train-run.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { readMetadata } from '#mlx/onnx/inspect.js';
import { isEngineCertified } from '#mlx/scoring/inline-model.js';
import { ScoringModel } from '#mlx/scoring/model.js';
import { valuesOf } from '#mlx/scoring/scores.js';
import { depsOf, penguinsCsv, put, specOf, WEATHER } from '../modeling/fixtures.js';
import { buildModel } from '../serving/fixtures/model.js';
import { temporaryStore } from '../store/temporary-store.js';
import { followed } from './processor.js';

const PENGUINS = put('engine-penguins.csv', penguinsCsv());
const SMALL = { n_estimators: 10 };

const CASES: readonly (readonly [what: string, data: string, target: string, more: Partial<ModelingSpec>])[] =
  [
    [
      'a forest of several classes, with dates',
      WEATHER,
      'weather',
      { algorithm: 'random-forest', params: SMALL },
    ],
    ['a forest of values', WEATHER, 'temp_max', { algorithm: 'extra-trees', params: SMALL }],
    ['boosting of two classes', PENGUINS, 'sex', { algorithm: 'gradient-boosting', params: SMALL }],
    ['boosting of three classes', PENGUINS, 'species', { algorithm: 'gradient-boosting', params: SMALL }],
    ['boosting of values', PENGUINS, 'body_mass', { algorithm: 'gradient-boosting', params: SMALL }],
    [
      'boosting of counts, through exp',
      WEATHER,
      'precipitation',
      {
        algorithm: 'gradient-boosting',
        params: { ...SMALL, objective: 'poisson' },
      },
    ],
    ['linear, two classes', PENGUINS, 'sex', { algorithm: 'linear', params: {} }],
    ['linear, three classes', PENGUINS, 'species', { algorithm: 'linear', params: {} }],
    ['linear of values', PENGUINS, 'body_mass', { algorithm: 'linear', params: {} }],
    ['a baseline', PENGUINS, 'species', { algorithm: 'baseline', params: {} }],
    ['sigmoid calibration of two classes', PENGUINS, 'sex', { params: SMALL, calibrate: 'sigmoid' }],
    ['sigmoid calibration of three classes', PENGUINS, 'species', { params: SMALL, calibrate: 'sigmoid' }],
    ['isotonic calibration of two classes', PENGUINS, 'sex', { params: SMALL, calibrate: 'isotonic' }],
    ['isotonic calibration of three classes', PENGUINS, 'species', { params: SMALL, calibrate: 'isotonic' }],
  ];

/** Of classes there is a softmax, or a sigmoid, in most. */
it.runIf(followed.softmax).each(CASES)(
  '%s: the engine gives the bits of ONNX Runtime, and the certificate says so',
  async (_, data, target, more) => {
    const store = await temporaryStore();
    const { run, model } = await trainRun(specOf(data, target, { params: {}, ...more }), depsOf(store));
    expect(model.certificate.engine).toBe(ENGINE_VERSION);
    const { sha256 } = run.artifacts.find(({ name }) => name === 'model.onnx') as { sha256: string };
    const bytes = Buffer.from(await store.artifacts.read(sha256));
    expect(isEngineCertified(readMetadata(bytes))).toBe(true);
  },
);

it('a model whose scores in ONNX Runtime are others by one bit is left to ONNX Runtime', async () => {
  const bytes = buildModel({ isInline: true });
  const model = await ScoringModel.open(bytes, { sha256: '' });
  const columns = model.manifest.columns;
  const table = tableFromRecords(columns, [
    [1, 'a', 'true'],
    [2, 'b', null],
    [null, 'c', 'false'],
  ]);
  const predictions = valuesOf(await model.score(table)).slice();
  expect(await certifyEngine(bytes, model, table, predictions)).toBe(ENGINE_VERSION);
  const bits = new Int32Array(predictions.buffer);
  bits[3] = (bits[3] as number) + 1;
  expect(await certifyEngine(bytes, model, table, predictions)).toBeNull();
  await model.release();
});

it('a graph that is too wide to be held for one row is left to ONNX Runtime; a wide one runs in small blocks', () => {
  const planOf = (levels: number) => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'double', ['N', 1]);
    const row = graph.constant(
      'double',
      [1, levels],
      Float64Array.from({ length: levels }, (_, level) => level),
    );
    const flags = graph.node('Equal', [x, row], { type: 'bool' });
    const numbers = graph.node('Cast', [flags], { type: 'float', attributes: { to: { int: 1 } } });
    graph.output('y', numbers, ['N', levels]);
    const model = readEngineModel(graph.build({}, '1', { isOptimised: false }), ['y']);
    return model === null ? null : Engine.plan(model, ['x']);
  };
  expect(planOf(3_000_000)).toBeNull();
  const rows = 700;
  const levels = 50_000;
  const values = Float64Array.from({ length: rows }, (_, row) => row * 7);
  const engine = planOf(levels) as Engine;
  const { data } = engine.run({ rows, numbers: values, texts: [] }).y as { data: Float32Array };
  for (const [row, value] of values.entries())
    expect(data.subarray(row * levels, (row + 1) * levels).indexOf(1)).toBe(value);
});
