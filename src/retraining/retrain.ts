import { MlxError } from '../errors.js';
import type { ModelingDeps } from '../modeling/deps.js';
import { registerRun } from '../modeling/register-run.js';
import type { ModelingSpec } from '../modeling/spec.js';
import { type TrainedRun, trainRun } from '../modeling/train-run.js';
import { promote } from '../registry/promote.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { type Contest, compareWithProduction } from './compare.js';

export interface RetrainSpec {
  readonly name: string;
  readonly modeling: ModelingSpec;
  /** By how much the candidate must be better, in units of the metric. */
  readonly minImprovement: number;
  readonly keepLatest?: number | undefined;
  readonly actor: string;
}

export interface Retraining {
  readonly trained: TrainedRun;
  readonly contest: Contest;
  /** The version that went to production; null when the candidate is not better. */
  readonly promoted: ModelVersion | null;
}

/**
 * Extract → validate → train → compare with production on the same test rows → promote if better. One at a time
 * per model: a second one, from cron or by hand, is refused.
 * @throws MlxError BUSY while another retraining of that model is at work; what training throws
 */
export async function retrain(spec: RetrainSpec, deps: ModelingDeps): Promise<Retraining> {
  const { store } = deps;
  const lock = `retrain:${spec.name}`;
  const held = await store.locks.acquire(lock);
  if (!held.acquired) {
    throw new MlxError(
      'BUSY',
      `${spec.name} is being retrained by another process (pid ${held.holder.pid}).`,
      {
        hint: 'Wait until it ends; nothing was done here.',
        details: { model: spec.name, pid: held.holder.pid },
      },
    );
  }
  try {
    const production = await productionOf(store, spec.name);
    const trained = await trainRun(
      { ...spec.modeling, tags: { ...spec.modeling.tags, retrain: spec.name } },
      deps,
    );
    const contest = await compareWithProduction(
      store,
      production,
      trained.data.test,
      trained.metrics,
      spec.minImprovement,
    );
    if (!contest.better) return { trained, contest, promoted: null };
    const version = await registerRun(store, spec.name, trained.run, {
      actor: spec.actor,
      now: deps.now,
      description: `retrained: ${contest.reason}`,
    });
    const { version: promoted } = await promote(store, {
      name: spec.name,
      version: version.version,
      stage: 'production',
      reason: `retrained: ${contest.reason}`,
      actor: spec.actor,
      keepLatest: spec.keepLatest,
      now: deps.now,
    });
    return { trained, contest, promoted };
  } finally {
    await store.locks.release(lock);
  }
}

/** The version in production; null when there is none, or no such model yet. */
export async function productionOf(store: Store, name: string): Promise<ModelVersion | null> {
  const versions = await store.registry.versions(name);
  return versions.find(({ stage }) => stage === 'production') ?? null;
}
