import type { TrainingTask } from '../training/ensemble.js';
import { type ParameterValue, resolveParameters } from '../training/parameters.js';
import { drawParameters } from '../training/search/draw.js';
import { halvingRungs } from '../training/search/halving.js';
import type { Contender } from './contender.js';
import type { FoldMatrices } from './fold-matrices.js';
import type { TrialRunner } from './trial.js';
import { trialKey } from './trial-log.js';
import { ranked } from './trial-order.js';
import type { Trial } from './trial-record.js';

export interface ContenderSearch {
  readonly contender: Contender;
  readonly folds: FoldMatrices;
  readonly method: 'random' | 'halving';
  /** Infinity where the time decides. */
  readonly trials: number;
  /** See withDeadline. */
  readonly deadline: number;
}

/** How many trials a search will come to, at most; Infinity where the time decides. */
export function plannedTrials({
  contender,
  folds,
  method,
  trials,
}: Omit<ContenderSearch, 'deadline'>): number {
  if (contender.space.length === 0) return 1;
  if (method === 'random') return trials;
  const rungs = halvingRungs(trials, folds.source.data.train.table.rows, fewestRowsOf(folds));
  return rungs.reduce((sum, rung) => sum + rung.candidates, 0);
}

/** As scikit-learn's min_resources='smallest': two rows of each class in each fold. */
function fewestRowsOf(folds: FoldMatrices): number {
  const { classes } = folds.source.data.train.target;
  return 2 * Math.max(1, classes.length) * Math.max(2, folds.length);
}

/** So often in a row the same parameters are drawn before the space is taken to be exhausted. */
const MOST_REPEATS = 200;

/**
 * Tries sets of parameters of one algorithm; the first is what was given, with the defaults.
 * @returns all trials; the last may have been stopped by the deadline
 */
export function search(runner: TrialRunner, what: ContenderSearch): Promise<readonly Trial[]> {
  return what.method === 'random' ? searchRandom(runner, what) : searchHalving(runner, what);
}

async function searchRandom(runner: TrialRunner, what: ContenderSearch): Promise<readonly Trial[]> {
  const { contender, folds, trials, deadline } = what;
  const done: Trial[] = [];
  for (const params of candidates(what)) {
    if (done.length >= trials || performance.now() >= deadline) break;
    done.push(await runner.run({ contender, folds, params, share: 1, deadline }));
    dropAllBut(ranked(done)[0], done);
  }
  return done;
}

/** Successive halving with rows as the resource: see halvingRungs. */
async function searchHalving(runner: TrialRunner, what: ContenderSearch): Promise<readonly Trial[]> {
  const { contender, folds, trials, deadline } = what;
  const { table } = folds.source.data.train;
  const first = take(candidates(what), trials);
  const rungs = halvingRungs(first.length, table.rows, fewestRowsOf(folds));
  const done: Trial[] = [];
  let left: readonly Readonly<Record<string, ParameterValue>>[] = first;
  for (const [index, { rows }] of rungs.entries()) {
    const share = index === rungs.length - 1 ? 1 : rows / table.rows;
    const rung: Trial[] = [];
    for (const params of left) {
      if (performance.now() >= deadline) return [...done, ...rung];
      rung.push(await runner.run({ contender, folds, params, share, deadline }));
      dropAllBut(ranked(rung)[0], rung);
    }
    done.push(...rung);
    left = ranked(rung)
      .slice(0, rungs[index + 1]?.candidates ?? 1)
      .map(({ record }) => record.params);
  }
  return done;
}

/** Out-of-fold scores are kept of the best alone. */
function dropAllBut(best: Trial | undefined, trials: Trial[]): void {
  for (const [index, trial] of trials.entries()) {
    if (trial !== best && trial.validation !== null) trials[index] = { ...trial, validation: null };
  }
}

/** Sets of parameters, no two equal, for as long as new ones are drawn. */
function* candidates({
  contender,
  folds,
}: ContenderSearch): Generator<Readonly<Record<string, ParameterValue>>> {
  const { algorithm, given, space } = contender;
  const { seed, data } = folds.source;
  const task: TrainingTask = data.train.target.task;
  const first = resolveParameters(algorithm, task, given);
  yield first;
  const seen = new Set([trialKey(algorithm.name, { params: first, share: 1 })]);
  let repeats = 0;
  for (let trial = 1; space.length > 0 && repeats < MOST_REPEATS; trial++) {
    const drawn = drawParameters(space, seed, trial);
    const params = resolveParameters(algorithm, task, { ...given, ...drawn });
    const key = trialKey(algorithm.name, { params, share: 1 });
    repeats = seen.has(key) ? repeats + 1 : 0;
    if (repeats > 0) continue;
    seen.add(key);
    yield params;
  }
}

function take<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length >= count) break;
    taken.push(item);
  }
  return taken;
}
