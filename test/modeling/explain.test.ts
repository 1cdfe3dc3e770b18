import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitPipeline } from '#mlx/features/fit.js';
import { featureSources } from '#mlx/features/sources.js';
import { assembleModel } from '#mlx/modeling/assemble.js';
import { scoreTable } from '#mlx/modeling/evaluate.js';
import { Explainer } from '#mlx/modeling/explain.js';
import { shapSummary } from '#mlx/modeling/shap-summary.js';
import { type TrainedRun, trainRun } from '#mlx/modeling/train-run.js';
import { metadataField } from '#mlx/onnx/graph.js';
import { readMetadata } from '#mlx/onnx/inspect.js';
import { MODEL } from '#mlx/onnx/proto.js';
import { readFields, WireWriter } from '#mlx/onnx/wire.js';
import { type Manifest, METADATA } from '#mlx/scoring/manifest.js';
import { ScoringModel } from '#mlx/scoring/model.js';
import type { Model } from '#mlx/training/model.js';
import { numbers, schemaOf, tableOf, texts } from '../features/tables.js';
import { temporaryStore } from '../store/temporary-store.js';
import { depsOf, penguinsCsv, put, specOf, WEATHER } from './fixtures.js';

const PENGUINS = put('penguins.csv', penguinsCsv());

async function trained(data: string, target: string): Promise<{ run: TrainedRun; bytes: Uint8Array }> {
  const run = await trainRun(specOf(data, target), depsOf(await temporaryStore()));
  return { run, bytes: readFileSync(run.model.path) };
}

/** A model file with other metadata: entries that are null are left out. */
function withMetadata(model: Uint8Array, entries: Readonly<Record<string, string | null>>): Uint8Array {
  const rest = new WireWriter();
  for (const { field, type, value, bytes } of readFields(model)) {
    if (field === MODEL.metadata) continue;
    if (type === 2) rest.bytesField(field, bytes);
    else rest.varintField(field, value);
  }
  const merged = { ...readMetadata(model), [METADATA.certificate]: null, ...entries };
  const fields = Object.entries(merged).flatMap(([key, value]) =>
    value === null ? [] : [metadataField(key, value)],
  );
  return Buffer.concat([rest.finish(), ...fields]);
}

describe('why a model file predicts what it does', () => {
  it.each([
    ['several classes', WEATHER, 'weather', ['drizzle', 'fog', 'rain', 'snow', 'sun'], 'probability'],
    ['two classes', PENGUINS, 'sex', ['MALE'], 'probability'],
    ['numbers', WEATHER, 'temp_max', ['temp_max'], 'value'],
  ])('tells it per raw column, and the parts add up: %s', async (_, data, target, outputs, unit) => {
    const { run, bytes } = await trained(data, target);
    const { table } = run.data.test;
    const explainer = await Explainer.open(bytes);
    const model = await ScoringModel.open(bytes);
    try {
      expect(explainer.outputs).toEqual(outputs);
      expect(explainer.unit).toBe(unit);
      const { scores, expected, values, columns } = await explainer.explain(table);
      expect(columns).toBe(run.model.manifest.columns.length);
      const predicted = await scoreTable(model, table);
      const width = Math.max(run.model.manifest.classes.length, 1);
      scores.forEach((score, i) => {
        const own = values.subarray(i * columns, (i + 1) * columns);
        const sum = own.reduce((a, b) => a + b, expected[i % outputs.length]!);
        expect(Math.abs(sum - score)).toBeLessThan(1e-9 * Math.max(1, Math.abs(score)));
        const row = Math.floor(i / outputs.length);
        const at = width === 2 ? 2 * row + 1 : i;
        expect(predicted[at]).toBeCloseTo(score, 5);
      });
    } finally {
      await explainer.release();
      await model.release();
    }
  });

  it('tells it of linear models, a category as one', async () => {
    const table = tableOf([numbers('age', [1, 2, 4, null]), texts('colour', ['red', 'blue', 'red', 'red'])]);
    const columns = schemaOf(table);
    const { pipeline } = fitPipeline(table, columns, [{ step: 'impute' }, { step: 'one-hot' }]);
    expect(pipeline.features).toEqual(['age', 'colour=blue', 'colour=red']);
    const model: Model = {
      task: 'regression',
      classes: 0,
      link: 'exp',
      calibration: null,
      scorer: {
        kind: 'linear',
        columns: 3,
        outputs: 1,
        weights: Float64Array.of(0.5, -2, 3),
        intercept: Float64Array.of(1),
        units: Float64Array.of(2 ** -40),
        means: Float64Array.of(2, 0.25, 0.75),
      },
    };
    const manifest: Manifest = {
      version: 1,
      mlxVersion: 'test',
      task: 'regression',
      algorithm: 'linear',
      target: { name: 'y', type: 'number' },
      classes: [],
      columns,
      input: { kind: 'columns' },
      outputs: { label: null, probabilities: null, values: 'prediction' },
      runId: null,
      dataset: null,
      featureNames: pipeline.features,
      featureSources: featureSources(pipeline, ['age', 'colour']),
    };
    const target = {
      task: 'regression' as const,
      name: 'y',
      type: 'number' as const,
      classes: [],
      values: new Float64Array(),
    };
    const explainer = await Explainer.open(assembleModel(pipeline, columns, model, target, manifest));
    const { expected, values, scores } = await explainer.explain(table);
    expect(explainer.unit).toBe('log of the value');
    expect([...expected]).toEqual([1 + 1 - 0.5 + 2.25]);
    // age 1 is 1 below its mean; red takes away a quarter of blue's −2 and adds a quarter of red's 3
    expect([...values.subarray(0, 2)]).toEqual([-0.5, 0.5 + 0.75]);
    expect([...scores]).toEqual([4.5, 0, 6, 5]);
    await explainer.release();
  });

  it('refuses models that it cannot look into, and says why', async () => {
    const { bytes } = await trained(PENGUINS, 'sex');
    await expect(Explainer.open(withMetadata(bytes, { [METADATA.manifest]: null }))).rejects.toMatchObject({
      code: 'EXPLANATION_UNAVAILABLE',
      message: expect.stringContaining('made elsewhere'),
    });
    const derived = { ...JSON.parse(readMetadata(bytes)[METADATA.manifest]!), mlxVersion: '' };
    const external = withMetadata(bytes, { [METADATA.manifest]: JSON.stringify(derived) });
    await expect(Explainer.open(external)).rejects.toThrow('made elsewhere');
    const { featureSources: _, ...older } = JSON.parse(readMetadata(bytes)[METADATA.manifest]!);
    for (const entries of [
      { [METADATA.scorer]: null },
      { [METADATA.scorer]: '{"version":2}' },
      { [METADATA.scorer]: '{' },
      { [METADATA.manifest]: JSON.stringify(older) },
    ]) {
      await expect(Explainer.open(withMetadata(bytes, entries))).rejects.toMatchObject({
        code: 'EXPLANATION_UNAVAILABLE',
        hint: expect.stringContaining('Train again'),
      });
    }
  });

  it('refuses trees that are none', async () => {
    const { bytes } = await trained(PENGUINS, 'sex');
    const record = JSON.parse(readMetadata(bytes)[METADATA.scorer]!);
    const outputs = JSON.stringify({ ...record, outputs: 2, base: [0, 0] });
    await expect(Explainer.open(withMetadata(bytes, { [METADATA.scorer]: outputs }))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
    // the children of the first root: one that is its own child
    const broken = Buffer.from(bytes);
    const at = broken.indexOf('nodes_truenodeids') + 'nodes_truenodeids'.length;
    const length = broken.subarray(at).findIndex((byte, index) => index > 0 && byte === 1);
    broken[at + length] = 0;
    await expect(Explainer.open(broken)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('sums it up over a sample: strongest columns first, with the rank or level of each value', async () => {
    const { run, bytes } = await trained(PENGUINS, 'sex');
    const explainer = await Explainer.open(bytes);
    const { table } = run.data.test;
    const summary = await shapSummary(explainer, table);
    await explainer.release();
    const [output] = summary.outputs;
    expect(summary).toMatchObject({ unit: 'probability', rows: table.rows });
    expect(output!.name).toBe('MALE');
    const strengths = output!.columns.map(({ meanAbs }) => meanAbs);
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
    expect(output!.columns.map(({ name }) => name).sort()).toEqual([...explainer.columns].sort());
    for (const { meanAbs, points } of output!.columns) {
      expect(points).toHaveLength(table.rows);
      const mean = points.reduce((sum, { shap }) => sum + Math.abs(shap), 0) / points.length;
      expect(mean).toBeCloseTo(meanAbs, 12);
    }
    const valuesOf = (column: string) =>
      output!.columns.find(({ name }) => name === column)!.points.map(({ value }) => value);
    const masses = valuesOf('body_mass').filter((value) => value !== null) as number[];
    expect([Math.min(...masses), Math.max(...masses)].map((rank) => Math.round(rank))).toEqual([0, 1]);
    expect(new Set(valuesOf('species'))).toEqual(new Set(['Adelie', 'Chinstrap', 'Gentoo']));
  });
});
