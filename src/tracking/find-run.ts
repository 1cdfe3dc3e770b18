import { MlxError } from '../errors.js';
import type { RunRecord } from '../store/run-records.js';
import type { Store } from '../store/store.js';
import { suggest } from '../suggest.js';

const MAX_CANDIDATES = 10;
const RECENT_RUNS = 200;

/**
 * The run with that id, else that name, else whose id alone begins so. A name or prefix that fits
 * several runs is an error that lists them, since the wrong run must never be taken in silence.
 * Errors: RUN_NOT_FOUND with `candidates` in the details.
 */
export async function findRun(
  store: Store,
  ref: string,
  options: { readonly deleted?: boolean } = {},
): Promise<RunRecord> {
  const deleted = options.deleted ?? false;
  const found = ref === '' ? [] : await store.runs.named(ref, { deleted, limit: MAX_CANDIDATES });
  const exact = found.find((run) => run.id === ref);
  if (exact !== undefined) return exact;
  const byName = found.filter((run) => run.name === ref);
  const matches = byName.length > 0 ? byName : found;
  const only = matches[0];
  if (only !== undefined && matches.length === 1) return only;
  if (only === undefined) throw await notFound(store, ref, deleted);
  throw new MlxError('RUN_NOT_FOUND', `${JSON.stringify(ref)} fits several runs.`, {
    hint: `Use a whole id: ${matches.map((run) => run.id).join(', ')}.`,
    details: {
      ref,
      candidates: matches.map((run) => ({ id: run.id, name: run.name, started_at: run.startedAt })),
    },
  });
}

async function notFound(store: Store, ref: string, deleted: boolean): Promise<MlxError> {
  const elsewhere = ref === '' ? [] : await store.runs.named(ref, { deleted: !deleted, limit: 1 });
  const recent = await store.runs.search({ deleted, limit: RECENT_RUNS });
  const near = suggest(
    ref,
    recent.flatMap((run) => [run.name, run.id]),
  );
  let hint = 'See them with `mlx runs list`.';
  if (elsewhere.length > 0)
    hint = deleted ? 'That run is not deleted.' : 'It is deleted; see `mlx runs restore`.';
  else if (near !== undefined) hint = `Did you mean ${near}?`;
  const what = deleted ? 'deleted run' : 'run';
  return new MlxError('RUN_NOT_FOUND', `There is no ${what} ${JSON.stringify(ref.slice(0, 80))}.`, {
    hint,
    details: { ref, candidates: near === undefined ? [] : [near] },
  });
}

/** Hides a run from lists and searches; `restoreRun` brings it back. Errors: RUN_NOT_FOUND, STATE_CONFLICT. */
export async function deleteRun(store: Store, ref: string, now: () => Date): Promise<RunRecord> {
  const run = await findRun(store, ref);
  if (run.status === 'running') {
    throw new MlxError('STATE_CONFLICT', `Run ${run.name} is still running.`, {
      hint: 'Stop it first, or wait until it ends.',
    });
  }
  const deletedAt = now().toISOString();
  await store.runs.setDeleted(run.id, deletedAt);
  return { ...run, deletedAt };
}

/** Errors: RUN_NOT_FOUND when no deleted run is meant. */
export async function restoreRun(store: Store, ref: string): Promise<RunRecord> {
  const run = await findRun(store, ref, { deleted: true });
  await store.runs.setDeleted(run.id, null);
  return { ...run, deletedAt: null };
}
