import { describe, expect, it } from 'vitest';
import { featureColumns } from '#mlx/data/schema.js';
import { takeRows } from '#mlx/data/table.js';
import { planRecipe, TREE_RECIPE } from '#mlx/features/recipe.js';
import { fitFeatures } from '#mlx/modeling/features.js';
import { trainingMatrix } from '#mlx/modeling/matrix.js';
import { prepareData } from '#mlx/modeling/prepare.js';
import { trainRun } from '#mlx/modeling/train-run.js';
import { parseBaseline } from '#mlx/monitoring/parse-baseline.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { METADATA, parseManifest } from '#mlx/scoring/manifest.js';
import { ScoringModel } from '#mlx/scoring/model.js';
import { predictionAt } from '#mlx/scoring/prediction.js';
import type { Store } from '#mlx/store/store.js';
import { listRuns } from '#mlx/tracking/list-runs.js';
import { runPipeline } from '../features/run-pipeline.js';
import { temporaryStore } from '../store/temporary-store.js';
import { depsOf, penguinsCsv, put, specOf, WEATHER } from './fixtures.js';

const PENGUINS = put('penguins.csv', penguinsCsv());

async function readArtifact(
  store: Store,
  artifacts: readonly { name: string; sha256: string }[],
  name: string,
) {
  const found = artifacts.find((artifact) => artifact.name === name);
  return Buffer.from(await store.artifacts.read(found?.sha256 as string));
}

describe('a run on real weather: five classes and a date', () => {
  it('is finished, measured, and its artifacts are all there', async () => {
    const store = await temporaryStore();
    const deps = depsOf(store);
    const { run, metrics, model, data } = await trainRun(specOf(WEATHER, 'weather'), deps);
    expect(run).toMatchObject({
      status: 'finished',
      experiment: 'tests',
      error: null,
      params: { algorithm: 'random-forest', n_estimators: '10', target: 'weather', split: 'stratified' },
      tags: { task: 'classification' },
      dataset: { path: WEATHER, rows: data.train.table.rows, columns: 6 },
    });
    expect(run.dataset?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(run.testDataset?.digest).toBe(`${run.dataset?.digest}:stratified:0.25:0`);
    expect(run.artifacts.map(({ name }) => name).sort()).toEqual([
      'feature_importance.csv',
      'model.onnx',
      'pipeline.json',
      'recipe.json',
      'schema.json',
    ]);
    expect(metrics.accuracy).toBeGreaterThan(0.75);
    expect(run.metrics).toMatchObject(metrics);
    expect(model.certificate).toMatchObject({ passed: true, rows: 200, threads: [1, 2] });
    expect(deps.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['reading', 'run', 'preparing', 'fitting', 'evaluating', 'certifying']),
    );
    expect(await store.runs.get(run.id)).toEqual(run);
  });

  it('leaves importances that sum to 1, most important first', async () => {
    const store = await temporaryStore();
    const { run } = await trainRun(specOf(WEATHER, 'weather'), depsOf(store));
    const [header, ...lines] = (await readArtifact(store, run.artifacts, 'feature_importance.csv'))
      .toString()
      .trimEnd()
      .split('\n');
    const values = lines.map((line) => Number(line.split(',')[1]));
    expect(header).toBe('feature,importance');
    expect(lines[0]).toMatch(/^precipitation,/);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  it('the model file carries its manifest, baseline and certificate, and scores raw rows', async () => {
    const store = await temporaryStore();
    const { run, data } = await trainRun(specOf(WEATHER, 'weather'), depsOf(store));
    const bytes = await readArtifact(store, run.artifacts, 'model.onnx');
    const { metadata, inputs, outputs } = inspectModel(bytes);
    expect(Object.keys(metadata)).toEqual([
      METADATA.manifest,
      METADATA.scorer,
      METADATA.baseline,
      METADATA.certificate,
    ]);
    const manifest = parseManifest(metadata[METADATA.manifest] as string);
    expect(manifest).toMatchObject({
      runId: run.id,
      classes: ['drizzle', 'fog', 'rain', 'snow', 'sun'],
      dataset: { digest: run.dataset?.digest },
    });
    expect(parseBaseline(JSON.parse(metadata[METADATA.baseline] as string))).not.toBeNull();
    expect(inputs.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'date int64',
      'precipitation double',
      'temp_max double',
      'temp_min double',
      'wind double',
    ]);
    expect(outputs.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'label string',
      'probabilities float',
    ]);
    const model = await ScoringModel.open(bytes);
    const scores = await model.score(data.test.table);
    const { prediction, probabilities } = predictionAt(scores, 0, model.manifest);
    expect(manifest.classes).toContain(prediction);
    const sum = Object.values(probabilities ?? {}).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(1, 5);
    await model.release();
  });

  it('the same seed gives the same graph, another seed another', async () => {
    const store = await temporaryStore();
    const body = async (seed: number, workers: number): Promise<string> => {
      const { model } = await trainRun(
        specOf(WEATHER, 'weather', { seed, workers, split: 'tail' }),
        depsOf(store),
      );
      const bytes = Buffer.from(await store.artifacts.read(model.sha256));
      return bytes
        .toString('latin1')
        .replaceAll(model.manifest.runId as string, 'RUN')
        .split(METADATA.certificate)[0] as string;
    };
    const first = await body(0, 1);
    expect((await body(0, 2)) === first).toBe(true);
    expect((await body(1, 2)) === first).toBe(false);
  });

  it('the last rows are held out where the table is in time order', async () => {
    const { data } = await trainRun(
      specOf(WEATHER, 'weather', { split: 'tail' }),
      depsOf(await temporaryStore()),
    );
    const [date] = data.test.table.columns;
    const first = date?.kind === 'time' ? date.values[0] : undefined;
    expect(new Date((first as number) * 1000).getUTCFullYear()).toBeGreaterThanOrEqual(2014);
    expect(data.split).toBe('tail');
  });
});

describe('a run on real penguins: gaps, categories, rows without a target', () => {
  it('learns two classes from the rows whose target is known', async () => {
    const store = await temporaryStore();
    const { data, metrics, run } = await trainRun(specOf(PENGUINS, 'sex'), depsOf(store));
    expect(data.unlabelled).toBe(11);
    expect(data.train.table.rows + data.test.table.rows).toBe(333);
    expect(data.train.target.classes).toEqual(['FEMALE', 'MALE']);
    expect(metrics.roc_auc).toBeGreaterThan(0.9);
    expect(run.status).toBe('finished');
  });

  it('learns a number', async () => {
    const store = await temporaryStore();
    const { metrics, model } = await trainRun(
      specOf(PENGUINS, 'body_mass', { drop: ['sex'] }),
      depsOf(store),
    );
    expect(metrics.r2).toBeGreaterThan(0.7);
    expect(Object.keys(metrics)).toEqual(expect.arrayContaining(['rmse', 'mae', 'r2']));
    expect(model.manifest).toMatchObject({
      task: 'regression',
      classes: [],
      outputs: { values: 'prediction' },
    });
    expect(model.manifest.columns.map(({ name }) => name)).not.toContain('sex');
  });

  it.each([
    [
      'one-hot columns, capped and scaled',
      { encode: 'one-hot', outliers: 'iqr', scale: 'standard', impute: 'mean' },
    ],
    ['the default recipe', {}],
    ['categories by the target’s mean', { encode: 'target' }],
    ['hashed categories', { encode: 'hashing', scale: 'robust' }],
  ])('is certified with %s', async (_, recipe) => {
    const { model } = await trainRun(specOf(PENGUINS, 'species', { recipe }), depsOf(await temporaryStore()));
    expect(model.certificate.passed).toBe(true);
  });

  it('a training row is encoded without its own label, a new row with all labels', async () => {
    const { schema, train } = await prepareData(specOf(PENGUINS, 'species'), () => undefined);
    const { table } = train;
    const columns = featureColumns(schema);
    const plan = planRecipe(TREE_RECIPE, { encode: 'target' });
    const fitted = fitFeatures(plan, columns, train, 0);
    expect(fitted.folds).toHaveLength(5);
    const training = await trainingMatrix(fitted, columns, table, 'test', 1);
    const served = await runPipeline(fitted.pipeline, columns, table, 'test', 1);
    expect(training).toHaveLength(served.matrix.length);
    const width = fitted.pipeline.features.length;
    const place = fitted.pipeline.features.findIndex((name) => name.startsWith('island.target'));
    const column = (matrix: Float32Array) =>
      Float32Array.from({ length: table.rows }, (_, row) => matrix[row * width + place] as number);
    expect(new Set(column(served.matrix)).size).toBe(3);
    expect(new Set(column(training)).size).toBeGreaterThan(3);
    for (const [fold, pipeline] of (fitted.folds ?? []).entries()) {
      const members = Int32Array.from({ length: table.rows }, (_, row) => row).filter(
        (row) => fitted.rowFolds?.[row] === fold,
      );
      const own = await runPipeline(pipeline, columns, takeRows(table, members), 'test', 1);
      expect(Array.from(members, (row) => training[row * width + place])).toEqual(
        Array.from(members.keys(), (index) => own.matrix[index * width + place]),
      );
    }
  });

  it('an ml-random-forest becomes a certified file too', async () => {
    const spec = specOf(PENGUINS, 'species', { algorithm: 'ml-random-forest', params: { n_estimators: 3 } });
    const { model, metrics } = await trainRun(spec, depsOf(await temporaryStore()));
    expect(model.certificate.passed).toBe(true);
    expect(metrics.accuracy).toBeGreaterThan(0.8);
  });
});

describe('what cannot be learned', () => {
  const cases: readonly (readonly [string, string, Parameters<typeof specOf>[2]])[] = [
    ['FILE_NOT_FOUND', 'a file that is not there', { data: '/nowhere/table.csv' }],
    ['TARGET_MISSING', 'a target that is not in the table', { target: 'wether' }],
    [
      'TARGET_UNUSABLE',
      'a target of one class',
      { data: put('one.csv', 'a,y\n1,x\n2,x\n3,x\n4,x\n'), target: 'y' },
    ],
    [
      'TARGET_UNUSABLE',
      'a target without a value',
      { data: put('none.csv', 'a,y\n1,\n2,\n3,\n'), target: 'y' },
    ],
    [
      'FEATURES_MISSING',
      'a table of the target alone',
      { data: put('bare.csv', 'y\na\nb\na\nb\n'), target: 'y' },
    ],
    ['DATA_EMPTY', 'a table without rows', { data: put('empty.csv', 'a,y\n'), target: 'y' }],
    ['PARAM_INVALID', 'an unknown algorithm', { algorithm: 'magic' }],
    ['PARAM_INVALID', 'an unknown parameter', { params: { trees: 3 } }],
    ['PARAM_INVALID', 'an unknown way to encode', { recipe: { encode: 'hash' } }],
  ];
  it.each(cases)('%s: %s, and no run is left', async (code, _, more) => {
    const store = await temporaryStore();
    await expect(trainRun(specOf(WEATHER, 'weather', more), depsOf(store))).rejects.toMatchObject({ code });
    expect(await listRuns(store, { limit: 10 })).toEqual([]);
  });

  it('a run that fails on its way is failed with the reason', async () => {
    const store = await temporaryStore();
    const deps = depsOf(store, {
      onEvent: (event) => {
        if (event.kind === 'certifying') throw new Error('the lights went out');
      },
    });
    await expect(trainRun(specOf(WEATHER, 'weather'), deps)).rejects.toThrow('the lights went out');
    expect(await listRuns(store, { limit: 10 })).toMatchObject([
      { status: 'failed', error: expect.stringContaining('the lights went out'), artifacts: [] },
    ]);
  });

  it.each(['run', 'trees', 'certifying'])('an abort at "%s" leaves an interrupted run', async (at) => {
    const store = await temporaryStore();
    const controller = new AbortController();
    const deps = depsOf(store, {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === at) controller.abort();
      },
    });
    await expect(trainRun(specOf(WEATHER, 'weather'), deps)).rejects.toThrow();
    expect(await listRuns(store, { limit: 10 })).toMatchObject([{ status: 'interrupted' }]);
  });
});

it('numbers near the ends of float64 train, score and certify', async () => {
  const lines = Array.from(
    { length: 80 },
    (_, row) => `${row % 3 === 0 ? '1e300' : row},${-row}e-300,${row % 2}`,
  );
  const data = put('extreme.csv', `a,b,y\n${lines.join('\n')}\n`);
  const { model } = await trainRun(
    specOf(data, 'y', { task: 'classification' }),
    depsOf(await temporaryStore()),
  );
  expect(model.certificate.passed).toBe(true);
});
