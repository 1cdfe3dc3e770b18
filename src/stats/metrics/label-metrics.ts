export interface LabelMetrics {
  readonly accuracy: number;
  /** Mean recall of the classes that occur in truth. */
  readonly balanced_accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Matthews' correlation coefficient (B. Matthews, 1975; J. Gorodkin, 2004, for more classes); 0 where it is 0/0. */
  readonly mcc: number;
  /** More than two classes: each class counts as often as it occurs in truth. */
  readonly precision_weighted?: number;
  readonly recall_weighted?: number;
  readonly f1_weighted?: number;
}

/**
 * Metrics of predicted labels from a confusion matrix (row = truth, row-major). Two classes: precision, recall and F1 are
 * those of class `positive`. Otherwise macro averages over the classes that occur in truth or prediction, as
 * scikit-learn's `average='macro'`, and its `average='weighted'` beside them. A ratio with nothing below the line counts
 * as 0 (`zero_division=0`). NaN for an empty matrix.
 */
export function labelMetrics(
  confusion: Float64Array,
  classes: number,
  options: { positive: number },
): LabelMetrics {
  const total = confusion.reduce((sum, weight) => sum + weight, 0);
  const perClass = Array.from({ length: classes }, (_, k) => classScores(confusion, classes, k));
  const hits = perClass.reduce((sum, scores) => sum + scores.hits, 0);
  const average = total === 0 ? () => Number.NaN : mean;
  const counted =
    classes === 2
      ? perClass.slice(options.positive, options.positive + 1)
      : perClass.filter(({ actual, predicted }) => actual + predicted > 0);
  const plain = {
    accuracy: hits / total,
    balanced_accuracy: average(
      perClass.filter(({ actual }) => actual > 0),
      ({ recall }) => recall,
    ),
    precision: average(counted, ({ precision }) => precision),
    recall: average(counted, ({ recall }) => recall),
    f1: average(counted, ({ f1 }) => f1),
    mcc: total === 0 ? Number.NaN : matthews(perClass, hits, total),
  };
  if (classes === 2) return plain;
  const weighted = (pick: (scores: ClassScores) => number) =>
    perClass.reduce((sum, scores) => sum + scores.actual * pick(scores), 0) / total;
  return {
    ...plain,
    precision_weighted: weighted(({ precision }) => precision),
    recall_weighted: weighted(({ recall }) => recall),
    f1_weighted: weighted(({ f1 }) => f1),
  };
}

interface ClassScores {
  readonly hits: number;
  readonly actual: number;
  readonly predicted: number;
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
    hits,
    actual,
    predicted,
    precision: predicted === 0 ? 0 : hits / predicted,
    recall: actual === 0 ? 0 : hits / actual,
    f1: actual + predicted === 0 ? 0 : (2 * hits) / (actual + predicted),
  };
}

function mean(scores: readonly ClassScores[], pick: (scores: ClassScores) => number): number {
  return scores.reduce((sum, own) => sum + pick(own), 0) / scores.length;
}

function matthews(perClass: readonly ClassScores[], hits: number, total: number): number {
  let [both, truths, guesses] = [0, 0, 0];
  for (const { actual, predicted } of perClass) {
    both += actual * predicted;
    truths += actual * actual;
    guesses += predicted * predicted;
  }
  const spread = (total * total - truths) * (total * total - guesses);
  return spread === 0 ? 0 : (hits * total - both) / Math.sqrt(spread);
}
