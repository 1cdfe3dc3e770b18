import type { Target } from '../data/target.js';
import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { metricDirection } from '../tracking/metric-direction.js';
import { primaryMetric } from '../tracking/primary-metric.js';
import { measure } from './evaluate.js';

/**
 * The metric that trials are judged by: the named one, or the primary one of the task.
 * @throws MlxError USAGE for a metric that is not measured, or of which nobody knows whether more is better
 */
export function judgeMetric(named: string | undefined, target: Target): string {
  const measured = measure(target, target.values, uninformed(target), { metric: named });
  if (named === undefined) return primaryMetric(measured);
  const known = Object.keys(measured).filter((name) => metricDirection(name) !== null);
  if (known.includes(named)) return named;
  throw new MlxError('USAGE', `Models for "${target.name}" cannot be judged by "${named}".`, {
    hint:
      target.task === 'regression' && named.startsWith('quantile')
        ? 'The quantile is between 0 and 1: quantile_loss@0.9.'
        : didYouMean(named, known),
    details: { metric: named, known },
  });
}

/** Predictions that know nothing of the rows: they have every metric that there is. */
function uninformed({ task, classes, values }: Target): Float32Array {
  if (task === 'regression') return new Float32Array(values.length);
  return new Float32Array(values.length * classes.length).fill(1 / classes.length);
}
