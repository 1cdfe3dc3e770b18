import { featureColumns, type Schema } from '../data/schema.js';
import type { FittedPipeline } from '../features/pipeline.js';
import type { RecipePlan } from '../features/recipe.js';
import { recipeText } from '../features/recipe-file.js';
import type { Certificate } from '../onnx/certificate.js';
import type { Manifest } from '../scoring/manifest.js';
import type { ActiveRun } from '../tracking/active-run.js';
import type { TrainingHistory } from '../training/fit.js';
import type { Model } from '../training/model.js';
import type { ParameterValue } from '../training/parameters.js';
import { trainModel } from '../training/train.js';
import { assembleModel } from './assemble.js';
import { certifyAndScore } from './certify-model.js';
import { decide, type TunedFor } from './decision.js';
import type { ModelingDeps } from './deps.js';
import { earlyStoppingRows } from './early-stopping-rows.js';
import { fitFeatures } from './features.js';
import { importanceCsv, type RankedFeature, rankImportance } from './importance.js';
import { keepPartial } from './keep-partial.js';
import { manifestOf } from './make-manifest.js';
import { trainingMatrix } from './matrix.js';
import { type OutOfBagMetrics, outOfBagMetrics } from './out-of-bag-metrics.js';
import type { PreparedData } from './prepare.js';
import type { Selection } from './select.js';
import type { ModelingSpec } from './spec.js';

export interface TrainedModel {
  readonly sha256: string;
  readonly bytes: number;
  readonly path: string;
  readonly manifest: Manifest;
  readonly certificate: Certificate;
}

/** What is trained: chosen by the user, or by the trials. */
export interface ModelChoice {
  readonly algorithm: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly recipe: RecipePlan;
}

export interface MadeModel {
  readonly model: TrainedModel;
  /** Measured on the held-out rows. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the held-out rows: probabilities (rows × classes, row-major) or values. */
  readonly predictions: Float32Array;
  readonly importance: readonly RankedFeature[];
  /** The same in the order of the features. */
  readonly importanceByFeature: Float64Array;
  readonly pipeline: FittedPipeline;
  /** What stands behind the preprocessing in the file. */
  readonly scoring: Model;
  readonly tuned: TunedFor | null;
  readonly history: readonly TrainingHistory[];
  /** Of a forest with `oob_score`; null otherwise. */
  readonly outOfBag: OutOfBagMetrics | null;
  /** Every parameter with the value that was used. */
  readonly params: Readonly<Record<string, ParameterValue>>;
  /** The file. */
  readonly bytes: Uint8Array;
  readonly timings: { readonly prepareMs: number; readonly fitMs: number; readonly certifyMs: number };
}

/**
 * Fits preprocessing and model on all training rows, and certifies the file; all goes into the run.
 * @throws MlxError what training and certifying throw
 */
export async function makeModel(
  spec: ModelingSpec,
  data: PreparedData,
  selection: Selection,
  run: ActiveRun,
  deps: ModelingDeps,
): Promise<MadeModel> {
  const { train } = data;
  const { choice } = selection;
  const { algorithm, params } = choice;
  const columns = featureColumns(data.schema);
  const startedAt = performance.now();
  deps.onEvent({ kind: 'preparing', rows: train.table.rows, columns: columns.length });
  const fitted = fitFeatures(choice.recipe, columns, train, spec.seed);
  const { pipeline, recipe } = fitted;
  for (const message of recipe.notes) deps.onEvent({ kind: 'warning', message });
  const matrix = await trainingMatrix(fitted, columns, train.table, deps.version, threadsOf(spec));
  const prepareMs = performance.now() - startedAt;

  const features = pipeline.features.length;
  deps.onEvent({ kind: 'fitting', algorithm, rows: train.table.rows, features });
  const trained = await trainModel({
    algorithm,
    task: train.target.task,
    matrix: { rows: train.table.rows, columns: features, data: matrix },
    target: train.target.values,
    classes: train.target.classes.length,
    classNames: train.target.classes,
    weights: train.weights,
    features: pipeline.features,
    validationRows: earlyStoppingRows(spec, data, params),
    params,
    seed: spec.seed,
    workers: spec.workers,
    signal: deps.signal,
    keepsPartial: true,
    onProgress: deps.onEvent,
  });
  await run.logParams(trained.params);
  for (const { metric, values } of trained.history ?? []) await run.logHistory(metric, values);
  const { partial } = trained;
  if (partial !== undefined) {
    await keepPartial(
      spec,
      data,
      { algorithm, trained: { ...trained, partial }, pipeline, columns },
      run,
      deps,
    );
    deps.signal.throwIfAborted();
  }
  const outOfBag = trained.outOfBag === undefined ? null : outOfBagMetrics(train.target, trained.outOfBag);
  const decided = decide(trained.model, spec, train, await selection.outOfFold(), deps.onEvent);
  if (decided.tuned !== null) await run.logParams({ decision_threshold: decided.threshold as number });

  const { version } = deps;
  const manifest = manifestOf({
    algorithm,
    data,
    pipeline,
    threshold: decided.threshold,
    runId: run.id,
    version,
  });
  const body = assembleModel(pipeline, columns, decided.model, train.target, manifest);
  const certifyStartedAt = performance.now();
  const { seed, metric } = spec;
  const finished = await certifyAndScore(body, manifest, data, { seed, metric, onEvent: deps.onEvent });
  deps.signal.throwIfAborted();
  const certifyMs = performance.now() - certifyStartedAt;
  await run.logMetrics({ ...finished.evaluation.metrics, ...outOfBag?.metrics, fit_ms: trained.fitMs });
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
    predictions: finished.evaluation.predictions,
    importance,
    importanceByFeature: trained.importance,
    pipeline,
    scoring: decided.model,
    tuned: decided.tuned,
    history: trained.history ?? [],
    outOfBag,
    params: trained.params,
    bytes: finished.bytes,
    timings: { prepareMs, fitMs: trained.fitMs, certifyMs },
  };
}

/** Threads of the preprocessing graph. */
export function threadsOf({ workers }: ModelingSpec): number {
  return workers ?? 2;
}

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value, null, 2));
}
