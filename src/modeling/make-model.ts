import { featureColumns, type Schema } from '../data/schema.js';
import type { RecipePlan } from '../features/recipe.js';
import { recipeText } from '../features/recipe-file.js';
import type { Certificate } from '../onnx/certificate.js';
import type { Manifest } from '../scoring/manifest.js';
import type { ActiveRun } from '../tracking/active-run.js';
import type { ParameterValue } from '../training/parameters.js';
import { trainModel } from '../training/train.js';
import { assembleModel } from './assemble.js';
import { certifyAndScore } from './certify-model.js';
import type { ModelingDeps } from './deps.js';
import { fitFeatures } from './features.js';
import { importanceCsv, type RankedFeature, rankImportance } from './importance.js';
import { manifestOf } from './make-manifest.js';
import { trainingMatrix } from './matrix.js';
import type { PreparedData } from './prepare.js';
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
  readonly importance: readonly RankedFeature[];
  readonly timings: { readonly prepareMs: number; readonly fitMs: number; readonly certifyMs: number };
}

/**
 * Fits preprocessing and model on all training rows, and certifies the file; all goes into the run.
 * @throws MlxError what training and certifying throw
 */
export async function makeModel(
  spec: ModelingSpec,
  choice: ModelChoice,
  data: PreparedData,
  run: ActiveRun,
  deps: ModelingDeps,
): Promise<MadeModel> {
  const { train } = data;
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
    params,
    seed: spec.seed,
    workers: spec.workers,
    signal: deps.signal,
    onProgress: deps.onEvent,
  });
  await run.logParams(trained.params);

  const { version } = deps;
  const manifest = manifestOf({ algorithm, data, pipeline, runId: run.id, version });
  const body = assembleModel(pipeline, columns, trained.model, train.target, manifest);
  const certifyStartedAt = performance.now();
  const finished = await certifyAndScore(body, manifest, data, { seed: spec.seed, onEvent: deps.onEvent });
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

/** Threads of the preprocessing graph. */
export function threadsOf({ workers }: ModelingSpec): number {
  return workers ?? 2;
}

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value, null, 2));
}
