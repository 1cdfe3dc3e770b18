import { describe, expect, it } from 'vitest';
import { confusionMatrix } from '#mlx/stats/metrics/confusion.js';
import { classificationMetrics, regressionMetrics } from '#mlx/stats/metrics.js';
import { expectClose, golden } from './closeness.js';

interface ClassificationAnswer {
  name: string;
  truth: number[];
  probabilities: number[];
  dtype: 'float32' | 'float64';
  classes: number;
  positive: number | null;
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
  roc_auc: number | 'partial' | null;
  log_loss: number;
  confusion: number[];
}

const answers = golden<{
  classification: ClassificationAnswer[];
  regression: {
    name: string;
    truth: number[];
    predicted: number[];
    rmse: number;
    mae: number;
    r2: number | null;
  }[];
}>('stats_metrics');

describe('classification metrics', () => {
  it.each(answers.classification)('equal scikit-learn: $name', (answer) => {
    const single = answer.dtype === 'float32';
    const probabilities = (single ? Float32Array : Float64Array).from(answer.probabilities);
    const options = answer.positive === null ? {} : { positive: answer.positive };
    const metrics = classificationMetrics(answer.truth, probabilities, answer.classes, options);
    for (const name of ['accuracy', 'precision', 'recall', 'f1'] as const)
      expectClose(metrics[name], answer[name]);
    if (answer.roc_auc !== 'partial') expectClose(metrics.roc_auc, answer.roc_auc ?? Number.NaN);
    // scikit-learn computes float32 losses in float32
    expectClose(metrics.log_loss, answer.log_loss, single ? 1e-5 : 1e-12);
  });

  it.each(answers.classification)('confusion matrix equals scikit-learn: $name', (answer) => {
    const predicted = answer.truth.map((_, row) => {
      const own = answer.probabilities.slice(row * answer.classes, (row + 1) * answer.classes);
      return own.indexOf(Math.max(...own));
    });
    expect([...confusionMatrix(answer.truth, predicted, answer.classes)]).toEqual(answer.confusion);
  });

  it('average AUC over the classes that occur', () => {
    const probabilities = Float64Array.of(0.7, 0.2, 0.1, 0.3, 0.6, 0.1, 0.6, 0.3, 0.1, 0.5, 0.4, 0.1);
    expect(classificationMetrics([0, 1, 0, 1], probabilities, 3).roc_auc).toBe(1);
  });

  it('have no AUC for one class, and nothing for no rows', () => {
    expect(classificationMetrics([1, 1], Float32Array.of(0.5, 0.5, 0.2, 0.8), 2).roc_auc).toBeNaN();
    expect(classificationMetrics([2, 2], Float32Array.of(0, 0, 1, 0, 1, 0), 3).roc_auc).toBeNaN();
    const none = classificationMetrics([], new Float32Array(0), 2);
    expect(Object.values(none)).toEqual(Object.values(none).map(() => Number.NaN));
  });

  it('tell labels by a threshold, which a score that equals it reaches', () => {
    const probabilities = Float32Array.of(0.9, 0.1, 0.7, 0.3, 0.4, 0.6);
    const at = (threshold?: number) => classificationMetrics([0, 1, 1], probabilities, 2, { threshold });
    expect(at()).toMatchObject({ accuracy: 2 / 3, recall: 0.5 });
    expect(at(0.3)).toMatchObject({ accuracy: 1, recall: 1, precision: 1 });
    expect(at(0.05)).toMatchObject({ accuracy: 2 / 3, recall: 1, precision: 2 / 3 });
    expect(at(0.05).log_loss).toBe(at().log_loss);
  });

  it('have no AUC where a score is NaN', () => {
    expect(classificationMetrics([0, 1], Float64Array.of(0.5, Number.NaN, 0.2, 0.8), 2).roc_auc).toBeNaN();
  });

  it.each([
    ['NaN', [0, Number.NaN]],
    ['too large', [0, 2]],
    ['negative', [0, -1]],
    ['not whole', [0, 0.5]],
  ])('refuse a class index that is %s', (_, truth) => {
    expect(() => classificationMetrics(truth, Float64Array.of(1, 0, 1, 0), 2)).toThrow(
      /Row 1 has the class index/,
    );
  });

  it('refuse probabilities that do not fit the rows', () => {
    expect(() => classificationMetrics([0, 1], Float64Array.of(1, 0, 1), 2)).toThrow(/3 probabilities/);
  });
});

describe('regression metrics', () => {
  it.each(answers.regression)('equal scikit-learn: $name', ({ truth, predicted, rmse, mae, r2 }) => {
    const metrics = regressionMetrics(truth, predicted);
    expectClose(metrics.rmse, rmse, 1e-12);
    expectClose(metrics.mae, mae, 1e-12);
    expectClose(metrics.r2, r2 ?? Number.NaN, 1e-6);
  });

  it('have no share of a truth that is 0', () => {
    expect(regressionMetrics([0, 1], [1, 1])).toMatchObject({ mae: 0.5, mape: Number.NaN });
  });

  it('are NaN for no rows and refuse unequal lengths', () => {
    expect(Object.values(regressionMetrics([], []))).toEqual(Array(7).fill(Number.NaN));
    expect(() => regressionMetrics([1], [1, 2])).toThrow(/2 predictions/);
  });
});
