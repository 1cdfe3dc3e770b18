import type { TrainingReport } from '../../reports/training/report.js';
import { primaryMetric } from '../../tracking/primary-metric.js';
import { linkScores, scoreModel } from '../../training/model.js';
import { Explainer } from '../explain.js';
import type { MadeModel } from '../make-model.js';
import type { PreparedData } from '../prepare.js';
import type { Selection } from '../select.js';
import type { ModelingSpec } from '../spec.js';
import { commandLine } from './command-line.js';
import { calibrationPart, curvePart } from './curve-part.js';
import { dataPart } from './data-part.js';
import { importancePart, shapPart } from './explanation-part.js';
import { figure } from './figure.js';
import { learningPart } from './learning-part.js';
import { intervalsOf, LEVEL, metricsOf } from './metrics-part.js';
import { parametersPart } from './parameters-part.js';
import {
  confusionPart,
  type HeldOut,
  probabilityPart,
  regressionPart,
  thresholdPart,
} from './prediction-part.js';
import { selectionPart } from './selection-part.js';
import { slicesPart } from './slices-part.js';

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
    ...outOfBagPart(made.outOfBag),
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
    parameters: parametersPart(made.params, manifest.algorithm, target.task),
    environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
    command: commandLine(spec),
    timings,
  };
}

function outOfBagPart(found: MadeModel['outOfBag']): Pick<TrainingReport, 'outOfBag'> {
  if (found === null) return {};
  const metrics = Object.entries(found.metrics).map(([name, value]) => ({ name, value: figure(value) }));
  return { outOfBag: { rows: found.rows, metrics } };
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
