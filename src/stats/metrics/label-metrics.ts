export interface LabelMetrics {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * Metrics of predicted labels from a confusion matrix (row = truth, row-major). Two classes: those
 * of class `positive`. Otherwise macro averages over the classes that occur in truth or prediction,
 * as scikit-learn's `average='macro'`. A ratio with nothing below the line counts as 0
 * (`zero_division=0`). NaN for an empty matrix.
 */
export function labelMetrics(
  confusion: Float64Array,
  classes: number,
  options: { positive: number },
): LabelMetrics {
  const total = confusion.reduce((sum, count) => sum + count, 0);
  if (total === 0) return { accuracy: Number.NaN, precision: Number.NaN, recall: Number.NaN, f1: Number.NaN };
  let hits = 0;
  for (let k = 0; k < classes; k++) hits += confusion[k * classes + k] as number;
  const perClass = Array.from({ length: classes }, (_, k) => classScores(confusion, classes, k));
  const counted =
    classes === 2 ? perClass.slice(options.positive, options.positive + 1) : perClass.filter((s) => s.occurs);
  const average = (pick: (scores: ClassScores) => number) =>
    counted.reduce((sum, scores) => sum + pick(scores), 0) / counted.length;
  return {
    accuracy: hits / total,
    precision: average((s) => s.precision),
    recall: average((s) => s.recall),
    f1: average((s) => s.f1),
  };
}

interface ClassScores {
  readonly occurs: boolean;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

function classScores(confusion: Float64Array, classes: number, k: number): ClassScores {
  let actual = 0;
  let predicted = 0;
  for (let j = 0; j < classes; j++) {
    actual += confusion[k * classes + j] as number;
    predicted += confusion[j * classes + k] as number;
  }
  const hits = confusion[k * classes + k] as number;
  return {
    occurs: actual + predicted > 0,
    precision: predicted === 0 ? 0 : hits / predicted,
    recall: actual === 0 ? 0 : hits / actual,
    f1: actual + predicted === 0 ? 0 : (2 * hits) / (actual + predicted),
  };
}
