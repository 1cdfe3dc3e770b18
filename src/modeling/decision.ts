import type { Target } from '../data/target.js';
import { MlxError } from '../errors.js';
import { tuneThreshold } from '../stats/threshold.js';
import { fitCalibration } from '../training/calibration.js';
import { linkScores, type Model } from '../training/model.js';
import type { OutOfFold } from './cross-validation.js';
import type { LabelledTable } from './prepare.js';
import type { ModelingSpec, OnModelingEvent } from './spec.js';
import { type ThresholdRule, thresholdText } from './threshold-rule.js';

/** A model whose probabilities were made to mean what they say, and the probability from which on it says yes. */
export interface DecidedModel {
  readonly model: Model;
  /** See Manifest; undefined where nothing was asked for. */
  readonly threshold: number | undefined;
  /** What the threshold was tuned for, there and at one half; null where it was not tuned. */
  readonly tuned: TunedFor | null;
}

export interface TunedFor {
  readonly rule: string;
  readonly value: number;
  readonly valueAtHalf: number;
}

/** Whether rows that a model has not learned from are needed to decide. */
export function needsOutOfFold({ calibrate, threshold }: ModelingSpec): boolean {
  return calibrate !== undefined || typeof threshold === 'object';
}

/** @throws MlxError USAGE where the task has no probabilities, or more classes than a threshold can part */
export function checkDecision({ calibrate, threshold }: ModelingSpec, target: Target): void {
  if (calibrate !== undefined && target.task === 'regression') {
    throw new MlxError('USAGE', `--calibrate is for classes, and "${target.name}" is a number.`, {
      hint: 'Leave --calibrate out, or say --task classification.',
    });
  }
  if (threshold !== undefined && target.classes.length !== 2) {
    const what = target.task === 'regression' ? 'is a number' : `has ${target.classes.length} classes`;
    throw new MlxError('USAGE', `--threshold is for two classes, and "${target.name}" ${what}.`, {
      hint: 'Leave --threshold out: the most probable class is predicted.',
    });
  }
}

/**
 * Fits calibration and threshold on out-of-fold predictions of the training rows, as scikit-learn's
 * `CalibratedClassifierCV(ensemble=False)` and `TunedThresholdClassifierCV` do, for a model fitted on all of them.
 */
export function decide(
  model: Model,
  spec: ModelingSpec,
  train: LabelledTable,
  outOfFold: OutOfFold | null,
  onEvent: OnModelingEvent,
): DecidedModel {
  const { calibrate, threshold: rule } = spec;
  if (outOfFold === null) {
    return { model, threshold: typeof rule === 'number' ? rule : undefined, tuned: null };
  }
  const { rows, scores, predictions } = outOfFold;
  const at = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row] as number);
  const truth = at(train.target.values);
  const weights = train.weights === undefined ? undefined : at(train.weights);
  const { classes } = model;
  const calibration =
    calibrate === undefined
      ? null
      : fitCalibration(calibrate, { scores, probabilities: predictions, classes, truth, weights });
  const calibrated = { ...model, calibration };
  if (rule === undefined || typeof rule === 'number')
    return { model: calibrated, threshold: rule, tuned: null };
  const probabilities = linkScores(calibrated, scores);
  const ofLast = Float32Array.from(rows, (_, index) => probabilities[2 * index + 1] as number);
  return { model: calibrated, ...tune(truth, ofLast, rule, weights, onEvent) };
}

function tune(
  truth: Float64Array,
  probabilities: Float32Array,
  rule: Exclude<ThresholdRule, number>,
  weights: Float64Array | undefined,
  onEvent: OnModelingEvent,
): Pick<DecidedModel, 'threshold' | 'tuned'> {
  const { threshold, value, valueAtHalf } = tuneThreshold(truth, probabilities, rule, weights);
  const text = thresholdText(rule);
  if (Number.isNaN(value)) {
    onEvent({
      kind: 'warning',
      message: `No threshold fulfils ${text} on the training rows: it stays at 0.5.`,
    });
  }
  return { threshold, tuned: { rule: text, value, valueAtHalf } };
}
