import { MlxError } from '../errors.js';
import { requireModel } from '../registry/resolve.js';
import { createIdentifier } from '../store/identifier.js';
import type { Decision, ModelState, NewEvent } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import type { Abtest } from './records.js';

export interface AbtestSpec {
  readonly model: string;
  /** The production version without it. */
  readonly control?: number | undefined;
  readonly treatment: number;
  /** Share of the traffic that the treatment gets, 0 < ratio < 1. */
  readonly ratio: number;
  /** The test's id without it. The same salt as another test's gives units the same position as there. */
  readonly salt?: string | undefined;
  readonly reason?: string | null | undefined;
  readonly actor: string;
  readonly now: () => Date;
}

/**
 * Starts a test of two versions of a model; a model has at most one at a time.
 * Errors: MODEL_NOT_FOUND, PARAM_INVALID, STATE_CONFLICT when one runs or nothing is in production.
 */
export async function startAbtest(store: Store, spec: AbtestSpec): Promise<Abtest> {
  if (!(spec.ratio > 0 && spec.ratio < 1)) {
    throw new MlxError('PARAM_INVALID', `The ratio ${spec.ratio} is not a share of the traffic.`, {
      hint: 'Give a number between 0 and 1, for example 0.1; both arms need some traffic.',
    });
  }
  await requireModel(store, spec.model);
  const { decision } = await store.registry.decide(spec.model, (state) => decideStart(state, spec));
  return decision.abtest;
}

/** Stops a test (by its id, or the one that runs on a model). Errors: ABTEST_NOT_FOUND, STATE_CONFLICT. */
export async function stopAbtest(
  store: Store,
  spec: { ref: string; reason?: string | null | undefined; actor: string; now: () => Date },
): Promise<Abtest> {
  const { id, model } = await findAbtest(store, spec.ref);
  const { decision } = await store.registry.decide(model, (state) => {
    const running = state.runningAbtest;
    if (running === null || running.id !== id) {
      throw new MlxError('STATE_CONFLICT', `A/B test ${id} on ${model} was stopped before.`, {
        hint: 'Its report stays available.',
      });
    }
    const time = spec.now().toISOString();
    const reason = spec.reason ?? null;
    const abtest: Abtest = { ...running, status: 'stopped', stoppedAt: time, reason };
    return { abtest, events: [abtestEvent('abtest-stopped', abtest, { time, actor: spec.actor, reason })] };
  });
  return decision.abtest;
}

/** By id, else the one that runs on that model, else that model's latest. Errors: ABTEST_NOT_FOUND. */
export async function findAbtest(store: Store, modelOrId: string): Promise<Abtest> {
  const found = (await store.abtests.get(modelOrId)) ?? (await store.abtests.running(modelOrId));
  const latest = found ?? (await store.abtests.list({ model: modelOrId }))[0];
  if (latest !== undefined) return latest;
  throw new MlxError('ABTEST_NOT_FOUND', `There is no A/B test ${JSON.stringify(modelOrId.slice(0, 80))}.`, {
    hint: 'Name a model that has one, or the id of a test; `mlx abtest start` starts one.',
  });
}

export async function runningAbtest(store: Store, model: string): Promise<Abtest | null> {
  return store.abtests.running(model);
}

function decideStart(state: ModelState, spec: AbtestSpec): Decision & { abtest: Abtest } {
  if (state.runningAbtest !== null) {
    throw new MlxError('STATE_CONFLICT', `An A/B test runs on ${spec.model} already.`, {
      hint: `Stop it first: \`mlx abtest stop ${spec.model}\`.`,
      details: { id: state.runningAbtest.id },
    });
  }
  const production = state.versions.find(({ stage }) => stage === 'production')?.version;
  const control = spec.control ?? production;
  if (control === undefined) {
    throw new MlxError(
      'STATE_CONFLICT',
      `Model ${spec.model} has no version in production to be the control.`,
      {
        hint: 'Name the control version, or promote one to production.',
      },
    );
  }
  checkArms(state, control, spec.treatment);
  const startedAt = spec.now();
  const id = createIdentifier(startedAt);
  const abtest: Abtest = {
    id,
    model: spec.model,
    control,
    treatment: spec.treatment,
    ratio: spec.ratio,
    salt: spec.salt ?? id,
    status: 'running',
    startedAt: startedAt.toISOString(),
    stoppedAt: null,
    reason: null,
  };
  const about = { time: abtest.startedAt, actor: spec.actor, reason: spec.reason ?? null };
  return { abtest, events: [abtestEvent('abtest-started', abtest, about)] };
}

function checkArms(state: ModelState, control: number, treatment: number): void {
  if (control === treatment) {
    throw new MlxError('PARAM_INVALID', `Control and treatment are both version ${control}.`, {
      hint: 'A test compares two versions.',
    });
  }
  const arms = [control, treatment].map((number) => {
    const version = state.versions.find((candidate) => candidate.version === number);
    if (version !== undefined) return version;
    throw new MlxError('MODEL_NOT_FOUND', `Model ${state.name} has no version ${number}.`, {
      hint: `Its versions are 1 to ${state.versions.at(-1)?.version ?? 0}.`,
    });
  });
  if (arms[0]?.task === arms[1]?.task) return;
  throw new MlxError('PARAM_INVALID', `Versions ${control} and ${treatment} have different tasks.`, {
    hint: 'A test compares two versions of the same task.',
  });
}

function abtestEvent(
  kind: 'abtest-started' | 'abtest-stopped',
  test: Abtest,
  about: Pick<NewEvent, 'time' | 'actor' | 'reason'>,
): NewEvent {
  const { id, control, treatment, ratio, salt } = test;
  return {
    ...about,
    kind,
    version: treatment,
    fromStage: null,
    toStage: null,
    evidence: { id, control, treatment, ratio, salt },
  };
}
