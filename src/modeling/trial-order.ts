import { metricDirection } from '../tracking/metric-direction.js';
import type { Trial } from './trial-record.js';

export function isBetter(metric: string, a: number, b: number): boolean {
  return metricDirection(metric) === 'lower' ? a < b : a > b;
}

/**
 * The best first: those judged on more rows before the others, then by their score; the earlier one of equals. What has
 * no score is left out.
 */
export function ranked(trials: readonly Trial[]): readonly Trial[] {
  return trials
    .filter(({ record }) => record.score !== null)
    .sort(({ record: a }, { record: b }) => {
      if (a.share !== b.share) return b.share - a.share;
      const [left, right] = [a.score as number, b.score as number];
      if (left === right) return 0;
      return isBetter(a.metric, left, right) ? -1 : 1;
    });
}
