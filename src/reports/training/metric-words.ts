import { shownText } from '../../html.js';

interface MetricWords {
  readonly name: string;
  readonly meaning: string;
}

/** What the standard metrics are called and mean, each in a line. */
const WORDS: Readonly<Record<string, MetricWords>> = {
  accuracy: { name: 'Accuracy', meaning: 'share of rows whose class is predicted right' },
  balanced_accuracy: {
    name: 'Balanced accuracy',
    meaning: 'recall of each class, averaged over the classes',
  },
  precision: { name: 'Precision', meaning: 'of the rows predicted positive, the share that is' },
  precision_macro: { name: 'Precision, macro', meaning: 'precision of each class, averaged' },
  precision_weighted: { name: 'Precision, weighted', meaning: 'precision of each class, by its rows' },
  recall: { name: 'Recall', meaning: 'of the positive rows, the share that is found' },
  recall_macro: { name: 'Recall, macro', meaning: 'recall of each class, averaged' },
  recall_weighted: { name: 'Recall, weighted', meaning: 'recall of each class, by its rows' },
  f1: { name: 'F1', meaning: 'harmonic mean of precision and recall' },
  f1_macro: { name: 'F1, macro', meaning: 'F1 of each class, averaged' },
  f1_weighted: { name: 'F1, weighted', meaning: 'F1 of each class, by its rows' },
  roc_auc: { name: 'ROC AUC', meaning: 'chance that a positive row scores above a negative one' },
  roc_auc_ovr: {
    name: 'ROC AUC, one vs rest',
    meaning: 'ROC AUC of each class against the others, averaged',
  },
  pr_auc: { name: 'PR AUC', meaning: 'precision averaged over recall; guessing gives the class’ share' },
  average_precision: { name: 'Average precision', meaning: 'precision averaged over recall' },
  log_loss: { name: 'Log loss', meaning: 'surprise at the true class; sure and wrong costs most' },
  brier: { name: 'Brier score', meaning: 'mean squared error of the probabilities' },
  mcc: { name: 'MCC', meaning: 'correlation of predicted and true class, −1 to 1' },
  calibration_error: { name: 'Calibration error', meaning: 'how far probabilities lie from what happens' },
  rmse: { name: 'RMSE', meaning: 'root of the mean squared error, in the target’s unit' },
  mae: { name: 'MAE', meaning: 'mean absolute error, in the target’s unit' },
  mape: { name: 'MAPE', meaning: 'mean absolute error as a share of the true value' },
  r2: { name: 'R²', meaning: 'share of the target’s variance that is explained' },
  median_absolute_error: { name: 'Median error', meaning: 'half of the rows are off by less' },
  explained_variance: { name: 'Explained variance', meaning: 'R² with the mean error taken off' },
  quantile_loss: { name: 'Quantile loss', meaning: 'misses above and below, weighed by the quantile' },
  poisson_deviance: { name: 'Poisson deviance', meaning: 'how unlikely the counts are at their predictions' },
};

/** `roc_auc` → ROC AUC, `quantile_loss@0.9` → Quantile loss @ 0.9; others as they are. */
export function metricName(name: string): string {
  const [plain = '', quantile] = name.split('@');
  if (!Object.hasOwn(WORDS, plain)) return shownText(name, 40);
  const words = (WORDS[plain] as MetricWords).name;
  return quantile === undefined ? words : `${words} @ ${shownText(quantile, 10)}`;
}

/** What a metric tells, in a line; nothing for one that is not known. */
export function metricMeaning(name: string): string {
  const [plain = ''] = name.split('@');
  return Object.hasOwn(WORDS, plain) ? (WORDS[plain] as MetricWords).meaning : '';
}

/** `95 % interval`, by the level of the intervals; `interval` where that is not known. */
export function intervalName(level: number | undefined): string {
  return level !== undefined && level > 0 && level < 1 ? `${Math.round(level * 100)} % interval` : 'interval';
}
