const BY_FOLD = /^cv_.+_fold$/;

/** Whether a metric is a history over folds, such as `cv_rmse_fold`: it has no value of its own, its mean is `cv_rmse_mean`. */
export function isFoldMetric(name: string): boolean {
  return BY_FOLD.test(name);
}
