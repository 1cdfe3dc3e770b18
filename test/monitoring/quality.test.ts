import { describe, expect, it } from 'vitest';
import { type LabelledPrediction, liveQuality } from '#mlx/monitoring/quality.js';

const row = (
  label: string | number | null,
  prediction: string | number,
  yes: number | null = 0.5,
): LabelledPrediction => ({
  label,
  prediction,
  probabilities: yes === null ? null : { yes, no: 1 - yes },
});

describe('live quality of a classifier', () => {
  const classes = ['no', 'yes'];

  it('measures what has a label and counts the rest', () => {
    const rows = [
      row('yes', 'yes', 0.9),
      row('no', 'yes', 0.6),
      row('no', 'no', 0.2),
      row(null, 'yes'),
      row('maybe', 'no'),
    ];
    expect(liveQuality(rows, 'classification', classes)).toEqual({
      task: 'classification',
      total: 5,
      labelled: 3,
      unknown_labels: 1,
      metrics: {
        accuracy: 2 / 3,
        precision: 0.5,
        recall: 1,
        f1: 2 / 3,
        roc_auc: 1,
        balanced_accuracy: 0.75,
        mcc: 0.5,
        pr_auc: 1,
        log_loss: expect.closeTo(-(Math.log(0.9) + Math.log(0.4) + Math.log(0.8)) / 3, 6),
        brier: expect.closeTo((0.01 + 0.36 + 0.04) / 3, 6),
        calibration_error: expect.closeTo((0.1 + 0.6 + 0.2) / 3, 6),
      },
    });
  });

  it('judges the answer that the client saw, not the most probable class', () => {
    const rows = [row('yes', 'yes', 0.3), row('no', 'no', 0.1)];
    expect(liveQuality(rows, 'classification', classes).metrics).toMatchObject({ accuracy: 1, recall: 1 });
  });

  it('has no AUC and log loss where a probability is missing, and no AUC for one class', () => {
    const partly = liveQuality(
      [row('yes', 'yes', null), row('no', 'no', 0.1)],
      'classification',
      classes,
    ).metrics;
    expect(partly).toMatchObject({ accuracy: 1, roc_auc: null, log_loss: null });
    const oneClass = liveQuality([row('yes', 'yes', 0.9)], 'classification', classes).metrics;
    expect(oneClass.roc_auc).toBeNull();
    expect(oneClass.log_loss).toBeCloseTo(-Math.log(0.9), 6);
  });

  it('takes number labels for numeric classes', () => {
    const rows = [
      { label: 1, prediction: 1, probabilities: { '0': 0.2, '1': 0.8 } },
      { label: '0', prediction: 1, probabilities: { '0': 0.4, '1': 0.6 } },
    ];
    const quality = liveQuality(rows, 'classification', ['0', '1']);
    expect(quality).toMatchObject({ labelled: 2, metrics: { accuracy: 0.5, roc_auc: 1 } });
  });

  it('is all null without labels', () => {
    const { labelled, metrics } = liveQuality([row(null, 'yes')], 'classification', classes);
    expect(labelled).toBe(0);
    expect(new Set(Object.values(metrics))).toEqual(new Set([null]));
  });
});

describe('live quality of a regression', () => {
  it('measures what has a number for a label', () => {
    const rows = [
      row(1, 2, null),
      row('3', 3, null),
      row(null, 9, null),
      row('', 9, null),
      row('n/a', 9, null),
    ];
    expect(liveQuality(rows, 'regression', [])).toEqual({
      task: 'regression',
      total: 5,
      labelled: 2,
      unknown_labels: 2,
      metrics: {
        rmse: Math.sqrt(0.5),
        mae: 0.5,
        r2: 0.5,
        explained_variance: 0.75,
        mape: 0.5,
        median_absolute_error: 0.5,
        poisson_deviance: expect.closeTo(1 - Math.log(2), 12),
      },
    });
  });

  it('has no R² for one row and nothing without labels', () => {
    const single = liveQuality([row(1, 2, null)], 'regression', []).metrics;
    expect(single).toMatchObject({ rmse: 1, mae: 1, r2: null });
    const none = liveQuality([], 'regression', []).metrics;
    expect(new Set(Object.values(none))).toEqual(new Set([null]));
  });
});
