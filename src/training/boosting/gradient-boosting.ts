import { setImmediate as nextTurn } from 'node:timers/promises';
import { MlxError } from '../../errors.js';
import { createRandom } from '../../stats/random.js';
import { outputsOf, type Tree, type TreeEnsemble } from '../ensemble.js';
import type { FitInput, FittedModel, TrainingHistory } from '../fit.js';
import { impurityImportance } from '../importance.js';
import { roundLeavesToGrid } from '../leaf-grid.js';
import { WorkerPool } from '../worker-pool.js';
import { binColumns, cutColumns } from './bin-columns.js';
import { readConstraints } from './constraints.js';
import { workAlone } from './crew.js';
import { type Layout, layOut, weightsAt } from './layout.js';
import { objectiveOf, type PreparedTarget, prepareTarget } from './objectives.js';
import { type BoostingJob, type BoostingResult, boost } from './rounds.js';
import { drawValidation } from './sample.js';
import type { BoostingSettings } from './settings.js';
import { createWork } from './tasks.js';

type Boosted = Extract<BoostingResult, { readonly kind: 'boosted' }>;

/** Below so many cell visits a model is boosted sooner than threads are started. */
const SMALL_WORK = 20_000_000;
/** How long the event loop waits at most where there are no threads, in milliseconds. */
const TURN_MS = 20;

/**
 * Boosts trees on gradients, in parallel by column. The result depends on the data, the parameters and the seed; the number
 * of workers changes no byte of it.
 *
 * @throws MlxError PARAM_INVALID, TARGET_UNUSABLE, TRAINING_FAILED; the signal's reason
 */
export async function fitGradientBoosting(input: FitInput): Promise<FittedModel> {
  const { matrix, task, classes, params } = input;
  const rounds = params.n_estimators as number;
  const outputs = outputsOf(task, classes);
  const settings = readSettings(input);
  const visits = matrix.rows * matrix.columns * rounds * outputs;
  const workers = Math.min(input.workers, Math.max(matrix.columns, 2));
  const pool = workers === 1 || visits < SMALL_WORK ? undefined : new WorkerPool(workers);
  try {
    const { job, target } = await prepare(input, settings);
    const boosted = await run(job, pool, input);
    const fitted = assemble(boosted, target, job, input);
    const { length: done } = boosted.training;
    return input.signal?.aborted === true ? { ...fitted, partial: { done, total: rounds } } : fitted;
  } finally {
    await pool?.close();
  }
}

function readSettings(input: FitInput): BoostingSettings {
  const { params, task, classes, matrix } = input;
  const usual = task === 'classification' ? 'log_loss' : 'squared_error';
  const name = params.objective === 'auto' ? usual : (params.objective as string);
  const features = input.features ?? Array.from({ length: matrix.columns }, (_, column) => `f${column}`);
  const monotone = readConstraints(params.monotone_constraints as string, features);
  if (outputsOf(task, classes) > 1 && monotone.some((direction) => direction !== 0)) {
    throw new MlxError('PARAM_INVALID', 'monotone_constraints cannot hold for more than two classes.', {
      hint: 'Leave them out, or learn one class against the rest.',
      details: { parameter: 'monotone_constraints' },
    });
  }
  const orInfinity = (value: unknown) => (value === 'none' ? Number.POSITIVE_INFINITY : (value as number));
  return {
    objective: objectiveOf(name, task, classes),
    rounds: params.n_estimators as number,
    learningRate: params.learning_rate as number,
    numLeaves: Math.min(params.num_leaves as number, Math.max(matrix.rows, 2)),
    maxDepth: orInfinity(params.max_depth),
    leastRows: params.min_child_samples as number,
    leastHessian: params.min_child_weight as number,
    lambda: params.reg_lambda as number,
    alpha: params.reg_alpha as number,
    leastGain: params.min_split_gain as number,
    subsample: params.subsample as number,
    colsample: params.colsample_bytree as number,
    monotone,
    patience: orInfinity(params.early_stopping_rounds),
    seed: input.seed,
  };
}

/** Bins, targets and weights in the memory that the threads share. */
async function prepare(
  input: FitInput,
  settings: BoostingSettings,
): Promise<{ readonly job: BoostingJob; readonly target: PreparedTarget }> {
  const { matrix, classes, params, signal } = input;
  const { order, trainingRows } = orderRows(input, settings);
  const { rows } = matrix;
  const inOrder = (values: Float64Array) =>
    order === null ? values : Float64Array.from(order, (row) => values[row] as number);
  const weights = input.weights === undefined ? null : inOrder(input.weights);
  const target = prepareTarget(settings.objective, inOrder(input.target), weights, trainingRows, classes);
  const mostBins = params.max_bin as number;
  const { cuts, hasMissing } = await cutColumns(matrix, order, trainingRows, mostBins, signal);
  const layout = layOut({
    rows,
    trainingRows,
    bins: Int32Array.from(cuts, ({ length }) => length),
    hasMissing,
    outputs: target.start.length,
    isWeighted: weights !== null,
    numLeaves: settings.numLeaves,
  });
  await binColumns(matrix, order, cuts, layout, signal);
  writeRows(layout, target, weights);
  const { unit } = target;
  const lossConstants = [
    lossConstant(settings, target.values, weights, 0, trainingRows),
    lossConstant(settings, target.values, weights, trainingRows, rows),
  ] as const;
  const scaled = { ...settings, alpha: settings.alpha / unit, leastGain: settings.leastGain / unit ** 2 };
  const stop = new Int32Array(new SharedArrayBuffer(4));
  return { job: { kind: 'boosting', layout, settings: scaled, cuts, unit, lossConstants, stop }, target };
}

/** The rows to train on come first, then those that early stopping is judged by. */
function orderRows(
  { matrix, task, target, validationRows, params, seed }: FitInput,
  { patience }: BoostingSettings,
): { readonly order: Int32Array | null; readonly trainingRows: number } {
  const { rows } = matrix;
  if (patience === Number.POSITIVE_INFINITY) return { order: null, trainingRows: rows };
  const share = params.validation_fraction as number;
  const classOf = task === 'classification' ? target : null;
  const judging = validationRows ?? drawValidation(rows, share, classOf, createRandom(seed, 2 ** 32 - 1));
  const isJudging = new Uint8Array(rows);
  for (const row of judging) isJudging[row] = 1;
  const learning = Int32Array.from(isJudging.keys()).filter((row) => isJudging[row] === 0);
  if (learning.length === 0 || judging.length === 0) {
    throw new MlxError(
      'PARAM_INVALID',
      `early_stopping_rounds needs rows to judge by, and there are ${rows} in all.`,
      {
        hint: 'Leave early_stopping_rounds out, or raise validation_fraction.',
        details: { parameter: 'early_stopping_rounds', rows },
      },
    );
  }
  return { order: concat(learning, judging), trainingRows: learning.length };
}

function concat(first: Int32Array, second: Int32Array): Int32Array {
  const all = new Int32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function writeRows(layout: Layout, { values, start }: PreparedTarget, weights: Float64Array | null): void {
  const { memory, at, rows } = layout;
  new Float64Array(memory.buffer, at.targets, rows).set(values);
  start.forEach((score, output) => {
    new Float64Array(memory.buffer, at.scores + 8 * rows * output, rows).fill(score);
  });
  if (weights !== null) new Float64Array(memory.buffer, weightsAt(layout), rows).set(weights);
  const ids = new Int32Array(memory.buffer, at.ids, rows);
  for (let row = 0; row < rows; row++) ids[row] = row;
}

/** What the kernel leaves out of Poisson's loss: the mean of y·log y − y. */
function lossConstant(
  { objective }: BoostingSettings,
  target: Float64Array,
  weights: Float64Array | null,
  start: number,
  end: number,
): number {
  if (objective.name !== 'poisson') return 0;
  let sum = 0;
  let total = 0;
  for (let row = start; row < end; row++) {
    const value = target[row] as number;
    const weight = weights === null ? 1 : (weights[row] as number);
    sum += weight * (value === 0 ? 0 : value * Math.log(value) - value);
    total += weight;
  }
  return sum / total;
}

async function run(job: BoostingJob, pool: WorkerPool | undefined, input: FitInput): Promise<Boosted> {
  const { onProgress, signal, keepsPartial = false } = input;
  let boosted: Boosted | undefined;
  const take = (result: BoostingResult): void => {
    if (result.kind === 'boosted') boosted = result;
    else {
      const { done, metric, value } = result;
      onProgress?.({ kind: 'trees', done, total: job.settings.rounds, score: { metric, value } });
    }
  };
  const stopAfterRound = (): void => {
    Atomics.store(job.stop, 0, 1);
  };
  if (keepsPartial) {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stopAfterRound);
  }
  const ending = keepsPartial ? undefined : signal;
  try {
    await runAll(job, pool, take, ending);
  } finally {
    signal?.removeEventListener('abort', stopAfterRound);
  }
  if (boosted === undefined) throw new MlxError('INTERNAL', 'boosting ended without a model');
  return boosted;
}

async function runAll(
  job: BoostingJob,
  pool: WorkerPool | undefined,
  take: (result: BoostingResult) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (pool !== undefined) await pool.run<BoostingResult>(job, take, signal);
  else {
    const runPhase = workAlone(createWork({ ...job.settings, layout: job.layout }));
    let turnedAt = performance.now();
    for (const result of boost(job, runPhase)) {
      take(result);
      if (performance.now() - turnedAt > TURN_MS) {
        await nextTurn();
        turnedAt = performance.now();
      }
      signal?.throwIfAborted();
    }
  }
}

function assemble(boosted: Boosted, target: PreparedTarget, job: BoostingJob, input: FitInput): FittedModel {
  const { task, classes, matrix } = input;
  const { outputs, trainingRows } = job.layout;
  const { objective } = job.settings;
  const grown = boosted.trees.length > 0 ? boosted.trees : [stump(outputs, trainingRows)];
  const trees = grown.map((tree) => ({ ...tree, value: tree.value.map((value) => value * target.unit) }));
  roundLeavesToGrid(trees);
  const scorer: TreeEnsemble = {
    kind: 'trees',
    columns: matrix.columns,
    outputs,
    trees,
    base: target.base,
    divisor: 1,
  };
  const history: TrainingHistory[] = [
    { metric: `training_${objective.metric}`, values: boosted.training },
    { metric: `validation_${objective.metric}`, values: boosted.validation },
  ];
  return {
    model: { task, classes, scorer, link: objective.link, calibration: null },
    importance: impurityImportance([boosted.gains], matrix.columns),
    history: history.filter(({ values }) => values.length > 0),
  };
}

/** A tree that says nothing, where no split gained anything. */
function stump(outputs: number, rows: number): Tree {
  return {
    feature: Int32Array.of(-1),
    threshold: Float32Array.of(0),
    left: Int32Array.of(0),
    right: Int32Array.of(0),
    missingLeft: Uint8Array.of(1),
    cover: Float32Array.of(rows),
    value: new Float64Array(outputs),
  };
}
