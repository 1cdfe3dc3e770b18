import { splitRows } from '../data/split.js';
import { meanInterval } from '../stats/intervals.js';
import { momentsOf } from '../stats/moments.js';
import { type Matrix, takeMatrixRows } from '../training/matrix.js';
import { linkScores, type Model, scoreModel } from '../training/model.js';
import type { ParameterValue } from '../training/parameters.js';
import { trainModel } from '../training/train.js';
import { earlyStoppingRowsOfFold } from './early-stopping-rows.js';
import { measure } from './evaluate.js';
import type { FoldMatrices, FoldMatrix, FoldSource } from './fold-matrices.js';
import type { OnModelingEvent } from './spec.js';

export interface ValidationSpec {
  readonly algorithm: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
  /** Share of each fold's training rows that is learned from, stratified for classes; all when not given. */
  readonly share?: number | undefined;
  readonly seed: number;
  readonly workers: number | undefined;
  /** What the events tell of. */
  readonly metric: string;
  readonly signal: AbortSignal;
  readonly onEvent: OnModelingEvent;
}

export interface FoldScore {
  readonly trainRows: number;
  readonly testRows: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly fitMs: number;
}

/** A metric over the folds in which it could be computed. */
export interface MetricSummary {
  readonly folds: number;
  readonly mean: number;
  /** Sample standard deviation; NaN for one fold. */
  readonly sd: number;
  /**
   * Student's 95 % interval of the mean; NaN for one fold. Folds share training rows, so it is somewhat too narrow
   * (Bengio & Grandvalet 2004).
   */
  readonly low: number;
  readonly high: number;
}

/** What models say of rows that they were not trained on. */
export interface OutOfFold {
  /** The training rows that a fold was tested on, ascending: all but the first stretch where folds go by time. */
  readonly rows: Int32Array;
  /** Raw scores of those rows, see scoreModel: row-major rows × outputs. */
  readonly scores: Float32Array;
  /** Their probabilities, rows × classes, or values. */
  readonly predictions: Float32Array;
}

export interface CrossValidation {
  readonly folds: readonly FoldScore[];
  readonly summary: Readonly<Record<string, MetricSummary>>;
  readonly outOfFold: OutOfFold;
  /** The model of the first fold. */
  readonly firstModel: Model;
}

/**
 * Trains on each fold's training rows and measures on its test rows, the whole way from raw columns.
 * @throws MlxError what trainModel throws; the signal's reason when it is aborted
 */
export async function crossValidate(folds: FoldMatrices, spec: ValidationSpec): Promise<CrossValidation> {
  const scored: ScoredFold[] = [];
  for (let index = 0; index < folds.length; index++) {
    const fold = await scoreFold(await folds.at(index), folds.source, spec);
    scored.push(index === 0 ? fold : { ...fold, model: null });
    const score = { metric: spec.metric, value: fold.score.metrics[spec.metric] ?? Number.NaN };
    const { algorithm } = spec;
    spec.onEvent({ kind: 'fold', algorithm, done: index + 1, total: folds.length, score });
  }
  const scores = scored.map(({ score }) => score);
  return {
    folds: scores,
    summary: summarise(scores),
    outOfFold: joinParts(scored),
    firstModel: scored[0]?.model as Model,
  };
}

interface ScoredFold extends Pick<OutOfFold, 'rows' | 'scores' | 'predictions'> {
  readonly score: FoldScore;
  /** Null where it is not kept. */
  readonly model: Model | null;
}

async function scoreFold(fold: FoldMatrix, source: FoldSource, spec: ValidationSpec): Promise<ScoredFold> {
  const { algorithm, params, seed, workers, signal, onEvent } = spec;
  const { target } = fold.trainPart;
  const part = partOf(fold, spec);
  const { model, fitMs } = await trainModel({
    algorithm,
    task: target.task,
    matrix: part.matrix,
    target: part.target,
    classes: target.classes.length,
    classNames: target.classes,
    weights: part.weights,
    features: fold.fitted.pipeline.features,
    validationRows: earlyStoppingRowsOfFold(source, part.rows, params),
    params,
    seed,
    workers,
    signal,
    onProgress: onEvent,
  });
  const scores = scoreModel(model, fold.test);
  const predictions = linkScores(model, scores);
  const metrics = measure(target, fold.testPart.target.values, predictions, { metric: spec.metric });
  const score = { trainRows: part.matrix.rows, testRows: fold.test.rows, metrics, fitMs };
  return { score, model, rows: fold.rows.test, scores, predictions };
}

interface TrainingPart {
  /** Places in the training table. */
  readonly rows: Int32Array;
  readonly matrix: Matrix;
  readonly target: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** The rows of a fold that are learned from. */
function partOf(
  { train, trainPart, rows: fold }: FoldMatrix,
  { share = 1, seed }: ValidationSpec,
): TrainingPart {
  const { target, weights } = trainPart;
  if (share >= 1) return { rows: fold.train, matrix: train, target: target.values, weights };
  const isClassification = target.task === 'classification';
  const { test: own } = splitRows(train.rows, {
    testShare: share,
    seed,
    method: isClassification ? 'stratified' : 'random',
    ...(isClassification ? { classes: target.values } : {}),
  });
  const pick = (values: Float64Array): Float64Array => Float64Array.from(own, (row) => values[row] as number);
  return {
    rows: own.map((row) => fold.train[row] as number),
    matrix: takeMatrixRows(train, own),
    target: pick(target.values),
    weights: weights === undefined ? undefined : pick(weights),
  };
}

/** Every metric over the folds in which it could be computed. */
export function summarise(folds: readonly FoldScore[]): Readonly<Record<string, MetricSummary>> {
  const names = Object.keys(folds[0]?.metrics ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      summaryOf(Float64Array.from(folds, ({ metrics }) => metrics[name] ?? Number.NaN)),
    ]),
  );
}

function summaryOf(values: Float64Array): MetricSummary {
  const { count, mean, variance } = momentsOf(values);
  if (count < 2) return { folds: count, mean, sd: Number.NaN, low: Number.NaN, high: Number.NaN };
  const sd = Math.sqrt((variance * count) / (count - 1));
  const { low, high } = meanInterval({ count, mean, sd });
  return { folds: count, mean, sd, low, high };
}

/** The parts of all folds, in the order of the rows. */
function joinParts(parts: readonly ScoredFold[]): OutOfFold {
  const places = parts
    .flatMap((part) => Array.from(part.rows, (row, index) => ({ row, part, index })))
    .sort((a, b) => a.row - b.row);
  const joined = (pick: (part: ScoredFold) => Float32Array): Float32Array => {
    const first = parts[0];
    const width = first === undefined ? 0 : pick(first).length / first.rows.length;
    const all = new Float32Array(places.length * width);
    places.forEach(({ part, index }, place) => {
      all.set(pick(part).subarray(index * width, (index + 1) * width), place * width);
    });
    return all;
  };
  return {
    rows: Int32Array.from(places, ({ row }) => row),
    scores: joined((part) => part.scores),
    predictions: joined((part) => part.predictions),
  };
}
