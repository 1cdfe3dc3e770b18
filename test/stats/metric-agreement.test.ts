import { describe, expect, it } from 'vitest';
import { classificationIntervals } from '#mlx/stats/bootstrap.js';
import { calibrationError, claimsOf } from '#mlx/stats/metrics/calibration-error.js';
import { confusionMatrix } from '#mlx/stats/metrics/confusion.js';
import { predictedClasses } from '#mlx/stats/metrics/predicted-classes.js';
import { meanAbsolutePercentageError, quantileLoss } from '#mlx/stats/metrics/regression.js';
import { classificationMetrics, regressionMetrics } from '#mlx/stats/metrics.js';
import { golden } from './closeness.js';

interface Case {
  readonly name: string;
  readonly truth: number[];
  readonly weights: number[] | null;
  readonly metrics: Readonly<Record<string, number | null>>;
}

const answers = golden<{
  classification: (Case & { probabilities: number[]; classes: number; confusion: number[] })[];
  regression: (Case & { predicted: number[] })[];
  bootstrap: {
    truth: number[];
    probabilities: number[];
    intervals: Readonly<Record<string, [number, number, number]>>;
  };
}>('metric_agreement');

/** What docs/metrics.md says of each metric: what it is, and whose answer it is held against. */
const DESCRIBED: readonly (readonly [name: string, definition: string, reference: string])[] = [
  ['accuracy', 'share of rows with the right label', '`accuracy_score`'],
  ['balanced_accuracy', 'mean recall of the classes that occur', '`balanced_accuracy_score`'],
  [
    'precision',
    'TP / (TP + FP); more than two classes: plain mean over classes',
    "`precision_score(average='binary'` or `'macro')`",
  ],
  ['precision_weighted', 'the same, classes counting by their rows', "`precision_score(average='weighted')`"],
  [
    'recall',
    'TP / (TP + FN); more than two classes: plain mean over classes',
    "`recall_score(average='binary'` or `'macro')`",
  ],
  ['recall_weighted', 'the same, classes counting by their rows', "`recall_score(average='weighted')`"],
  [
    'f1',
    '2 TP / (2 TP + FP + FN); more than two classes: plain mean over classes',
    "`f1_score(average='binary'` or `'macro')`",
  ],
  ['f1_weighted', 'the same, classes counting by their rows', "`f1_score(average='weighted')`"],
  ['mcc', 'correlation of label and prediction (Matthews 1975, Gorodkin 2004)', '`matthews_corrcoef`'],
  [
    'roc_auc',
    'area under the ROC curve, ties one half; more than two classes: one against the rest, plain mean',
    "`roc_auc_score(multi_class='ovr', average='macro')`",
  ],
  [
    'roc_auc_weighted',
    'the same, classes counting by their rows',
    "`roc_auc_score(multi_class='ovr', average='weighted')`",
  ],
  [
    'pr_auc',
    'average precision, Σ ΔR · P; more than two classes: plain mean',
    "`average_precision_score(average='macro')`",
  ],
  ['log_loss', 'mean −ln p of the true class, p clipped to [ε, 1 − ε]', '`log_loss`'],
  [
    'brier',
    'mean (p − y)²; more than two classes: summed over them (Brier 1950)',
    '`brier_score_loss`; more classes: numpy',
  ],
  [
    'calibration_error',
    'Σ share of bin · \\|share that came true − mean confidence\\|, 15 bins of equal width (Naeini 2015, Guo 2017)',
    'numpy, by the papers',
  ],
  ['calibration_error_quantile', 'the same, 10 bins of equal numbers of rows', 'numpy, by the papers'],
  ['rmse', '√ mean (y − ŷ)²', '`mean_squared_error(squared=False)`'],
  ['mae', 'mean \\|y − ŷ\\|', '`mean_absolute_error`'],
  ['mape', 'mean \\|y − ŷ\\| / max(2⁻⁵², \\|y\\|)', '`mean_absolute_percentage_error`'],
  [
    'median_absolute_error',
    'median \\|y − ŷ\\|; under weights the lower weighted median',
    '`median_absolute_error`',
  ],
  ['r2', '1 − Σ(y − ŷ)² / Σ(y − ȳ)²', '`r2_score`'],
  ['explained_variance', '1 − Var(y − ŷ) / Var(y)', '`explained_variance_score`'],
  [
    'quantile_loss',
    'mean α (y − ŷ) below, (1 − α)(ŷ − y) above the quantile; α = 0.9 here',
    '`mean_pinball_loss(alpha=0.9)`',
  ],
  ['poisson_deviance', 'mean 2 (y ln(y / ŷ) − y + ŷ)', '`mean_poisson_deviance`'],
];

function measured(answer: (typeof answers.classification)[number]): Record<string, number> {
  const { truth, classes } = answer;
  const weights = answer.weights ?? undefined;
  const probabilities = Float64Array.from(answer.probabilities);
  const byCount = { bins: 10, strategy: 'quantile' } as const;
  return {
    ...classificationMetrics(truth, probabilities, classes, { weights }),
    calibration_error_quantile: calibrationError(claimsOf(truth, probabilities, classes), byCount, weights),
  };
}

function measuredValues({ truth, predicted, weights: given }: (typeof answers.regression)[number]) {
  const weights = given ?? undefined;
  return {
    ...regressionMetrics(truth, predicted, weights),
    mape: meanAbsolutePercentageError(truth, predicted, weights),
    quantile_loss: quantileLoss(truth, predicted, 0.9, weights),
  };
}

/** Relative above 1, absolute below; 0 where both are undefined. */
function difference(actual: number, expected: number | null): number {
  if (expected === null) return Number.isNaN(actual) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
}

const differences = new Map<string, number[]>();
function compare(expected: Case['metrics'], actual: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = difference(actual[name]!, value);
    expect(found, name).toBeLessThanOrEqual(1e-12);
    differences.set(name, [...(differences.get(name) ?? []), found]);
  }
}

describe('the metrics', () => {
  it.each(answers.classification)('equal the reference: $name', (answer) => {
    compare(answer.metrics, measured(answer));
    const predicted = predictedClasses(Float64Array.from(answer.probabilities), answer.classes, undefined);
    const confusion = confusionMatrix(answer.truth, predicted, answer.classes, answer.weights ?? undefined);
    expect([...confusion]).toEqual(answer.confusion);
  });

  it.each(answers.regression)('equal the reference: $name', (answer) => {
    compare(answer.metrics, measuredValues(answer));
  });

  it('that a run records are all in docs/metrics.md', () => {
    const [two, more] = [2, 3].map((classes) => classificationMetrics([], new Float64Array(), classes));
    const recorded = Object.keys({ ...two, ...more, ...regressionMetrics([], []) });
    expect(DESCRIBED.map(([name]) => name)).toEqual(expect.arrayContaining(recorded));
    expect([...differences.keys()].sort()).toEqual(DESCRIBED.map(([name]) => name).sort());
  });

  it('agree as docs/metrics.md says', async () => {
    const rows = DESCRIBED.map(([name, definition, reference]) => {
      const found = differences.get(name) ?? [];
      return `| \`${name}\` | ${definition} | ${reference} | ${bound(Math.max(...found))} | ${found.length} |`;
    });
    await expect(`${HEAD}${rows.join('\n')}\n${EDGES}`).toMatchFileSnapshot('../../docs/metrics.md');
  });
});

/** The next power of ten, so that another machine's last bit changes no digit. */
function bound(value: number): string {
  if (value < 1e-15) return '< 1e-15';
  return `< 1e${Math.floor(Math.log10(value)) + 1}`;
}

const HEAD = `# Metrics

What each metric is, and how far it is from the reference (scikit-learn 1.2.1, where a function is named) over the cases of
\`test/golden/metric_agreement.json\`: tables of 1 to 150 rows, 2 to 6 classes, with ties, with and without weights, with one
class, all equal, right or wrong with certainty. The difference is relative above 1 and absolute below. Written by
\`test/stats/metric-agreement.test.ts\`.

| metric | definition | held against | largest difference | cases |
| ------ | ---------- | ------------ | ------------------ | ----- |
`;

const EDGES = `
## At the edges

- No rows: every metric is undefined. What is undefined is left out, and \`null\` in JSON.
- A ratio with nothing below the line (no row predicted positive …) counts as 0, as \`zero_division=0\`; so does \`mcc\`.
- \`roc_auc\` and \`pr_auc\` need a row of the class and one of another; of more than two classes, those without rows do not
  count. (scikit-learn raises an error, or warns and gives 0.)
- Two classes: \`precision\`, \`recall\`, \`f1\`, \`roc_auc\`, \`pr_auc\` are about the last class; labels are told by the model's
  threshold, where it has one.
- \`calibration_error\` looks at the last class's probability of two classes, at the most probable class of more.
- \`mape\` of a run is undefined where a true value is 0: the formula gives a number there that says nothing.
- \`r2\` needs two rows; a constant truth gives 1 where it is met exactly, else 0; so does \`explained_variance\`, from one row on.
- \`poisson_deviance\` is of counts and rates: undefined where a true value is below 0 or a prediction is not above 0.
- \`quantile_loss\` is measured where a quantile is asked for: \`--metric quantile_loss@0.9\`, by which trials are then judged
  too. The run keeps it under that name.

## Intervals

95 % percentile intervals of 500 bootstrap resamples of the held-out rows, drawn from a seed, not stratified: how many rows of
each class were held out is by chance too. Resamples in which a metric is undefined do not count for it. Held against
\`scipy.stats.bootstrap\`.
`;

describe('bootstrap intervals', () => {
  const { truth, probabilities, intervals } = answers.bootstrap;
  const p = Float64Array.from(probabilities);

  it('are those of scipy, as far as chance allows', () => {
    const found = classificationIntervals(truth, p, 2, { seed: 3, resamples: 4000 });
    for (const [name, [low, high, error]] of Object.entries(intervals)) {
      const { low: ownLow, high: ownHigh, standardError } = found[name]!;
      // the standard deviation of a 2.5 % quantile of 4,000 draws is about 0.04 of theirs
      expect(Math.abs(ownLow - low), name).toBeLessThan(0.2 * error);
      expect(Math.abs(ownHigh - high), name).toBeLessThan(0.2 * error);
      expect(standardError / error, name).toBeGreaterThan(0.94);
      expect(standardError / error, name).toBeLessThan(1.06);
    }
  });

  it('depend on the seed alone', () => {
    const at = (seed: number) => classificationIntervals(truth, p, 2, { seed, resamples: 20 });
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  it('leave out resamples in which a class is missing, and have no ends where no other is left', () => {
    const few = classificationIntervals([0, 1], Float64Array.of(0.8, 0.2, 0.3, 0.7), 2, { seed: 1 });
    expect(few.roc_auc).toEqual({ estimate: 1, low: 1, high: 1, standardError: 0 });
    const single = classificationIntervals([1], Float64Array.of(0.3, 0.7), 2, { seed: 1 });
    expect(single.roc_auc?.low).toBeNaN();
    expect(single.accuracy).toMatchObject({ low: 1, high: 1 });
  });
});
