import { MlxError } from '../errors.js';
import type {
  Decision,
  ModelState,
  ModelVersion,
  NewEvent,
  RegistryEvent,
  Release,
} from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { presentVersion, requireModel } from './resolve.js';

export interface RollbackSpec {
  readonly name: string;
  readonly reason: string | null;
  readonly actor: string;
  /** Whether a guard decided it, not a person. */
  readonly automatic: boolean;
  /** The version to leave. With it, two servers that see the same failures roll back once: the second gets STATE_CONFLICT. */
  readonly fromVersion?: number | undefined;
  /** Where to go; without it the last good version. */
  readonly toVersion?: number | undefined;
  readonly evidence?: Readonly<Record<string, unknown>> | undefined;
  readonly now: () => Date;
}

export interface Rollback {
  /** The version that was left; it is archived and no rollback returns to it until it is promoted again. */
  readonly from: ModelVersion;
  readonly to: ModelVersion;
  /** The `rolled-back` event; a `promoted` event of the other version follows it. */
  readonly event: RegistryEvent;
}

/**
 * Brings production back to the last good version: the one in production before, and not itself
 * rolled back from.
 * Errors: MODEL_NOT_FOUND; STATE_CONFLICT when nothing is in production, there is no such version, or
 * production is no longer `fromVersion`.
 */
export async function rollback(store: Store, spec: RollbackSpec): Promise<Rollback> {
  await requireModel(store, spec.name);
  const { decision, after, events } = await store.registry.decide(spec.name, (state) =>
    decideRollback(state, spec),
  );
  return {
    from: presentVersion(after, decision.from),
    to: presentVersion(after, decision.to),
    event: events[0] as RegistryEvent,
  };
}

/**
 * The version that a rollback would go to while `current` is in production: the last one that was there before and not
 * itself rolled back from since; undefined when there is none. Pure.
 * @param releases oldest first; other events may be among them
 */
export function rollbackTarget(current: number, releases: Iterable<Release>): number | undefined {
  const entries: number[] = [];
  const bad = new Set<number>();
  for (const { kind, version, toStage } of releases) {
    if (kind === 'rolled-back') bad.add(version);
    if (toStage !== 'production') continue;
    entries.push(version);
    bad.delete(version);
  }
  return entries.findLast((version) => version !== current && !bad.has(version));
}

function decideRollback(state: ModelState, spec: RollbackSpec): Decision & { from: number; to: number } {
  const current = state.versions.find(({ stage }) => stage === 'production');
  if (current === undefined) {
    throw conflict(`Model ${spec.name} has no version in production to roll back from.`, spec.name);
  }
  if (spec.fromVersion !== undefined && current.version !== spec.fromVersion) {
    const what = `Version ${spec.fromVersion} of ${spec.name} is no longer in production; version ${current.version} is.`;
    throw new MlxError('STATE_CONFLICT', what, {
      hint: 'Nothing is left to be done.',
      details: { model: spec.name, production: current.version },
    });
  }
  const number = spec.toVersion ?? rollbackTarget(current.version, state.events);
  if (number === undefined) {
    throw conflict(`Model ${spec.name} has no earlier good version to go back to.`, spec.name);
  }
  const target = presentVersion(state, number);
  if (target.version === current.version) {
    throw conflict(`Version ${target.version} of ${spec.name} is in production already.`, spec.name);
  }
  return { from: current.version, to: target.version, events: rollbackEvents(current, target, spec) };
}

function rollbackEvents(current: ModelVersion, target: ModelVersion, spec: RollbackSpec): NewEvent[] {
  const time = spec.now().toISOString();
  return [
    {
      time,
      actor: spec.actor,
      kind: 'rolled-back',
      version: current.version,
      fromStage: 'production',
      toStage: 'archived',
      reason: spec.reason,
      evidence: { ...spec.evidence, to_version: target.version, automatic: spec.automatic },
    },
    {
      time,
      actor: spec.actor,
      kind: 'promoted',
      version: target.version,
      fromStage: target.stage,
      toStage: 'production',
      reason: `rollback from version ${current.version}`,
      evidence: { rolled_back_from: current.version, automatic: spec.automatic },
    },
  ];
}

function conflict(message: string, name: string): MlxError {
  return new MlxError('STATE_CONFLICT', message, {
    hint: `See \`mlx models history ${name}\`, and put a version into production with \`mlx promote\`.`,
    details: { model: name },
  });
}
