import { MlxError } from '../errors.js';
import type { Decision, ModelState, ModelVersion, NewEvent, Stage } from '../store/registry-records.js';
import { evaluateGate, type GateResult } from './gate.js';
import { presentVersion } from './resolve.js';

export interface PromotionSpec {
  readonly name: string;
  readonly version: number;
  readonly stage: Stage;
  readonly reason: string | null;
  readonly actor: string;
  /** Goes through although the gate fails or the version is not certified; the event says so. */
  readonly force?: boolean | undefined;
  /** Archive versions in stage `none` or `staging` other than the newest so many and the promoted one. */
  readonly keepLatest?: number | undefined;
  /** Decide as ever, and change nothing. */
  readonly dryRun?: boolean | undefined;
  readonly now: () => Date;
}

export interface PromotionPlan extends Decision {
  readonly from: Stage;
  /** Number of the version that leaves production. */
  readonly replaced: number | null;
  readonly archived: readonly number[];
  readonly gate: GateResult;
}

/** What a promotion comes to, from a model's state. Pure. Errors: see `promote`. */
export function decidePromotion(state: ModelState, spec: PromotionSpec): PromotionPlan {
  const candidate = presentVersion(state, spec.version);
  const current = state.versions.find(({ stage }) => stage === 'production');
  const from = candidate.stage;
  const gate = passGate(candidate, current, spec);
  const replaced =
    spec.stage === 'production' && current !== undefined && current !== candidate ? current : undefined;
  const superseded = versionsToArchive(state, spec);
  const time = spec.now().toISOString();
  const move = (
    version: ModelVersion,
    toStage: Stage,
    reason: string | null,
    evidence: object,
  ): NewEvent => ({
    time,
    actor: spec.actor,
    kind: toStage === 'archived' ? 'archived' : 'promoted',
    version: version.version,
    fromStage: version.stage,
    toStage,
    reason,
    evidence: { ...evidence },
  });
  const events: NewEvent[] = [];
  if (replaced !== undefined) {
    events.push(
      move(replaced, 'archived', `replaced by version ${spec.version}`, { replaced_by: spec.version }),
    );
  }
  if (from !== spec.stage) {
    events.push(
      move(candidate, spec.stage, spec.reason, {
        gate: gateEvidence(gate),
        certified: candidate.certified,
        forced: spec.force === true,
      }),
    );
  }
  for (const version of superseded) {
    events.push(
      move(version, 'archived', `not among the newest ${spec.keepLatest}`, { keep_latest: spec.keepLatest }),
    );
  }
  const archived = superseded.map(({ version }) => version);
  return { events, from, replaced: replaced?.version ?? null, archived, gate };
}

function passGate(
  candidate: ModelVersion,
  current: ModelVersion | undefined,
  spec: PromotionSpec,
): GateResult {
  const gate = evaluateGate(candidate, spec.stage, current);
  if (spec.stage !== 'production' || candidate.stage === 'production') return gate;
  if (!candidate.certified && spec.force !== true) {
    throw new MlxError(
      'MODEL_UNCERTIFIED',
      `Version ${candidate.version} of ${candidate.name} is not certified, so it does not go to production.`,
      { hint: 'Promote it to staging, or use --force; the history will say so.' },
    );
  }
  if (gate.outcome === 'failed' && spec.force !== true) {
    throw new MlxError(
      'GATE_FAILED',
      `Version ${candidate.version} of ${candidate.name} does not go to production: ${gate.reason}.`,
      { hint: 'Train a better model, or use --force; the history will say so.', details: gateEvidence(gate) },
    );
  }
  return gate.outcome === 'failed' || !candidate.certified ? { ...gate, outcome: 'forced' } : gate;
}

/** Versions in `none` or `staging` beyond the newest so many of all, but for the promoted one. */
function versionsToArchive(state: ModelState, spec: PromotionSpec): ModelVersion[] {
  const keep = spec.keepLatest;
  if (keep === undefined) return [];
  if (!Number.isInteger(keep) || keep < 1) {
    throw new MlxError('PARAM_INVALID', `The number of versions to keep cannot be ${keep}.`, {
      hint: 'Give a whole number of at least 1.',
    });
  }
  return state.versions
    .toReversed()
    .slice(keep)
    .filter(({ stage, version }) => (stage === 'none' || stage === 'staging') && version !== spec.version);
}

function gateEvidence(gate: GateResult): Record<string, unknown> {
  return {
    outcome: gate.outcome,
    reason: gate.reason,
    metric: gate.metric,
    candidate: gate.candidate,
    current: gate.current,
    current_version: gate.currentVersion,
  };
}
