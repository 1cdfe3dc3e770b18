import { relative } from 'node:path';
import type { ColumnSchema } from '../data/schema.js';
import type { FittedPipeline } from '../features/pipeline.js';
import type { ActiveRun } from '../tracking/active-run.js';
import type { TrainedModel } from '../training/train.js';
import { assembleModel } from './assemble.js';
import { certifyAndScore } from './certify-model.js';
import type { ModelingDeps } from './deps.js';
import { manifestOf } from './make-manifest.js';
import type { PreparedData } from './prepare.js';
import type { ModelingSpec } from './spec.js';

/** The name under which a run that was interrupted keeps what its model had become; it cannot be registered by the run. */
export const PARTIAL_MODEL = 'partial_model.onnx';

export interface PartialModel {
  readonly algorithm: string;
  readonly trained: TrainedModel & { readonly partial: NonNullable<TrainedModel['partial']> };
  readonly pipeline: FittedPipeline;
  readonly columns: readonly ColumnSchema[];
}

/**
 * Keeps the trees that were done when training was interrupted: a file that is certified and measured like any other, without
 * calibration and threshold, in the run.
 * @throws MlxError what certifying throws
 */
export async function keepPartial(
  spec: ModelingSpec,
  data: PreparedData,
  { algorithm, trained, pipeline, columns }: PartialModel,
  run: ActiveRun,
  deps: ModelingDeps,
): Promise<void> {
  const { done, total } = trained.partial;
  const { version, onEvent, store } = deps;
  const trees = `${done} of ${total} trees`;
  onEvent({ kind: 'warning', message: `stopped after ${trees}: their file is being made, or Ctrl-C again` });
  const manifest = manifestOf({ algorithm, data, pipeline, runId: run.id, version });
  const body = assembleModel(pipeline, columns, trained.model, data.train.target, manifest);
  const { seed, metric } = spec;
  const { bytes, evaluation } = await certifyAndScore(body, manifest, data, { seed, metric, onEvent });
  await run.logMetrics({ ...evaluation.metrics, fit_ms: trained.fitMs, trees_done: done });
  const { sha256 } = await run.logArtifact(PARTIAL_MODEL, { bytes });
  const path = relative(deps.cwd, store.artifacts.pathOf(sha256));
  onEvent({ kind: 'warning', message: `${trees} are kept as ${PARTIAL_MODEL} of ${run.name}: ${path}` });
}
