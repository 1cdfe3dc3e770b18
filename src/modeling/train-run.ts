import { inputText } from '../data/input-name.js';
import { featureColumns, type Schema } from '../data/schema.js';
import { takeRows } from '../data/table.js';
import { MlxError, toMlxError } from '../errors.js';
import type { FittedPipeline } from '../features/pipeline.js';
import { planRecipe, RECIPES, type RecipePlan, recipeParams } from '../features/recipe.js';
import { recipeText } from '../features/recipe-file.js';
import { featureSources } from '../features/sources.js';
import { buildBaseline } from '../monitoring/baseline.js';
import { type Certificate, Certification, type FeedRows } from '../onnx/certificate.js';
import { ModelSession } from '../onnx/session.js';
import { feedsOf } from '../scoring/feeds.js';
import { type Manifest, METADATA } from '../scoring/manifest.js';
import { ScoringModel } from '../scoring/model.js';
import type { RunRecord } from '../store/run-records.js';
import type { Store } from '../store/store.js';
import type { ActiveRun } from '../tracking/active-run.js';
import { describeEnvironment } from '../tracking/environment.js';
import { startRun } from '../tracking/start-run.js';
import { resolveParameters } from '../training/parameters.js';
import { findAlgorithm, trainModel } from '../training/train.js';
import { assembleModel, OUTPUTS, withMetadata } from './assemble.js';
import { type Evaluation, evaluate, scoreColumn } from './evaluate.js';
import { fitFeatures } from './features.js';
import { gitCommitOf } from './git.js';
import { importanceCsv } from './importance.js';
import { trainingMatrix } from './matrix.js';
import { type PreparedData, prepareData } from './prepare.js';
import { sourceParams } from './source-params.js';
import type { ModelingSpec, OnModelingEvent } from './spec.js';

/** What a run touches outside its own data. */
export interface ModelingDeps {
  readonly store: Store;
  readonly now: () => Date;
  readonly version: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly onEvent: OnModelingEvent;
}

export interface TrainedModel {
  readonly sha256: string;
  readonly bytes: number;
  readonly path: string;
  readonly manifest: Manifest;
  readonly certificate: Certificate;
}

export interface Timings {
  readonly readMs: number;
  readonly prepareMs: number;
  readonly fitMs: number;
  readonly certifyMs: number;
  readonly totalMs: number;
}

export interface TrainedRun {
  readonly run: RunRecord;
  readonly data: PreparedData;
  readonly model: TrainedModel;
  readonly metrics: Readonly<Record<string, number>>;
  readonly importance: readonly { readonly feature: string; readonly importance: number }[];
  readonly timings: Timings;
}

/** Held-out rows that the certificate is made from; fewer of wide tables, of which each row takes long. */
const CERTIFICATE_ROWS = { most: 200, fewest: 20, cells: 200_000 };
const CERTIFICATE_THREADS = 2;

/**
 * Raw table → tracked run → certified model file. The run ends as `finished`, `failed` or `interrupted`.
 * @throws MlxError what reading, training and certifying throw; MODEL_UNCERTIFIED when scores are not stable
 */
export async function trainRun(spec: ModelingSpec, deps: ModelingDeps): Promise<TrainedRun> {
  const startedAt = performance.now();
  // What is wrong with the asking is found before a run begins.
  const algorithm = findAlgorithm(spec.algorithm);
  const plan = planRecipe(RECIPES[algorithm.recipe], spec.recipe, spec.steps);
  const data = await prepareData(spec, deps.onEvent);
  resolveParameters(algorithm, data.train.target.task, spec.params);
  const readMs = performance.now() - startedAt;
  deps.signal.throwIfAborted();
  const run = await openRun(spec, plan, data, deps);
  try {
    const made = await makeModel(spec, plan, data, run, deps);
    const record = await run.finish();
    return {
      ...made,
      run: record,
      data,
      timings: { readMs, ...made.timings, totalMs: performance.now() - startedAt },
    };
  } catch (error) {
    if (deps.signal.aborted) await run.interrupt();
    else await run.fail(toMlxError(error));
    throw error;
  }
}

async function openRun(
  spec: ModelingSpec,
  plan: RecipePlan,
  data: PreparedData,
  deps: ModelingDeps,
): Promise<ActiveRun> {
  const run = await startRun(deps.store, {
    experiment: spec.experiment,
    name: spec.name,
    params: {
      algorithm: spec.algorithm,
      target: spec.target,
      seed: spec.seed,
      split: data.split,
      ...dataParams(spec, data),
      ...(spec.drop.length === 0 ? {} : { drop: spec.drop.join(',') }),
      ...recipeParams(plan),
    },
    tags: { task: data.train.target.task, ...spec.tags },
    environment: describeEnvironment(deps.version),
    gitCommit: await gitCommitOf(deps.cwd),
    parentId: spec.parentId,
    now: deps.now,
  });
  deps.onEvent({ kind: 'run', id: run.id, name: run.name });
  const { train, test } = data;
  await run.setDataset({
    path: inputText(train.input),
    digest: train.digest,
    rows: train.table.rows,
    columns: data.schema.columns.length,
  });
  await run.setTestDataset({ path: inputText(test.input), digest: test.digest, rows: test.table.rows });
  return run;
}

/** What was chosen about the rows and columns, where something was. */
function dataParams(spec: ModelingSpec, data: PreparedData): Record<string, string | number> {
  const { splitColumn, duplicatesDropped } = data;
  const { keep = [] } = spec;
  return {
    ...sourceParams(spec),
    ...(splitColumn === null ? {} : { split_column: splitColumn }),
    ...(keep.length === 0 ? {} : { keep: keep.join(',') }),
    ...(spec.schema === undefined ? {} : { schema: spec.schema }),
    ...(duplicatesDropped === null ? {} : { drop_duplicates: 'true', duplicates_dropped: duplicatesDropped }),
  };
}

type Made = Pick<TrainedRun, 'model' | 'metrics' | 'importance'> & {
  readonly timings: Omit<Timings, 'readMs' | 'totalMs'>;
};

async function makeModel(
  spec: ModelingSpec,
  plan: RecipePlan,
  data: PreparedData,
  run: ActiveRun,
  deps: ModelingDeps,
): Promise<Made> {
  const { train } = data;
  const columns = featureColumns(data.schema);
  const startedAt = performance.now();
  deps.onEvent({ kind: 'preparing', rows: train.table.rows, columns: columns.length });
  const fitted = fitFeatures(plan, columns, train, spec.seed);
  const { pipeline, recipe } = fitted;
  for (const message of recipe.notes) deps.onEvent({ kind: 'warning', message });
  const threads = spec.workers ?? 2;
  const matrix = await trainingMatrix(fitted, columns, train.table, deps.version, threads);
  const prepareMs = performance.now() - startedAt;

  const features = pipeline.features.length;
  deps.onEvent({ kind: 'fitting', algorithm: spec.algorithm, rows: train.table.rows, features });
  const trained = await trainModel({
    algorithm: spec.algorithm,
    task: train.target.task,
    matrix: { rows: train.table.rows, columns: features, data: matrix },
    target: train.target.values,
    classes: train.target.classes.length,
    weights: train.weights,
    features: pipeline.features,
    params: spec.params,
    seed: spec.seed,
    workers: spec.workers,
    signal: deps.signal,
    onProgress: deps.onEvent,
  });
  await run.logParams(trained.params);

  const manifest = manifestOf(spec, data, pipeline, run.id, deps.version);
  const body = assembleModel(pipeline, columns, trained.model, train.target, manifest);
  const certifyStartedAt = performance.now();
  const finished = await certifyAndScore(body, manifest, spec, data, deps);
  deps.signal.throwIfAborted();
  const certifyMs = performance.now() - certifyStartedAt;
  await run.logMetrics({ ...finished.evaluation.metrics, fit_ms: trained.fitMs });
  const importance = rankImportance(pipeline.features, trained.importance);
  const stored = await run.logArtifact('model.onnx', { bytes: finished.bytes });
  await run.logArtifact('feature_importance.csv', { bytes: Buffer.from(importanceCsv(importance)) });
  await run.logArtifact('schema.json', { bytes: jsonBytes(data.schema satisfies Schema) });
  await run.logArtifact('recipe.json', { bytes: Buffer.from(recipeText(recipe.steps)) });
  await run.logArtifact('pipeline.json', { bytes: jsonBytes(pipeline) });
  return {
    model: {
      ...stored,
      path: deps.store.artifacts.pathOf(stored.sha256),
      manifest,
      certificate: finished.certificate,
    },
    metrics: finished.evaluation.metrics,
    importance,
    timings: { prepareMs, fitMs: trained.fitMs, certifyMs },
  };
}

interface Finished {
  readonly bytes: Uint8Array;
  readonly certificate: Certificate;
  readonly evaluation: Evaluation;
}

/** Scores the held-out rows through the file, adds baseline and certificate to it. */
async function certifyAndScore(
  body: Uint8Array,
  manifest: Manifest,
  spec: ModelingSpec,
  data: PreparedData,
  deps: ModelingDeps,
): Promise<Finished> {
  const { train, test } = data;
  const { most, fewest, cells } = CERTIFICATE_ROWS;
  const wanted = Math.min(most, Math.max(fewest, Math.floor(cells / manifest.columns.length)));
  const rows = Math.min(wanted, test.table.rows);
  const sample = takeRows(
    test.table,
    Int32Array.from({ length: rows }, (_, row) => row),
  );
  const feed: FeedRows = (start, end) => feedsOf(manifest, sample, start, end);
  const certification = new Certification(body, rows, feed, CERTIFICATE_THREADS);
  let session: ModelSession | undefined;
  try {
    session = await ModelSession.load(body, { threads: CERTIFICATE_THREADS });
    deps.onEvent({ kind: 'evaluating', rows: test.table.rows });
    const evaluation = await evaluate(ScoringModel.around(session, manifest), test.table, test.target);
    deps.onEvent({ kind: 'certifying', rows });
    const certificate = await certification.finish(session);
    requirePassed(certificate);
    const baseline = buildBaseline(train.table, manifest.columns, {
      seed: spec.seed,
      prediction: scoreColumn(evaluation.scores),
    });
    const file = withMetadata(body, METADATA.baseline, baseline);
    return { bytes: withMetadata(file, METADATA.certificate, certificate), certificate, evaluation };
  } finally {
    await certification.close();
    await session?.release();
  }
}

function requirePassed(certificate: Certificate): void {
  if (!certificate.passed) {
    throw new MlxError('MODEL_UNCERTIFIED', `The model's scores are not stable: ${certificate.mismatch}.`, {
      hint: 'Please report this with the algorithm and its parameters; the model was not kept.',
    });
  }
}

function manifestOf(
  spec: ModelingSpec,
  data: PreparedData,
  pipeline: FittedPipeline,
  runId: string,
  version: string,
): Manifest {
  const { target, digest, table } = data.train;
  const columns = featureColumns(data.schema);
  const regression = target.task === 'regression';
  return {
    version: 1,
    mlxVersion: version,
    task: target.task,
    algorithm: spec.algorithm,
    target: { name: target.name, type: target.type },
    classes: target.classes,
    columns,
    input: { kind: 'columns' },
    outputs: {
      label: null,
      probabilities: regression ? null : OUTPUTS.probabilities,
      values: regression ? OUTPUTS.values : null,
    },
    runId,
    dataset: { digest, rows: table.rows },
    featureNames: pipeline.features,
    featureSources: featureSources(
      pipeline,
      columns.map(({ name }) => name),
    ),
  };
}

function rankImportance(names: readonly string[], values: Float64Array): TrainedRun['importance'] {
  return names
    .map((feature, index) => ({ feature, importance: values[index] as number }))
    .sort((a, b) => b.importance - a.importance || (a.feature < b.feature ? -1 : 1));
}

function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value, null, 2));
}
