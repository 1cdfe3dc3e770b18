import { describe, expect, it } from 'vitest';
import { planFolds } from '#mlx/data/fold-plan.js';
import { planRecipe, RECIPES } from '#mlx/features/recipe.js';
import { crossValidate } from '#mlx/modeling/cross-validation.js';
import type { ModelingDeps } from '#mlx/modeling/deps.js';
import { earlyStoppingRowsOfFold } from '#mlx/modeling/early-stopping-rows.js';
import { measure } from '#mlx/modeling/evaluate.js';
import { FoldMatrices } from '#mlx/modeling/fold-matrices.js';
import { prepareData } from '#mlx/modeling/prepare.js';
import type { ModelingEvent, ModelingSpec } from '#mlx/modeling/spec.js';
import { trainRun } from '#mlx/modeling/train-run.js';
import type { RunRecord } from '#mlx/store/run-records.js';
import type { Store } from '#mlx/store/store.js';
import { listRuns } from '#mlx/tracking/list-runs.js';
import { ALGORITHMS } from '#mlx/training/algorithms.js';
import { temporaryStore } from '../store/temporary-store.js';
import { depsOf, penguinsCsv, put, specOf, WEATHER } from './fixtures.js';

const PENGUINS = put('penguins-selection.csv', penguinsCsv());
const SEARCH = { method: 'random', trials: 4, space: {} } as const;

const penguins = (more: Partial<ModelingSpec> = {}): ModelingSpec =>
  specOf(PENGUINS, 'species', { params: { n_estimators: 5 }, workers: 1, cv: 3, ...more });

const trialsOf = (store: Store, { id }: RunRecord): Promise<RunRecord[]> => listRuns(store, { parent: id });

async function artifact<T>(store: Store, run: RunRecord, name: string): Promise<T> {
  const found = run.artifacts.find((one) => one.name === name);
  return JSON.parse((await store.artifacts.read(found?.sha256 as string)).toString()) as T;
}

/** Stops a run after so many events of a kind. */
function stoppingAfter(store: Store, kind: ModelingEvent['kind'], count: number): ModelingDeps {
  const controller = new AbortController();
  let seen = 0;
  return depsOf(store, {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.kind === kind && ++seen === count) controller.abort(new Error('stopped'));
    },
  });
}

describe('cross-validation of a run', () => {
  it('is recorded by fold and as mean and deviation, and changes nothing of the model', async () => {
    const store = await temporaryStore();
    const judged = await trainRun(penguins(), depsOf(store));
    const { cv: _, ...plain } = penguins();
    const alone = await trainRun(plain, depsOf(store));
    expect(judged.metrics).toEqual(alone.metrics);
    expect(alone.selection).toMatchObject({ validation: null, trials: null, leaderboard: null });
    const { validation } = judged.selection;
    expect(validation).toMatchObject({ method: 'stratified', column: null, metric: 'roc_auc' });
    const steps = (await store.runs.metricSteps(judged.run.id)).filter(
      ({ key }) => key === 'cv_accuracy_fold',
    );
    const values = steps.map(({ value }) => value);
    expect(values).toEqual(validation?.folds.map(({ metrics }) => metrics.accuracy));
    const mean = values.reduce((a, b) => a + b) / 3;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    expect(judged.run.metrics.cv_accuracy_mean).toBeCloseTo(mean, 12);
    expect(judged.run.metrics.cv_accuracy_sd).toBeCloseTo(sd, 12);
    // Student's t with two degrees of freedom: 4.3027.
    expect(validation?.summary.accuracy?.high).toBeCloseTo(mean + (4.302652729911 * sd) / Math.sqrt(3), 9);
    expect(judged.run.params).toMatchObject({ cv: '3', cv_method: 'stratified' });
    expect(await trialsOf(store, judged.run)).toEqual([]);
  });

  it('gives a score for every training row that no model of its fold has seen', async () => {
    const store = await temporaryStore();
    const { selection, data } = await trainRun(penguins(), depsOf(store));
    const found = await selection.outOfFold();
    const { target } = data.train;
    expect([...(found?.rows ?? [])]).toEqual([...target.values.keys()]);
    const accuracy = measure(target, target.values, found?.predictions as Float32Array).accuracy as number;
    expect(accuracy).toBeCloseTo(selection.validation?.summary.accuracy?.mean as number, 2);
    expect(accuracy).toBeGreaterThan(0.9);
  });

  it('is by a quantile where one is asked for, which the held-out rows are measured by too', async () => {
    const metric = 'quantile_loss@0.9';
    const weather = specOf(WEATHER, 'temp_max', { params: { n_estimators: 5 }, workers: 1, cv: 2, metric });
    const { run, data, predictions, selection } = await trainRun(weather, depsOf(await temporaryStore()));
    const losses = Array.from(predictions, (value, row) => {
      const error = (data.test.target.values[row] as number) - value;
      return error >= 0 ? 0.9 * error : -0.1 * error;
    });
    expect(run.metrics[metric]).toBeCloseTo(losses.reduce((a, b) => a + b) / losses.length, 9);
    expect(run.metrics[`cv_${metric}_mean`]).toBeGreaterThan(0);
    expect(selection.validation?.metric).toBe(metric);
    const wrong = trainRun({ ...weather, metric: 'quantile_loss@90' }, depsOf(await temporaryStore()));
    await expect(wrong).rejects.toMatchObject({ code: 'USAGE', hint: /between 0 and 1/ });
  });

  it('stops early by the latest of the rows that a fold is trained on, where folds go by time', async () => {
    const boosted = specOf(WEATHER, 'temp_max', {
      algorithm: 'gradient-boosting',
      params: { n_estimators: 60, learning_rate: 0.3, early_stopping_rounds: 3, validation_fraction: 0.2 },
      workers: 1,
      timeColumn: 'date',
      cv: 2,
    });
    const { run, data, selection } = await trainRun(boosted, depsOf(await temporaryStore()));
    expect(selection.validation).toMatchObject({ method: 'time', column: 'date' });
    // the same rows of the first fold, judged by the latest fifth of them
    const dates = data.train.table.columns.find(({ name }) => name === 'date') as { values: Float64Array };
    const plan = planFolds(data.train.table, data.schema, {
      k: 2,
      method: 'time',
      seed: 0,
      holdOut: { method: 'auto', timeColumn: 'date' },
    });
    const own = plan.folds[0]?.train ?? new Int32Array();
    const source = { plan, data, seed: 0 };
    const params = { early_stopping_rounds: 3, validation_fraction: 0.2 };
    const judging = earlyStoppingRowsOfFold(source, own, params) ?? new Int32Array();
    expect(judging.length).toBe(Math.round(own.length * 0.2));
    const at = (row: number): number => dates.values[own[row] as number] as number;
    const latest = Math.min(...Array.from(judging, at));
    const rest = [...own.keys()].filter((row) => !judging.includes(row));
    expect(Math.max(...rest.map(at))).toBeLessThan(latest);
    expect(earlyStoppingRowsOfFold(source, own, { early_stopping_rounds: 'none' })).toBeUndefined();
    const byPlace = { ...source, plan: { ...plan, column: null } };
    expect(earlyStoppingRowsOfFold(byPlace, own, params)?.at(-1)).toBe(own.length - 1);
    expect(run.metrics.cv_rmse_mean).toBeGreaterThan(0);
  });

  it('needs no share for early stopping where there are no folds', async () => {
    const boosted = specOf(WEATHER, 'temp_max', {
      algorithm: 'gradient-boosting',
      params: { n_estimators: 20, early_stopping_rounds: 3 },
      workers: 1,
      split: 'tail',
    });
    const { run } = await trainRun(boosted, depsOf(await temporaryStore()));
    expect(run.metrics.validation_rmse).toBeGreaterThan(0);
  });

  it('one part of the training rows is enough where one fold is asked for', async () => {
    const { selection } = await trainRun(penguins({ cv: 1 }), depsOf(await temporaryStore()));
    expect(selection.validation?.folds).toHaveLength(1);
    expect(selection.validation?.summary.accuracy).toMatchObject({ folds: 1, sd: Number.NaN });
    const rows = (await selection.outOfFold())?.rows.length ?? 0;
    expect(rows).toBe(selection.validation?.folds[0]?.testRows);
  });

  it('fits the preprocessing on the training rows of the fold alone', async () => {
    // The test rows of the last fold are a hundred times larger: an impute that had seen them would show it.
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i},${i % 7 === 0 ? '' : i < 40 ? i : i * 100},${i % 2}`,
    );
    const table = put('leak.csv', ['t,x,y', ...rows].join('\n'));
    const spec = specOf(table, 'y', { split: 'tail', testShare: 0.02, task: 'classification' });
    const data = await prepareData(spec, () => {});
    const plan = planFolds(data.train.table, data.schema, {
      k: 2,
      method: 'time',
      seed: 0,
      holdOut: { method: 'tail' },
    });
    const source = { data, recipe: planRecipe(RECIPES.trees, {}), plan, seed: 0, threads: 1, version: '0' };
    const folds = new FoldMatrices({ ...source, signal: new AbortController().signal }, { keep: true });
    const { train, rows: parts, fitted } = await folds.at(1);
    expect(train.rows).toBe(parts.train.length);
    const column = fitted.pipeline.features.indexOf('x');
    const imputed = train.data[column] as number;
    // The median of 1 to 39 without the multiples of 7.
    expect(imputed).toBe(19.5);
    expect(await folds.at(1)).toBe(await folds.at(1));
    const what = {
      algorithm: 'random-forest',
      params: { n_estimators: 2 },
      seed: 0,
      workers: 1,
      metric: 'roc_auc',
    };
    const cv = await crossValidate(folds, {
      ...what,
      signal: new AbortController().signal,
      onEvent: () => {},
    });
    expect([...cv.outOfFold.rows]).toEqual(plan.folds.flatMap(({ test }) => [...test]));
  });
});

describe('a search', () => {
  it('records every trial as a run inside, begins with the defaults, and trains with the best', async () => {
    const store = await temporaryStore();
    const deps = depsOf(store);
    const { run, selection } = await trainRun(penguins({ search: SEARCH }), deps);
    const { trials } = selection;
    expect(trials?.map(({ status }) => status)).toEqual(Array(4).fill('finished'));
    expect(trials?.[0]?.params).toMatchObject({ n_estimators: 5, max_features: 'sqrt', min_samples_leaf: 1 });
    const best = Math.max(...(trials ?? []).map(({ score }) => score ?? 0));
    expect(selection.validation?.summary.roc_auc?.mean).toBe(best);
    const winner = trials?.find(({ score }) => score === best);
    expect(selection.choice.params).toEqual(winner?.params);
    for (const [name, value] of Object.entries(winner?.params ?? {}))
      expect(run.params[name]).toBe(String(value));
    const children = (await trialsOf(store, run)).reverse();
    expect(children.map(({ id }) => id)).toEqual(trials?.map(({ runId }) => runId));
    expect(children.map(({ status }) => status)).toEqual(Array(4).fill('finished'));
    expect(children.map(({ metrics }) => metrics.cv_roc_auc_mean)).toEqual(trials?.map(({ score }) => score));
    expect(await listRuns(store)).toHaveLength(1);
    expect(deps.events.filter(({ kind }) => kind === 'trial').at(-1)).toMatchObject({
      done: 4,
      total: 4,
      best,
    });
  });

  it('gives the same trials for the same seed, others for another', async () => {
    const store = await temporaryStore();
    const paramsOf = async (seed: number) =>
      (await trainRun(penguins({ search: SEARCH, seed, cv: 1 }), depsOf(store))).selection.trials?.map(
        ({ params, score }) => ({ params, score }),
      );
    const first = await paramsOf(1);
    expect(await paramsOf(1)).toEqual(first);
    expect((await paramsOf(2))?.[1]?.params).not.toEqual(first?.[1]?.params);
  });

  it('is judged by the metric that is named, the lower being better where it is', async () => {
    const { selection } = await trainRun(
      penguins({ search: SEARCH, metric: 'log_loss' }),
      depsOf(await temporaryStore()),
    );
    const scores = selection.trials?.map(({ score }) => score ?? Number.POSITIVE_INFINITY) ?? [];
    expect(selection.validation?.summary.log_loss?.mean).toBe(Math.min(...scores));
  });

  it('by halving leaves the best third for three times the rows, and ends on all', async () => {
    const search = { method: 'halving', trials: 9, space: {} } as const;
    const { selection, data } = await trainRun(penguins({ search }), depsOf(await temporaryStore()));
    const trials = selection.trials ?? [];
    const rows = data.train.table.rows;
    const rungs = [trials.slice(0, 9), trials.slice(9, 12), trials.slice(12)];
    expect(rungs.map((rung) => rung.map(({ share }) => Math.round(share * rows)))).toEqual([
      Array(9).fill(Math.floor(rows / 9)),
      Array(3).fill(Math.floor(rows / 3)),
      [rows],
    ]);
    expect(trials[0]?.folds[0]?.trainRows).toBeLessThan(rows / 8);
    for (const [index, count] of [3, 1].entries()) {
      const kept = [...(rungs[index] ?? [])].sort((a, b) => (b.score ?? 0) - (a.score ?? 0)).slice(0, count);
      expect(rungs[index + 1]?.map(({ params }) => params)).toEqual(kept.map(({ params }) => params));
    }
    const last = rungs[2] ?? [];
    const best = Math.max(...last.map(({ score }) => score ?? 0));
    expect(selection.validation?.summary.roc_auc?.mean).toBe(best);
  });

  it('ends where the space has nothing new', async () => {
    const search = { method: 'random', trials: 50, space: { bootstrap: 'choice:true,false' } } as const;
    const { selection } = await trainRun(penguins({ search }), depsOf(await temporaryStore()));
    expect(selection.trials?.map(({ params }) => params.bootstrap)).toEqual([true, false]);
  });

  it('records a trial that fails and passes it over', async () => {
    const store = await temporaryStore();
    // 20 columns are more than there are.
    const search = { method: 'random', trials: 2, space: { max_features: 'choice:20' } } as const;
    const { selection, run } = await trainRun(penguins({ search }), depsOf(store));
    expect(selection.trials?.map(({ status }) => status)).toEqual(['finished', 'failed']);
    const failed = (await trialsOf(store, run)).find(({ status }) => status === 'failed');
    expect(failed?.error).toContain('max_features cannot be 20');
  });

  it('in which all fail is an error, and the run has failed', async () => {
    const store = await temporaryStore();
    const spec = penguins({ search: SEARCH, params: { max_features: 20 } });
    await expect(trainRun(spec, depsOf(store))).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      message: expect.stringContaining('max_features cannot be 20'),
    });
    expect(await listRuns(store)).toMatchObject([{ status: 'failed' }]);
  });

  it('that had no time for one trial is an error', async () => {
    const store = await temporaryStore();
    const spec = penguins({ search: SEARCH, params: { n_estimators: 100_000 }, timeBudgetSeconds: 0.2 });
    const startedAt = performance.now();
    await expect(trainRun(spec, depsOf(store))).rejects.toMatchObject({ code: 'TRAINING_FAILED' });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    const runs = await listRuns(store, { children: true });
    expect(runs.map(({ status }) => status).sort()).toEqual(['failed', 'interrupted']);
  });

  it('stops the trial that is at work when the time is over, and takes the best of the others', async () => {
    const search = { method: 'random', space: { n_estimators: 'choice:100000' } } as const;
    const spec = penguins({ search, params: {}, timeBudgetSeconds: 4, cv: 1 });
    const { selection } = await trainRun(spec, depsOf(await temporaryStore()));
    expect(selection.trials?.map(({ status }) => status)).toEqual(['finished', 'stopped']);
    expect(selection.choice.params.n_estimators).toBe(100);
  });

  it.each<[string, Partial<ModelingSpec>, string]>([
    [
      'a parameter that is given too',
      { search: { ...SEARCH, space: { n_estimators: 'int:1..9' } } },
      'USAGE',
    ],
    [
      'a parameter that is not there',
      { search: { ...SEARCH, space: { leaves: 'int:1..9' } } },
      'PARAM_INVALID',
    ],
    ['a metric that is not measured', { search: SEARCH, metric: 'rmse' }, 'USAGE'],
    ['a time, and nothing to try', { timeBudgetSeconds: 9 }, 'USAGE'],
    ['more folds than rows', { search: SEARCH, cv: 900 }, 'USAGE'],
  ])('of %s is refused before a run begins', async (_, more, code) => {
    const store = await temporaryStore();
    await expect(trainRun(penguins(more), depsOf(store))).rejects.toMatchObject({ code });
    expect(await listRuns(store)).toEqual([]);
  });
});

describe('an interrupted search', () => {
  it('goes on where it was, and ends as if it had not been interrupted', async () => {
    const store = await temporaryStore();
    const spec = penguins({ search: SEARCH, name: 'long' });
    await expect(trainRun(spec, stoppingAfter(store, 'trial', 2))).rejects.toThrow('stopped');
    const [run] = await listRuns(store);
    expect(run).toMatchObject({ status: 'interrupted', name: 'long' });
    const before = await trialsOf(store, run as RunRecord);
    expect(before.filter(({ status }) => status === 'finished')).toHaveLength(2);

    const resumed = await trainRun({ ...spec, resume: 'long' }, depsOf(store));
    expect(resumed.run).toMatchObject({ id: run?.id, status: 'finished' });
    const whole = await trainRun(spec, depsOf(store));
    const plain = (trained: typeof whole) =>
      trained.selection.trials?.map(({ params, score, status }) => ({ params, score, status }));
    expect(plain(resumed)).toEqual(plain(whole));
    expect(resumed.selection.choice).toEqual(whole.selection.choice);
    expect(await resumed.selection.outOfFold()).toEqual(await whole.selection.outOfFold());
    const after = await trialsOf(store, resumed.run);
    expect(after.filter(({ status }) => status === 'finished')).toHaveLength(4);
    for (const { id, status } of before)
      if (status === 'finished') expect(after.map((one) => one.id)).toContain(id);
  });

  it.each<[string, Partial<ModelingSpec>, string]>([
    ['another seed', { seed: 5 }, 'seed'],
    ['another space', { search: { ...SEARCH, space: { max_depth: 'int:2..9' } } }, 'space'],
    ['other parameters', { params: { n_estimators: 6 } }, 'parameters'],
    ['other folds', { cv: 2 }, 'folds'],
    ['other columns', { drop: ['sex'] }, 'columns'],
  ])('does not go on with %s', async (_, more, differs) => {
    const store = await temporaryStore();
    const spec = penguins({ search: SEARCH, name: 'long' });
    await expect(trainRun(spec, stoppingAfter(store, 'trial', 1))).rejects.toThrow('stopped');
    await expect(trainRun({ ...spec, ...more, resume: 'long' }, depsOf(store))).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      details: { differs: expect.arrayContaining([differs]) },
    });
    expect(await listRuns(store)).toMatchObject([{ status: 'interrupted' }]);
  });

  it('does not go on with a run that is finished, or was no search', async () => {
    const store = await temporaryStore();
    await trainRun(penguins({ search: SEARCH, name: 'whole', cv: 1 }), depsOf(store));
    await trainRun(penguins({ name: 'plain', cv: 1 }), depsOf(store));
    for (const resume of ['whole', 'plain']) {
      await expect(
        trainRun(penguins({ search: SEARCH, cv: 1, resume }), depsOf(store)),
      ).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
      });
    }
  });
});

describe('algorithm auto', () => {
  it('compares all but the package, says what each costs, and trains the best', async () => {
    const store = await temporaryStore();
    const { run, selection, model } = await trainRun(penguins({ algorithm: 'auto', cv: 2 }), depsOf(store));
    const board = selection.leaderboard ?? [];
    const compared = ALGORITHMS.map(({ name }) => name).filter((name) => name !== 'ml-random-forest');
    expect(board.map(({ algorithm }) => algorithm).sort()).toEqual([...compared].sort());
    for (const { status, file, fitSeconds, score } of board) {
      expect(status).toBe('finished');
      expect(file?.bytes).toBeGreaterThan(500);
      expect(file?.rowsPerSecond).toBeGreaterThan(100);
      expect(fitSeconds).toBeGreaterThan(0);
      expect(score?.high).toBeGreaterThanOrEqual(score?.mean as number);
    }
    const scores = board.map(({ score }) => score?.mean as number);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(model.manifest.algorithm).toBe(board[0]?.algorithm);
    const winner = ALGORITHMS.find(({ name }) => name === board[0]?.algorithm);
    expect(run.params).toMatchObject({
      algorithm: winner?.name,
      chosen_by: 'auto',
      ...RECIPES[winner?.recipe as keyof typeof RECIPES],
    });
    expect(await artifact(store, run, 'leaderboard.json')).toHaveLength(board.length);
  });

  it('takes parameters that an algorithm knows, and refuses what none does', async () => {
    const store = await temporaryStore();
    const spec = penguins({ algorithm: 'auto', params: { leaves: 3 } });
    await expect(trainRun(spec, depsOf(store))).rejects.toMatchObject({
      code: 'PARAM_INVALID',
      message: 'No algorithm has a parameter "leaves".',
    });
  });
});
