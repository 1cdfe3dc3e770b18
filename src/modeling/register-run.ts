import { MlxError } from '../errors.js';
import { registerVersion } from '../registry/register.js';
import { ScoringModel } from '../scoring/model.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { RunRecord } from '../store/run-records.js';
import type { Store } from '../store/store.js';
import { manifestSummary } from './manifest-summary.js';

export interface Registrant {
  readonly actor: string;
  readonly now: () => Date;
  readonly description?: string | undefined;
}

/**
 * A finished run's model becomes the next version of `name`.
 * @throws MlxError STATE_CONFLICT when the run has no model; MODEL_UNCERTIFIED; NAME_INVALID
 */
export async function registerRun(
  store: Store,
  name: string,
  run: RunRecord,
  registrant: Registrant,
): Promise<ModelVersion> {
  const artifact = run.artifacts.find((candidate) => candidate.name === 'model.onnx');
  if (run.status !== 'finished' || artifact === undefined) {
    throw new MlxError('STATE_CONFLICT', `Run ${run.name} is ${run.status} and has no model to register.`, {
      hint: 'Register a finished run: mlx runs list --where "status = \'finished\'"',
    });
  }
  const model = await ScoringModel.open(await store.artifacts.read(artifact.sha256));
  await model.release();
  if (model.certificate?.passed !== true) {
    throw new MlxError('MODEL_UNCERTIFIED', `The model of run ${run.name} carries no passed certificate.`, {
      hint: 'Train it again.',
    });
  }
  return registerVersion(store, {
    name,
    sha256: artifact.sha256,
    runId: run.id,
    task: model.manifest.task,
    metrics: run.metrics,
    testDigest: run.testDataset?.digest ?? null,
    certified: true,
    source: 'run',
    description: registrant.description,
    details: { ...manifestSummary(model.manifest), certificate: model.certificate },
    actor: registrant.actor,
    now: registrant.now,
  });
}
