import type { LearningCurve, ReportedMetric, Slices, TrainingReport } from '../../reports/training/report.js';
import { classificationIntervals, type MetricIntervals, regressionIntervals } from '../../stats/bootstrap.js';
import { metricDirection } from '../../tracking/metric-direction.js';
import { primaryMetric } from '../../tracking/primary-metric.js';
import type { TrainingHistory } from '../../training/fit.js';
import { linkScores, predictModel, scoreModel } from '../../training/model.js';
import { trainModel } from '../../training/train.js';
import { measure } from '../evaluate.js';
import { Explainer } from '../explain.js';
import type { MadeModel } from '../make-model.js';
import type { PreparedData } from '../prepare.js';
import type { Selection } from '../select.js';
import { measureSlices, type SlicedPredictions } from '../slices.js';
import type { ModelingSpec } from '../spec.js';
import { commandLine } from './command-line.js';
import { calibrationPart, curvePart } from './curve-part.js';
import { dataPart } from './data-part.js';
import { importancePart, shapPart } from './explanation-part.js';
import { figure } from './figure.js';
import {
  confusionPart,
  type HeldOut,
  probabilityPart,
  regressionPart,
  thresholdPart,
} from './prediction-part.js';
import { selectionPart } from './selection-part.js';

/** What a report is made of. */
export interface ReportInput {
  readonly spec: ModelingSpec;
  readonly data: PreparedData;
  readonly run: { readonly id: string; readonly name: string; readonly startedAt: string };
  readonly selection: Selection;
  readonly made: MadeModel;
  readonly environment: Readonly<Record<string, string>>;
  /** What each part of the run took, in seconds. */
  readonly timings: readonly { readonly name: string; readonly seconds: number }[];
  /** What the run warned of. */
  readonly warnings: readonly string[];
  readonly signal: AbortSignal;
}

const LEVEL = 0.95;
/** Resamples of large tables are fewer: rows × resamples. */
const RESAMPLED_ROWS = 4_000_000;
const RESAMPLES = { fewest: 100, most: 500 };

/** All that can be said of a run's model on its held-out rows. */
export async function trainingReport(input: ReportInput): Promise<TrainingReport> {
  const { spec, data, run, selection, made, environment, timings } = input;
  const { target } = data.test;
  const { manifest } = made.model;
  const heldOut: HeldOut = {
    truth: target.values,
    predictions: made.predictions,
    classes: target.classes,
    threshold: manifest.threshold,
  };
  const intervals = intervalsOf(heldOut, spec.seed);
  const primary = primaryMetric(made.metrics);
  const { importance, shap, before } = await explained(input, primary);
  return {
    version: 1,
    run: {
      ...run,
      algorithm: manifest.algorithm,
      task: target.task,
      target: target.name,
      classes: target.classes,
      createdAt: run.startedAt,
      mlxVersion: manifest.mlxVersion,
      model: { bytes: made.model.bytes, sha256: made.model.sha256 },
      certificate: made.model.certificate,
    },
    metrics: await metricsOf(input, intervals, primary),
    intervals: { level: LEVEL, method: 'percentile bootstrap of the held-out rows' },
    ...(input.warnings.length === 0 ? {} : { warnings: input.warnings }),
    ...selectionPart(selection),
    ...(target.task === 'regression'
      ? { regression: regressionPart(heldOut) }
      : {
          ...curvePart(heldOut, intervals),
          confusion: confusionPart(heldOut),
          calibration: {
            method: spec.calibrate ?? 'none',
            after: calibrationPart(heldOut.truth, heldOut.predictions, target.classes.length),
            ...(before === null
              ? {}
              : { before: calibrationPart(heldOut.truth, before, target.classes.length) }),
          },
        }),
    ...(target.classes.length === 2
      ? {
          probabilities: probabilityPart(heldOut),
          threshold: thresholdPart(heldOut, made.tuned?.rule ?? null),
        }
      : {}),
    importance,
    shap,
    ...learningPart(made.history),
    slices: slicesPart(input, heldOut, primary),
    data: dataPart(data),
    steps: made.pipeline.steps.map(({ step, inputs }) => `${step}: ${inputs.join(', ')}`),
    parameters: Object.entries(made.params).map(([name, value]) => ({
      name,
      value: String(value),
      isChosen: name in selection.choice.params,
    })),
    environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
    command: commandLine(spec),
    timings,
  };
}

function intervalsOf({ truth, predictions, classes, threshold }: HeldOut, seed: number): MetricIntervals {
  const wanted = Math.floor(RESAMPLED_ROWS / Math.max(1, truth.length));
  const resamples = Math.min(RESAMPLES.most, Math.max(RESAMPLES.fewest, wanted));
  const options = { seed, resamples, confidence: LEVEL };
  return classes.length > 0
    ? classificationIntervals(truth, predictions, classes.length, { ...options, threshold })
    : regressionIntervals(truth, predictions, options);
}

/** The primary metric first; beside each what a model would reach that knows the target's spread alone. */
async function metricsOf(
  { data, made, spec }: ReportInput,
  intervals: MetricIntervals,
  primary: string,
): Promise<readonly ReportedMetric[]> {
  const { train, test } = data;
  const nothing = { rows: 1, columns: 1, data: new Float32Array(1) };
  const { model } = await trainModel({
    algorithm: 'baseline',
    task: train.target.task,
    matrix: { rows: train.table.rows, columns: 1, data: new Float32Array(train.table.rows) },
    target: train.target.values,
    classes: train.target.classes.length,
    weights: train.weights,
    seed: spec.seed,
    workers: 1,
  });
  const one = predictModel(model, nothing);
  const same = Float32Array.from(
    { length: test.table.rows * one.length },
    (_, i) => one[i % one.length] as number,
  );
  const baseline = measure(test.target, test.target.values, same);
  const names = Object.keys(made.metrics);
  return [primary, ...names.filter((name) => name !== primary)].map((name) => ({
    name,
    value: figure(made.metrics[name]),
    low: figure(intervals[name]?.low),
    high: figure(intervals[name]?.high),
    baseline: figure(baseline[name]),
    better: metricDirection(name),
  }));
}

type Explained = Required<Pick<TrainingReport, 'importance' | 'shap'>> & {
  /** Predictions of the held-out rows before they were calibrated; null where they were not. */
  readonly before: Float32Array | null;
};

async function explained({ spec, data, made, signal }: ReportInput, metric: string): Promise<Explained> {
  const { scorer, calibration } = made.scoring;
  const explainer = await Explainer.open(made.bytes, { threads: 2, scorer });
  try {
    const { table, target } = data.test;
    const { scoring: model, importanceByFeature: importance } = made;
    const input = { explainer, model, table, target, importance, metric, seed: spec.seed, signal };
    const before =
      calibration === null
        ? null
        : linkScores({ ...model, calibration: null }, scoreModel(model, await explainer.features(table)));
    return { importance: await importancePart(input), shap: await shapPart(input), before };
  } finally {
    await explainer.release();
  }
}

function learningPart(history: readonly TrainingHistory[]): Pick<TrainingReport, 'learning'> {
  const [first] = history;
  if (first === undefined) return {};
  const metric = first.metric.replace(/^(training|validation)_/, '');
  const of = (part: string) => history.find((one) => one.metric === `${part}_${metric}`)?.values;
  const [train, validation] = [of('training'), of('validation')];
  const learning: LearningCurve = {
    metric,
    step: 'round',
    ...(train === undefined ? {} : { train: Array.from(train, figure) }),
    ...(validation === undefined ? {} : { validation: Array.from(validation, figure) }),
    best: validation === undefined ? null : bestOf(validation, metric),
  };
  return { learning };
}

function bestOf(values: Float64Array, metric: string): number {
  const best = metricDirection(metric) === 'higher' ? Math.max(...values) : Math.min(...values);
  return values.indexOf(best) + 1;
}

function slicesPart({ data, spec }: ReportInput, heldOut: HeldOut, metric: string): Slices {
  const { schema, test } = data;
  const shown = new Set(
    schema.columns.filter(({ role }) => role === 'feature' || role === 'group').map(({ name }) => name),
  );
  const columns = test.table.columns.filter(({ name }) => shown.has(name));
  const { truth, predictions, classes, threshold } = heldOut;
  const sliced = (
    classes.length > 0
      ? {
          task: 'classification',
          metric,
          truth,
          probabilities: predictions,
          classes: classes.length,
          threshold,
        }
      : { task: 'regression', metric, truth, predicted: predictions }
  ) as SlicedPredictions;
  const { overall, slices, worst } = measureSlices(columns, sliced, { seed: spec.seed });
  return {
    metric,
    better: metricDirection(metric) ?? 'higher',
    overall: figure(overall),
    columns: [...new Set(slices.map(({ column }) => column))].map((column) => ({
      column,
      slices: slices
        .filter((slice) => slice.column === column)
        .map((slice) => ({
          name: slice.label,
          rows: slice.rows,
          value: figure(slice.estimate),
          low: figure(slice.low),
          high: figure(slice.high),
          isWorse: worst.includes(slice),
        })),
    })),
  };
}
