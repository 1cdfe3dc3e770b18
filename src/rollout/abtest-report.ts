import type { Task } from '../data/schema.js';
import { requireVersion } from '../registry/resolve.js';
import { normalSf } from '../stats/distributions.js';
import {
  type Interval,
  meanDifference,
  meanInterval,
  proportionDifference,
  wilsonInterval,
} from '../stats/intervals.js';
import type { Store } from '../store/store.js';
import { ArmStatistics } from './arm-statistics.js';
import { armVersion } from './assignment.js';
import type { Abtest, Arm } from './records.js';

/** Labelled predictions (and independent units) that either arm needs before there is a verdict. */
export const MIN_LABELLED = 30;

export interface ArmReport {
  readonly arm: Arm;
  readonly version: number;
  readonly count: number;
  /** Distinct units. */
  readonly units: number;
  /** Regression; null otherwise and without predictions. */
  readonly meanPrediction: number | null;
  /** Classification: share of each predicted class; null otherwise. */
  readonly classShares: Readonly<Record<string, number>> | null;
  readonly latencyMs: { readonly mean: number; readonly p95: number } | null;
  readonly labelled: number;
  /** With its 95 % interval; null without labels. */
  readonly metric: (Interval & { readonly name: 'accuracy' | 'rmse' }) | null;
}

export interface ArmDifference extends Interval {
  /** `accuracy`: more is better. `mse`, the mean squared error: less is better. */
  readonly metric: 'accuracy' | 'mse';
  /**
   * `newcombe` for shares, `welch` for means; `welch by unit` where units have several labelled
   * predictions, which are not independent.
   */
  readonly method: 'newcombe' | 'welch' | 'welch by unit';
}

export interface AbtestReport {
  readonly test: Abtest;
  readonly task: Task;
  readonly control: ArmReport;
  readonly treatment: ArmReport;
  /** Treatment − control with its 95 % interval; null while an arm has fewer than two labels. */
  readonly difference: ArmDifference | null;
  readonly verdict: 'treatment better' | 'control better' | 'no difference shown' | 'insufficient';
  /** What the verdict rests on, in words. */
  readonly reason: string;
  /**
   * Two-sided p-value that traffic was split by the ratio (units where there are any); null while
   * there is none. A tiny one (< 0.001) says that the assignment is broken and the verdict void.
   */
  readonly splitPValue: number | null;
}

/**
 * Compares the arms on what was logged while the test ran. The interval is for one look at a size set
 * beforehand; looking again and again until it excludes zero raises the chance of a false verdict.
 * Errors: MODEL_NOT_FOUND.
 */
export async function reportAbtest(store: Store, test: Abtest): Promise<AbtestReport> {
  const { task } = await requireVersion(store, test.model, test.control);
  const control = await gather(store, test, 'control', task);
  const treatment = await gather(store, test, 'treatment', task);
  const difference = compare(control, treatment, task);
  return {
    test,
    task,
    control: describe(control, test, 'control', task),
    treatment: describe(treatment, test, 'treatment', task),
    difference,
    ...judge(control, treatment, difference),
    splitPValue: splitPValue(control, treatment, test.ratio),
  };
}

async function gather(store: Store, test: Abtest, arm: Arm, task: Task): Promise<ArmStatistics> {
  const statistics = new ArmStatistics(task);
  const rows = store.predictions.outcomes({
    model: test.model,
    version: armVersion(test, arm),
    arm,
    since: test.startedAt,
    ...(test.stoppedAt === null ? {} : { until: test.stoppedAt }),
  });
  for await (const row of rows) statistics.add(row);
  return statistics;
}

function describe(statistics: ArmStatistics, test: Abtest, arm: Arm, task: Task): ArmReport {
  return {
    arm,
    version: armVersion(test, arm),
    count: statistics.count,
    units: statistics.units,
    meanPrediction: statistics.meanPrediction,
    classShares: statistics.classShares,
    latencyMs: statistics.latencyMs,
    labelled: statistics.labelled,
    metric: metricOf(statistics, task),
  };
}

function metricOf(statistics: ArmStatistics, task: Task): ArmReport['metric'] {
  if (statistics.labelled === 0) return null;
  const isClustered = statistics.clusters < statistics.labelled;
  if (task === 'classification' && !isClustered) {
    return { name: 'accuracy', ...wilsonInterval(statistics.total, statistics.labelled) };
  }
  const { estimate, low, high } = meanInterval(statistics.moments());
  if (task === 'classification') {
    return { name: 'accuracy', estimate, low: Math.max(0, low), high: Math.min(1, high) };
  }
  return {
    name: 'rmse',
    estimate: Math.sqrt(estimate),
    low: Math.sqrt(Math.max(0, low)),
    high: Math.sqrt(high),
  };
}

function compare(control: ArmStatistics, treatment: ArmStatistics, task: Task): ArmDifference | null {
  if (control.clusters < 2 || treatment.clusters < 2) return null;
  const metric = task === 'classification' ? 'accuracy' : 'mse';
  const isClustered = [control, treatment].some((arm) => arm.clusters < arm.labelled);
  if (task === 'classification' && !isClustered) {
    const share = (arm: ArmStatistics) => ({ successes: arm.total, trials: arm.labelled });
    return { metric, method: 'newcombe', ...proportionDifference(share(treatment), share(control)) };
  }
  const { estimate, low, high } = meanDifference(treatment.moments(), control.moments());
  return { metric, method: isClustered ? 'welch by unit' : 'welch', estimate, low, high };
}

function judge(
  control: ArmStatistics,
  treatment: ArmStatistics,
  difference: ArmDifference | null,
): Pick<AbtestReport, 'verdict' | 'reason'> {
  const fewest = Math.min(control.clusters, treatment.clusters);
  if (difference === null || fewest < MIN_LABELLED) {
    const what = `${control.clusters} in control and ${treatment.clusters} in treatment`;
    return {
      verdict: 'insufficient',
      reason: `either arm needs ${MIN_LABELLED} labelled predictions of different units; there are ${what}`,
    };
  }
  const isMoreBetter = difference.metric === 'accuracy';
  if (difference.low <= 0 && difference.high >= 0) {
    return { verdict: 'no difference shown', reason: `the interval of the difference includes zero` };
  }
  const isTreatmentBetter = difference.low > 0 === isMoreBetter;
  return {
    verdict: isTreatmentBetter ? 'treatment better' : 'control better',
    reason: `the 95 % interval of the difference in ${difference.metric} excludes zero`,
  };
}

/** z test of the treatment's share against the ratio (sample ratio mismatch; Fabijan et al. 2019). */
function splitPValue(control: ArmStatistics, treatment: ArmStatistics, ratio: number): number | null {
  const byUnit = control.units + treatment.units > 0;
  const mine = byUnit ? treatment.units : treatment.count;
  const total = mine + (byUnit ? control.units : control.count);
  if (total === 0) return null;
  const z = (mine - total * ratio) / Math.sqrt(total * ratio * (1 - ratio));
  return 2 * normalSf(Math.abs(z));
}
