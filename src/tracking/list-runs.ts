import type { RunRecord } from '../store/run-records.js';
import type { Store } from '../store/store.js';
import { findRun } from './find-run.js';
import { parseRunFilter } from './parse-filter.js';
import { parseRunSort } from './parse-sort.js';

export interface RunListQuery {
  /** For example `metrics.roc_auc > 0.9 and params.algorithm = 'random-forest'`. */
  readonly where?: string | undefined;
  /** For example `metrics.roc_auc desc` or `-metrics.roc_auc`; newest first without it. */
  readonly sort?: string | undefined;
  readonly limit?: number | undefined;
  readonly experiment?: string | undefined;
  /** The runs inside that run, such as the trials of a search: its id, beginning of it, or name. */
  readonly parent?: string | undefined;
  /** Whether runs inside others are listed too; not looked at where a parent is named. */
  readonly children?: boolean | undefined;
  /** True: deleted runs alone. */
  readonly deleted?: boolean | undefined;
}

/**
 * Runs that meet a filter, sorted; the store does the work. Those inside others are left out unless asked for.
 * Errors: EXPRESSION_INVALID; RUN_NOT_FOUND for the parent.
 */
export async function listRuns(store: Store, query: RunListQuery = {}): Promise<RunRecord[]> {
  const parentId = query.parent === undefined ? null : (await findRun(store, query.parent)).id;
  return store.runs.search({
    ...(query.parent === undefined && query.children === true ? {} : { parentId }),
    ...(query.where === undefined || query.where.trim() === ''
      ? {}
      : { filter: parseRunFilter(query.where) }),
    ...(query.sort === undefined || query.sort.trim() === '' ? {} : { sort: parseRunSort(query.sort) }),
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    ...(query.experiment === undefined ? {} : { experiment: query.experiment }),
    ...(query.deleted === undefined ? {} : { deleted: query.deleted }),
  });
}
