import type { Task } from '../data/schema.js';
import { MlxError } from '../errors.js';
import type { Decision, ModelState, ModelVersion, NewVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { checkModelName } from './names.js';
import { presentVersion } from './resolve.js';
import { versionDigest } from './version-digest.js';

export interface VersionSpec {
  readonly name: string;
  /** The model file; it is in the store's artifacts already. */
  readonly sha256: string;
  readonly runId?: string | null | undefined;
  readonly task: Task;
  /** Metrics that are not finite are left out. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly testDigest?: string | null | undefined;
  readonly certified: boolean;
  /** `run`, or the name of the file that the model came from. */
  readonly source: string;
  readonly description?: string | null | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly actor: string;
  readonly now: () => Date;
}

/**
 * Makes the next version of a model (1, 2, 3 …) in stage `none`; the first one makes the model.
 * Errors: NAME_INVALID; ARTIFACT_CORRUPT when the model file is not in the store.
 */
export async function registerVersion(store: Store, spec: VersionSpec): Promise<ModelVersion> {
  const name = checkModelName(spec.name);
  if (!(await store.artifacts.has(spec.sha256))) {
    throw new MlxError('ARTIFACT_CORRUPT', `The model file ${spec.sha256} is not in the store.`, {
      hint: 'Put the file into the store first.',
      details: { sha256: spec.sha256 },
    });
  }
  const { after, decision } = await store.registry.decide(name, (state) => decideRegistration(state, spec));
  return presentVersion(after, decision.version.version);
}

function decideRegistration(state: ModelState, spec: VersionSpec): Decision & { version: NewVersion } {
  const time = spec.now().toISOString();
  const finite = Object.entries(spec.metrics).filter(([, value]) => Number.isFinite(value));
  const version: NewVersion = {
    version: (state.versions.at(-1)?.version ?? 0) + 1,
    sha256: spec.sha256,
    runId: spec.runId ?? null,
    task: spec.task,
    metrics: Object.fromEntries(finite),
    testDigest: spec.testDigest ?? null,
    certified: spec.certified,
    source: spec.source,
    description: spec.description ?? null,
    createdAt: time,
    createdBy: spec.actor,
    details: spec.details ?? {},
  };
  const evidence = {
    sha256: version.sha256,
    run_id: version.runId,
    metrics: version.metrics,
    certified: version.certified,
    version_digest: versionDigest(version),
  };
  return {
    version,
    events: [
      {
        time,
        actor: spec.actor,
        kind: 'registered',
        version: version.version,
        fromStage: null,
        toStage: 'none',
        reason: version.description,
        evidence,
      },
    ],
  };
}
