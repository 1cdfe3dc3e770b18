import type { LearningCurve, TrainingReport } from '../../reports/training/report.js';
import { metricDirection } from '../../tracking/metric-direction.js';
import type { TrainingHistory } from '../../training/fit.js';
import { figure } from './figure.js';

/** What was measured round by round, where there were rounds. */
export function learningPart(history: readonly TrainingHistory[]): Pick<TrainingReport, 'learning'> {
  const [first] = history;
  if (first === undefined) return {};
  const metric = first.metric.replace(/^(training|validation)_/, '');
  const of = (part: string) => history.find((one) => one.metric === `${part}_${metric}`)?.values;
  const [train, validation] = [of('training'), of('validation')];
  const learning: LearningCurve = {
    metric,
    step: 'round',
    ...(train === undefined ? {} : { train: Array.from(train, figure) }),
    ...(validation === undefined ? {} : { validation: Array.from(validation, figure) }),
    best: validation === undefined ? null : bestOf(validation, metric),
  };
  return { learning };
}

function bestOf(values: Float64Array, metric: string): number {
  const best = metricDirection(metric) === 'higher' ? Math.max(...values) : Math.min(...values);
  return values.indexOf(best) + 1;
}
