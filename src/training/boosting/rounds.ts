import { createRandom } from '../../stats/random.js';
import type { Tree } from '../ensemble.js';
import type { RunPhase } from './crew.js';
import { LeafwiseGrower } from './grow.js';
import type { Layout } from './layout.js';
import { createMeasure } from './objectives.js';
import { precisionOf, type Scales, scalesOf } from './precision.js';
import { drawRows } from './sample.js';
import type { BoostingSettings } from './settings.js';
import { chunksOf, openDesk, PHASES, WORDS } from './tasks.js';

/** Everything that a model is boosted from; plain data on shared memory, so that it can be posted. */
export interface BoostingJob {
  readonly kind: 'boosting';
  readonly layout: Layout;
  readonly settings: BoostingSettings;
  /** Largest value of each bin of each column. */
  readonly cuts: readonly Float32Array[];
  /** What the scores of the objective are multiplied by to be in units of the target. */
  readonly unit: number;
  /** What the mean losses lack that does not depend on scores: of the rows to train on, and of those to judge by. */
  readonly lossConstants: readonly [number, number];
  /** A shared cell: not 0 once no further round is wanted. */
  readonly stop: Int32Array;
}

/** What boosting tells: the loss after each round, and all at the end. */
export type BoostingResult =
  | { readonly kind: 'round'; readonly done: number; readonly metric: string; readonly value: number }
  | {
      readonly kind: 'boosted';
      readonly trees: readonly Tree[];
      readonly gains: Float64Array;
      readonly training: Float64Array;
      /** Empty where there are no rows to judge by. */
      readonly validation: Float64Array;
    };

interface Losses {
  readonly training: number;
  readonly validation: number;
}

/** Streams of random numbers: rows and columns of round r are drawn from streams 2r and 2r + 1. */
const STREAMS = 2;

/**
 * Boosts round by round on the leading thread: J. H. Friedman, "Greedy function approximation", Annals of Statistics 29,
 * 2001, with second-order leaf values.
 *
 * @throws MlxError TRAINING_FAILED where it diverges
 */
export function* boost(job: BoostingJob, runPhase: RunPhase): Generator<BoostingResult> {
  const { settings, layout } = job;
  const booster = new Booster(job, runPhase);
  const training: number[] = [];
  const validation: number[] = [];
  const metric = settings.objective.metric;
  let bestRound = 0;
  let best = Number.POSITIVE_INFINITY;
  let losses = booster.measure();
  for (let round = 0; round < settings.rounds; round++) {
    if (!booster.addRound(round)) break;
    losses = booster.measure();
    training.push(losses.training);
    const isJudged = layout.rows > layout.trainingRows;
    if (isJudged) validation.push(losses.validation);
    const value = isJudged ? losses.validation : losses.training;
    yield {
      kind: 'round',
      done: round + 1,
      metric: isJudged ? `validation_${metric}` : `training_${metric}`,
      value,
    };
    if (!isJudged || value < best) {
      best = value;
      bestRound = round + 1;
    }
    if (round + 1 - bestRound >= settings.patience || Atomics.load(job.stop, 0) !== 0) break;
  }
  yield {
    kind: 'boosted',
    ...booster.finish(bestRound),
    training: Float64Array.from(training),
    validation: Float64Array.from(validation),
  };
}

class Booster {
  readonly #job: BoostingJob;
  readonly #runPhase: RunPhase;
  readonly #grower: LeafwiseGrower;
  readonly #desk;
  readonly #partials: Float64Array;
  readonly #ids: Int32Array;
  readonly #weights: Float64Array | null;
  readonly #trees: Tree[] = [];
  readonly #gains: Float64Array[] = [];

  constructor(job: BoostingJob, runPhase: RunPhase) {
    const { layout, settings, cuts } = job;
    const { memory, at, rows } = layout;
    this.#job = job;
    this.#runPhase = runPhase;
    this.#desk = openDesk(layout);
    this.#grower = new LeafwiseGrower(layout, settings, cuts, this.#desk, runPhase);
    const { training, validation } = chunksOf(layout);
    this.#partials = new Float64Array(memory.buffer, at.partials, 3 * (training + validation));
    this.#ids = new Int32Array(memory.buffer, at.ids, rows);
    this.#weights = layout.isWeighted ? new Float64Array(memory.buffer, at.weights, rows) : null;
  }

  /** The losses at the present scores; with one score a row, writes the gradients too. */
  measure(): Losses {
    const { layout, settings, unit, lossConstants } = this.#job;
    const { training, validation } = chunksOf(layout);
    this.#desk.words[WORDS.output] = 0;
    this.#runPhase(layout.outputs > 1 ? PHASES.logSums : PHASES.loss, training + validation);
    const measureOf = createMeasure(settings.objective, unit);
    const meanOf = (from: number, to: number, start: number, end: number) =>
      this.#sumOfPartials(from, to, 0) / this.#weightOf(start, end);
    return {
      training: measureOf(meanOf(0, training, 0, layout.trainingRows), lossConstants[0]),
      validation: measureOf(
        meanOf(training, training + validation, layout.trainingRows, layout.rows),
        lossConstants[1],
      ),
    };
  }

  /** Grows one tree for each output; false where none of them found a split. */
  addRound(round: number): boolean {
    const { layout, settings } = this.#job;
    const { outputs, trainingRows } = layout;
    this.#drawColumns(round);
    if (!this.#desk.columnsUsed.includes(1)) return false;
    let hasSplit = false;
    for (let output = 0; output < outputs; output++) {
      this.#desk.words[WORDS.output] = output;
      const { training, validation } = chunksOf(layout);
      if (outputs > 1) this.#runPhase(PHASES.loss, training + validation);
      const scales = this.#roundGradients(training);
      const rows = drawRows(
        this.#ids,
        trainingRows,
        settings.subsample,
        createRandom(settings.seed, STREAMS * round),
      );
      const isTable = rows === trainingRows;
      if (!isTable) this.#share(PHASES.gather, 0, rows);
      const { leaves, gains } = this.#grower.grow(scales, rows, isTable);
      hasSplit ||= leaves > 1;
      this.#gains.push(gains);
      this.#settleLeaves(leaves);
      this.#trees.push(this.#grower.finish(outputs, output, (start, end) => this.#coverOf(start, end)));
      this.#score(leaves, rows);
    }
    return hasSplit;
  }

  /** The model after so many rounds; at least one tree, though it be of one leaf. */
  finish(rounds: number): { readonly trees: readonly Tree[]; readonly gains: Float64Array } {
    const { outputs, bins } = this.#job.layout;
    const trees = this.#trees.slice(0, rounds * outputs);
    const gains = new Float64Array(bins.length);
    for (const own of this.#gains.slice(0, rounds * outputs)) {
      own.forEach((gain, column) => {
        (gains[column] as number) += gain;
      });
    }
    return { trees, gains };
  }

  #roundGradients(chunks: number): Scales {
    const { layout } = this.#job;
    const peakOf = (part: number) => {
      let peak = 0;
      for (let chunk = 0; chunk < chunks; chunk++) {
        const own = this.#partials[3 * chunk + part] as number;
        // a peak that is no number is told by scalesOf
        peak = own >= peak || Number.isNaN(own) ? own : peak;
      }
      return peak;
    };
    const scales = scalesOf(peakOf(1), peakOf(2), precisionOf(layout.trainingRows));
    this.#desk.numbers.set([scales.gradient, scales.hessian]);
    this.#runPhase(PHASES.round, chunks);
    return scales;
  }

  /** Leaf values by the learning rate; those of the absolute error are medians. */
  #settleLeaves(leaves: number): void {
    const { objective, learningRate } = this.#job.settings;
    const { leafValues, words } = this.#desk;
    if (objective.name === 'absolute_error') {
      const tasks = Math.min(leaves, 512);
      words[WORDS.leaves] = leaves;
      words[WORDS.tasks] = tasks;
      this.#runPhase(PHASES.renew, tasks);
      for (let leaf = 0; leaf < leaves; leaf++)
        leafValues[leaf] = this.#grower.boundValue(leaf, leafValues[leaf] as number);
    }
    for (let leaf = 0; leaf < leaves; leaf++) (leafValues[leaf] as number) *= learningRate;
  }

  /** Adds the leaf values to the scores of all rows: by leaf of those in the tree, by their bins of the others. */
  #score(leaves: number, rows: number): void {
    const { layout } = this.#job;
    this.#desk.words[WORDS.leaves] = leaves;
    this.#share(PHASES.update, 0, rows);
    if (rows === layout.rows) return;
    this.#grower.writeNodeValues();
    this.#share(PHASES.traverse, rows, layout.rows);
  }

  #share(phase: number, start: number, end: number): void {
    this.#desk.words[WORDS.start] = start;
    this.#desk.words[WORDS.end] = end;
    this.#runPhase(phase, Math.ceil((end - start) / this.#job.layout.chunkRows));
  }

  #drawColumns(round: number): void {
    const { settings, layout } = this.#job;
    const { columnsUsed } = this.#desk;
    const able = [...layout.bins.keys()].filter((column) => isSplittable(layout, column));
    columnsUsed.fill(0);
    const wanted = Math.max(1, Math.round(able.length * settings.colsample));
    if (wanted < able.length) createRandom(settings.seed, STREAMS * round + 1).shuffle(able);
    for (const column of able.slice(0, wanted)) columnsUsed[column] = 1;
  }

  #coverOf(start: number, end: number): number {
    const weights = this.#weights;
    if (weights === null) return end - start;
    let sum = 0;
    for (let i = start; i < end; i++) sum += weights[this.#ids[i] as number] as number;
    return sum;
  }

  #weightOf(start: number, end: number): number {
    if (this.#weights === null) return end - start;
    return this.#weights.subarray(start, end).reduce((sum, weight) => sum + weight, 0);
  }

  #sumOfPartials(from: number, to: number, part: number): number {
    let sum = 0;
    for (let chunk = from; chunk < to; chunk++) sum += this.#partials[3 * chunk + part] as number;
    return sum;
  }
}

/** Whether a column may have a split: two bins of values, or one beside missing values. */
function isSplittable({ bins, hasMissing }: Layout, column: number): boolean {
  return (bins[column] as number) + (hasMissing[column] as number) > 1;
}
