import { MlxError } from '../errors.js';
import { createIdentifier } from '../store/identifier.js';
import type { RunRecord } from '../store/run-records.js';
import type { Store } from '../store/store.js';
import { ActiveRun } from './active-run.js';
import { nameFor } from './run-name.js';
import { checkKeys, checkText, type ParamValue, toText } from './run-text.js';

export const DEFAULT_EXPERIMENT = 'default';

export interface RunSpec {
  /** Made when it is new; `default` without it. */
  readonly experiment?: string | undefined;
  /** Generated without it. Names need not be unique. */
  readonly name?: string | undefined;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** See `describeEnvironment`. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly gitCommit?: string | null | undefined;
  /** The run that this one belongs to, by its id. */
  readonly parentId?: string | null | undefined;
  readonly now: () => Date;
}

/**
 * Starts a run that this process carries out. Should the process die, the run is marked interrupted
 * when the store is next opened.
 * Errors: NAME_INVALID, PARAM_INVALID, RUN_NOT_FOUND for an unknown parent.
 */
export async function startRun(store: Store, spec: RunSpec): Promise<ActiveRun> {
  const startedAt = spec.now();
  const id = createIdentifier(startedAt);
  const parentId = spec.parentId ?? null;
  if (parentId !== null && (await store.runs.get(parentId)) === undefined) {
    throw new MlxError('RUN_NOT_FOUND', `There is no run ${JSON.stringify(parentId)} to be the parent.`, {
      hint: 'Give the whole id of the parent run.',
    });
  }
  const run = {
    id,
    name: checkText('run name', spec.name ?? nameFor(id)),
    experiment: checkText('experiment name', spec.experiment ?? DEFAULT_EXPERIMENT),
    startedAt: startedAt.toISOString(),
    params: toText(spec.params),
    tags: checkKeys(spec.tags ?? {}),
    environment: spec.environment ?? {},
    gitCommit: spec.gitCommit ?? null,
    parentId,
  };
  await store.runs.create(run);
  return new ActiveRun(store, { id, name: run.name, startedAt, now: spec.now });
}

/**
 * Takes up an interrupted run again in this process. Its duration is that of this sitting.
 * @throws MlxError STATE_CONFLICT where it is not interrupted (any more)
 */
export async function resumeRun(store: Store, run: RunRecord, now: () => Date): Promise<ActiveRun> {
  if (!(await store.runs.reopen(run.id))) {
    throw new MlxError('STATE_CONFLICT', `Run ${run.name} is not interrupted.`, {
      hint: 'Only an interrupted run can be gone on with.',
    });
  }
  return new ActiveRun(store, { id: run.id, name: run.name, startedAt: now(), now });
}
