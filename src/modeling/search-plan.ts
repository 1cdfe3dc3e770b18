import { MlxError } from '../errors.js';
import type { RunRecord } from '../store/run-records.js';
import type { Store } from '../store/store.js';
import type { ModelingRequest } from './request.js';

/** Name of the artifact that says what the trials of a run rest on. */
export const SEARCH_PLAN = 'search_plan.json';

/** All that the score of a trial depends on, and which trials there will be; by the name that an error calls it. */
export type SearchPlan = Readonly<Record<string, unknown>>;

export function searchPlanOf({ spec, data, contenders, plan, metric }: ModelingRequest): SearchPlan {
  const { search } = spec;
  return {
    data: { train: data.train.digest, test: data.test.digest, rows: data.train.table.rows },
    target: { name: data.train.target.name, task: data.train.target.task },
    columns: data.schema.columns.map(({ name, role, type }) => ({ name, role, type })),
    seed: spec.seed,
    algorithms: contenders.map(({ algorithm }) => algorithm.name),
    preprocessing: contenders.map(({ recipe }) => recipe),
    parameters: contenders.map(({ given }) => given),
    space: contenders.map(({ space }) => space),
    folds: plan === null ? null : { count: plan.folds.length, method: plan.method, column: plan.column },
    metric,
    search: search?.method ?? null,
    // The rounds of successive halving follow from their number; a random search may go on for longer.
    trials: search?.method === 'halving' ? (search.trials ?? null) : null,
  };
}

/**
 * An interrupted run can be gone on with where the same is asked for.
 * @throws MlxError STATE_CONFLICT naming what differs, or that the run has no trials or is not interrupted
 */
export async function checkSamePlan(store: Store, run: RunRecord, plan: SearchPlan): Promise<void> {
  const own = run.artifacts.find(({ name }) => name === SEARCH_PLAN);
  if (own === undefined || run.status !== 'interrupted') {
    const why = own === undefined ? 'it is no search' : `it is ${run.status}, not interrupted`;
    throw new MlxError('STATE_CONFLICT', `Run ${run.name} cannot be gone on with: ${why}.`, {
      hint: 'See the interrupted runs with `mlx runs list --where "status = \'interrupted\'"`.',
    });
  }
  const before = JSON.parse((await store.artifacts.read(own.sha256)).toString()) as SearchPlan;
  const now = JSON.parse(JSON.stringify(plan)) as SearchPlan;
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const differs = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  if (differs.length === 0) return;
  throw new MlxError(
    'STATE_CONFLICT',
    `Run ${run.name} cannot be gone on with: another ${differs.join(', ')} is asked for now.`,
    {
      hint: 'Give the same options as then, or start a new search without --resume.',
      details: { differs },
    },
  );
}
