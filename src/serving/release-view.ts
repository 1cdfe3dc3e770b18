import { MlxError } from '../errors.js';
import type { ModelReference } from '../registry/names.js';
import { resolveModel } from '../registry/resolve.js';
import { rollbackTarget } from '../registry/rollback.js';
import { runningAbtest } from '../rollout/abtest.js';
import type { Abtest } from '../rollout/records.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';

/** What the registry says about a reference at one moment. */
export interface ReleaseView {
  /** The version that the reference means; null when there is none, and `why` says so. */
  readonly version: ModelVersion | null;
  readonly why: MlxError | null;
  /** When the version came into production; null for other references. */
  readonly promotedAt: Date | null;
  /** The last good version, where a rollback would go. */
  readonly fallback: ModelVersion | null;
  readonly abtest: Abtest | null;
}

/** Reads it. Errors: those of a store that cannot be read. */
export async function viewRelease(
  store: Store,
  text: string,
  reference: ModelReference,
): Promise<ReleaseView> {
  const { name, kind } = reference;
  const { version, why } = await resolveOrWhy(store, text);
  const abtest = await runningAbtest(store, name);
  const view = { version, why, abtest };
  if (kind !== 'production' || version === null) return { ...view, promotedAt: null, fallback: null };
  const releases = await store.registry.releases(name);
  const promotion = releases.findLast(
    (event) => event.version === version.version && event.toStage === 'production',
  );
  const target = rollbackTarget(version.version, releases);
  const fallback = target === undefined ? undefined : await store.registry.version(name, target);
  return {
    ...view,
    promotedAt: promotion === undefined ? null : new Date(promotion.time),
    fallback: fallback ?? null,
  };
}

async function resolveOrWhy(
  store: Store,
  text: string,
): Promise<{ version: ModelVersion | null; why: MlxError | null }> {
  try {
    return { version: await resolveModel(store, text), why: null };
  } catch (error) {
    if (error instanceof MlxError && error.code === 'MODEL_NOT_FOUND') return { version: null, why: error };
    throw error;
  }
}
