import { inputText } from '../data/input-name.js';
import { toMlxError } from '../errors.js';
import type { RunRecord } from '../store/run-records.js';
import type { ActiveRun } from '../tracking/active-run.js';
import { describeEnvironment } from '../tracking/environment.js';
import { findRun } from '../tracking/find-run.js';
import { resumeRun, startRun } from '../tracking/start-run.js';
import type { ModelingDeps } from './deps.js';
import { gitCommitOf } from './git.js';
import { jsonBytes, type MadeModel, makeModel } from './make-model.js';
import { type PreparedData, prepareData } from './prepare.js';
import { storeReport } from './report/store-report.js';
import { checkSpec, hasTrials, type ModelingRequest, understand } from './request.js';
import { chosenParams, runParams } from './run-params.js';
import { checkSamePlan, SEARCH_PLAN, searchPlanOf } from './search-plan.js';
import { type Selection, selectModel } from './select.js';
import type { ModelingSpec } from './spec.js';
import { type EarlierTrials, readTrials } from './trial-log.js';

export interface Timings {
  readonly readMs: number;
  /** Trials and cross-validation; 0 without. */
  readonly selectMs: number;
  readonly prepareMs: number;
  readonly fitMs: number;
  readonly certifyMs: number;
  /** 0 without a report. */
  readonly reportMs: number;
  readonly totalMs: number;
}

export interface TrainedRun extends Omit<MadeModel, 'timings'> {
  readonly run: RunRecord;
  readonly data: PreparedData;
  readonly selection: Selection;
  readonly timings: Timings;
}

/**
 * Raw table → tracked run → certified model file. The run ends as `finished`, `failed` or `interrupted`.
 * @throws MlxError what reading, training and certifying throw; MODEL_UNCERTIFIED when scores are not stable
 */
export async function trainRun(spec: ModelingSpec, outer: ModelingDeps): Promise<TrainedRun> {
  const startedAt = performance.now();
  const warnings: string[] = [];
  const deps: ModelingDeps = {
    ...outer,
    onEvent(event) {
      if (event.kind === 'warning') warnings.push(event.message);
      outer.onEvent(event);
    },
  };
  // What is wrong with the asking is found before a run begins.
  const contenders = checkSpec(spec);
  const data = await prepareData(spec, deps.onEvent);
  const request = understand(spec, data, contenders);
  const readMs = performance.now() - startedAt;
  deps.signal.throwIfAborted();
  const { run, earlier } = await openRun(request, deps);
  try {
    const selectStartedAt = performance.now();
    const selection = await selectModel(request, run, deps, earlier);
    const { choice } = selection;
    await run.logParams(chosenParams(spec, choice.algorithm, choice.recipe));
    const selectMs = performance.now() - selectStartedAt;
    const made = await makeModel(spec, data, selection, run, deps);
    const { timings } = made;
    const reportStartedAt = performance.now();
    if (spec.report === true) {
      deps.onEvent({ kind: 'reporting', rows: data.test.table.rows });
      await storeReport(run, {
        ...{ spec, data, selection, made, warnings, signal: deps.signal },
        run: { id: run.id, name: run.name, startedAt: run.startedAt.toISOString() },
        environment: describeEnvironment(deps.version),
        timings: [
          ...(selectMs < 1 ? [] : [{ name: 'selecting', seconds: selectMs / 1000 }]),
          { name: 'reading', seconds: readMs / 1000 },
          { name: 'preprocessing', seconds: timings.prepareMs / 1000 },
          { name: 'fitting', seconds: timings.fitMs / 1000 },
          { name: 'certifying', seconds: timings.certifyMs / 1000 },
        ],
      });
    }
    const record = await run.finish();
    const reportMs = performance.now() - reportStartedAt;
    const totalMs = performance.now() - startedAt;
    return {
      ...made,
      run: record,
      data,
      selection,
      timings: { readMs, selectMs, ...timings, reportMs, totalMs },
    };
  } catch (error) {
    if (deps.signal.aborted) {
      await run.interrupt();
      if (hasTrials(spec)) await tellKept(run, deps);
    } else await run.fail(toMlxError(error));
    throw error;
  }
}

/** A new run, or the interrupted one that is gone on with, and what that one has finished. */
async function openRun(
  request: ModelingRequest,
  deps: ModelingDeps,
): Promise<{ readonly run: ActiveRun; readonly earlier: EarlierTrials }> {
  const { spec, data } = request;
  const plan = searchPlanOf(request);
  if (spec.resume !== undefined) {
    const record = await findRun(deps.store, spec.resume);
    await checkSamePlan(deps.store, record, plan);
    const earlier = await readTrials(deps.store, record.id);
    const run = await resumeRun(deps.store, record, deps.now);
    deps.onEvent({ kind: 'run', id: run.id, name: run.name });
    await run.logParams(runParams(request));
    return { run, earlier };
  }
  const run = await startRun(deps.store, {
    experiment: spec.experiment,
    name: spec.name,
    params: runParams(request),
    tags: { task: data.train.target.task, ...spec.tags },
    environment: describeEnvironment(deps.version),
    gitCommit: await gitCommitOf(deps.cwd),
    parentId: spec.parentId,
    now: deps.now,
  });
  deps.onEvent({ kind: 'run', id: run.id, name: run.name });
  const { train, test } = data;
  await run.setDataset({
    path: inputText(train.input),
    digest: train.digest,
    rows: train.table.rows,
    columns: data.schema.columns.length,
  });
  await run.setTestDataset({ path: inputText(test.input), digest: test.digest, rows: test.table.rows });
  if (hasTrials(spec)) await run.logArtifact(SEARCH_PLAN, { bytes: jsonBytes(plan) });
  return { run, earlier: new Map() };
}

async function tellKept(run: ActiveRun, { store, onEvent }: ModelingDeps): Promise<void> {
  const kept = (await readTrials(store, run.id)).size;
  if (kept === 0) return;
  const trials = kept === 1 ? '1 finished trial is' : `${kept} finished trials are`;
  onEvent({
    kind: 'warning',
    message: `${trials} kept: go on with the same options and --resume ${run.name}`,
  });
}
