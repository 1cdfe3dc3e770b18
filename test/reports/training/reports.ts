import type { Slices, TrainingReport } from '#mlx/reports/training/report.js';

const CLASSES = ['no', 'yes'];

/** A made-up report of two classes that has every part that such a run can have. */
export function binaryReport(): TrainingReport {
  const run = {
    id: '1m844zfjzgbe0sx',
    name: 'brave-otter',
    algorithm: 'gradient-boosting',
    task: 'classification',
    target: 'bought',
    classes: CLASSES,
    createdAt: '2026-11-23T10:14:05Z',
    mlxVersion: '0.1.0',
    model: { bytes: 1_846_221, sha256: 'ab'.repeat(32) },
    certificate: { passed: true, rows: 200, batchSizes: [1, 64], threads: [1, 2], rowOrders: ['given'] },
  } as const;
  return {
    version: 1,
    run,
    metrics: [
      { name: 'roc_auc', value: 0.91, low: 0.89, high: 0.93, baseline: 0.5, better: 'higher' },
      { name: 'log_loss', value: 0.31, low: 0.29, high: 0.33, baseline: 0.64, better: 'lower' },
      { name: 'profit_of_march', value: 1234.5 },
    ],
    intervals: { level: 0.95, method: 'bootstrap, 1,000 draws' },
    warnings: ['The second file has other dates.'],
    crossValidation: {
      scheme: '5 folds, stratified',
      metrics: [{ name: 'roc_auc', folds: [0.9, 0.92, 0.94] }],
    },
    roc: [{ class: 'yes', fpr: [0, 0.1, 1], tpr: [0, 0.7, 1], auc: 0.91, low: 0.89, high: 0.93 }],
    precisionRecall: [
      {
        class: 'yes',
        recall: [1, 0.5, 0],
        precision: [0.3, 0.8, 1],
        averagePrecision: 0.77,
        prevalence: 0.3,
      },
    ],
    calibration: {
      method: 'isotonic',
      before: { error: 0.09, bins: [{ meanPredicted: 0.2, observed: 0.3, low: 0.2, high: 0.4, count: 50 }] },
      after: { error: 0.012, bins: [{ meanPredicted: 0.2, observed: 0.21, low: 0.1, high: 0.3, count: 50 }] },
    },
    confusion: {
      classes: CLASSES,
      counts: [
        [600, 100],
        [60, 240],
      ],
    },
    threshold: {
      chosen: 0.36,
      metric: 'f1',
      thresholds: [0.1, 0.36, 0.9],
      curves: [{ name: 'f1', values: [0.5, 0.75, 0.2] }],
    },
    probabilities: {
      class: 'yes',
      edges: [0, 0.5, 1],
      byClass: [
        { class: 'no', counts: [600, 100] },
        { class: 'yes', counts: [60, 240] },
      ],
    },
    importance: [
      { feature: 'age', own: 0.7, permutation: { mean: 0.05, sd: 0.004 } },
      { feature: 'city', own: 0.3, permutation: { mean: -0.001, sd: 0.002 } },
    ],
    shap: {
      unit: 'log-odds of yes',
      rows: 3,
      columns: [
        {
          name: 'age',
          meanAbs: 0.4,
          points: [
            { value: 0, shap: -0.5 },
            { value: 1, shap: 0.4 },
            { value: null, shap: 0.3 },
          ],
        },
      ],
    },
    learning: {
      metric: 'log_loss',
      step: 'round',
      train: [0.6, 0.4, 0.3],
      validation: [0.6, 0.42, 0.43],
      best: 2,
    },
    slices: binarySlices(),
    leaderboard: {
      metric: 'roc_auc',
      better: 'higher',
      entries: [
        {
          algorithm: 'gradient-boosting',
          score: 0.91,
          low: 0.89,
          high: 0.93,
          fitSeconds: 0.84,
          rowsPerSecond: 412_000,
          bytes: 1_846_221,
          isChosen: true,
        },
        { algorithm: 'linear', score: 0.85, fitSeconds: 65 },
        { algorithm: 'extra-trees', score: null, note: 'the time budget was spent' },
      ],
    },
    search: {
      metric: 'roc_auc',
      better: 'higher',
      trials: [
        { score: 0.88, parameters: [{ name: 'learning_rate', value: '0.3' }] },
        { score: null, parameters: [] },
        { score: 0.91, parameters: [{ name: 'learning_rate', value: '0.08' }] },
      ],
    },
    data: {
      source: 'customers.csv',
      digest: 'cd'.repeat(32),
      rows: 5000,
      columns: 7,
      trainRows: 4000,
      testRows: 1000,
      usedColumns: 5,
      split: 'a random fifth, stratified',
      leftOut: [{ column: 'id', reason: 'an identifier' }],
      anomalies: ['24 rows repeat an earlier one.'],
      classCounts: [
        { class: 'no', count: 3500 },
        { class: 'yes', count: 1500 },
      ],
    },
    steps: ['Categories become ordered numbers.'],
    parameters: [
      { name: 'max_bins', value: '255' },
      { name: 'learning_rate', value: '0.08', isChosen: true },
    ],
    environment: [{ name: 'node', value: '20.19.4' }],
    command: 'mlx train --data customers.csv --target bought',
    timings: [{ name: 'fitting', seconds: 0.84 }],
  };
}

export function binarySlices(): Slices {
  return {
    metric: 'roc_auc',
    better: 'higher',
    overall: 0.91,
    columns: [
      {
        column: 'city',
        slices: [
          { name: 'Rome', rows: 400, value: 0.95, low: 0.93, high: 0.97, isWorse: false },
          { name: 'Oslo', rows: 90, value: 0.78, low: 0.7, high: 0.86, isWorse: true },
          { name: 'Lima', rows: 20, value: null, isWorse: false },
        ],
      },
    ],
  };
}

/** A made-up report of a number. */
export function regressionReport(): TrainingReport {
  const { run, data, ...rest } = binaryReport();
  return {
    version: 1,
    run: { ...run, task: 'regression', target: 'price', classes: [] },
    metrics: [{ name: 'r2', value: 0.8, baseline: 0, better: 'higher' }],
    regression: {
      predicted: [1, 2, 3.5],
      actual: [1.2, 1.8, 3],
      rows: 30,
      residuals: { edges: [-1, 0, 1], counts: [10, 18], below: 2 },
      byDecile: [{ from: 0, to: 5, rows: 30, p10: -1, p25: -0.5, median: 0.1, p75: 0.5, p90: 1 }],
    },
    ...(rest.environment === undefined ? {} : { environment: rest.environment }),
    data: {
      source: data?.source ?? '',
      rows: 150,
      columns: 7,
      targetHistogram: { edges: [0, 5, 10], counts: [100, 50] },
    },
  };
}

/** A made-up report of many classes and columns. */
export function wideReport(classes: number, columns: number): TrainingReport {
  const names = Array.from({ length: classes }, (_, index) => `class number ${index}`);
  const steps = Array.from({ length: 400 }, (_, index) => index / 399);
  return {
    ...binaryReport(),
    run: { ...binaryReport().run, classes: names },
    roc: names.map((name, index) => ({
      class: name,
      fpr: steps,
      tpr: steps.map(Math.sqrt),
      auc: 0.5 + index / 1000,
    })),
    precisionRecall: names.map((name) => ({
      class: name,
      recall: steps,
      precision: steps.map((step) => 1 - step / 2),
      averagePrecision: 0.7,
      prevalence: 1 / classes,
    })),
    confusion: {
      classes: names,
      counts: names.map((_, truth) =>
        names.map((_, predicted) => (truth === predicted ? 50 : (truth * predicted) % 7)),
      ),
    },
    importance: Array.from({ length: columns }, (_, index) => ({
      feature: `column ${index}`,
      permutation: { mean: index / 1000, sd: 0.001 },
    })),
    shap: {
      unit: 'log-odds',
      rows: 1000,
      columns: Array.from({ length: columns }, (_, index) => ({
        name: `column ${index}`,
        meanAbs: index,
        points: Array.from({ length: 300 }, (_, row) => ({ value: row / 299, shap: Math.sin(row * index) })),
      })),
    },
  };
}
