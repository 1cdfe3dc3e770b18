import type { ModelState, ModelVersion, Recorded, RegistryEvent, Stage } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import type { GateResult } from './gate.js';
import { decidePromotion, type PromotionPlan, type PromotionSpec } from './promotion-plan.js';
import { presentVersion, requireVersion } from './resolve.js';

export interface Promotion {
  /** The promoted version as it is now (or would be). */
  readonly version: ModelVersion;
  readonly from: Stage;
  readonly to: Stage;
  /** False when the version was in that stage already: then nothing is recorded about it. */
  readonly changed: boolean;
  /** The version that left production for `archived`; it stays a rollback target. */
  readonly replaced: ModelVersion | null;
  /** Versions that `keepLatest` archived. */
  readonly archived: readonly number[];
  readonly gate: GateResult;
  /** What was recorded; empty for a dry run. */
  readonly events: readonly RegistryEvent[];
}

/**
 * Moves a version to a stage. A model has at most one version in production: the one before it is
 * archived, with an event of its own. Promotions of a model are decided one after the other, each
 * from the state that the one before it left.
 * Errors: MODEL_NOT_FOUND, PARAM_INVALID; GATE_FAILED when it is worse than production on the same
 * test data and MODEL_UNCERTIFIED when it is not certified, both unless forced.
 */
export async function promote(store: Store, spec: PromotionSpec): Promise<Promotion> {
  await requireVersion(store, spec.name, spec.version);
  const decide = (state: ModelState) => decidePromotion(state, spec);
  const {
    decision: plan,
    after,
    events,
  } = spec.dryRun === true
    ? rehearse(await store.registry.state(spec.name), decide)
    : await store.registry.decide(spec.name, decide);
  return {
    version: presentVersion(after, spec.version),
    from: plan.from,
    to: spec.stage,
    changed: plan.from !== spec.stage,
    replaced: plan.replaced === null ? null : presentVersion(after, plan.replaced),
    archived: plan.archived,
    gate: plan.gate,
    events,
  };
}

/** What recording the decision would come to: the stages moved, nothing written. */
function rehearse(before: ModelState, decide: (state: ModelState) => PromotionPlan): Recorded<PromotionPlan> {
  const decision = decide(before);
  const stages = new Map(decision.events.map((event) => [event.version, event.toStage]));
  const versions = before.versions.map((version) => ({
    ...version,
    stage: stages.get(version.version) ?? version.stage,
  }));
  return { decision, before, after: { ...before, versions }, events: [] };
}
