import type { ModelVersion, Stage } from '../store/registry-records.js';
import { metricDirection } from '../tracking/metric-direction.js';
import { PRIMARY_METRICS } from '../tracking/primary-metric.js';

export interface GateResult {
  /**
   * `passed`: not worse than production on the same test data. `failed`: worse. `forced`: would not
   * have passed and was let through. `not-comparable`: other or unknown test data, or no metric in
   * common. `not-applicable`: nothing in production to compare with, or not a promotion to production.
   */
  readonly outcome: 'passed' | 'failed' | 'forced' | 'not-comparable' | 'not-applicable';
  readonly reason: string;
  readonly metric: string | null;
  readonly candidate: number | null;
  /** The production version's value. */
  readonly current: number | null;
  readonly currentVersion: number | null;
}

/** Compares a candidate with the present production version. Equal is good enough. */
export function evaluateGate(
  candidate: ModelVersion,
  to: Stage,
  current: ModelVersion | undefined,
): GateResult {
  const verdict = (outcome: GateResult['outcome'], reason: string): GateResult => ({
    outcome,
    reason,
    metric: null,
    candidate: null,
    current: null,
    currentVersion: current?.version ?? null,
  });
  if (to !== 'production') return verdict('not-applicable', `only promotions to production pass a gate`);
  if (current === undefined) return verdict('not-applicable', 'nothing is in production yet');
  if (current.version === candidate.version) return verdict('not-applicable', 'it is in production already');
  if (candidate.testDigest === null || current.testDigest === null) {
    return verdict('not-comparable', 'the test data of one of the versions is not known');
  }
  if (candidate.testDigest !== current.testDigest) {
    return verdict('not-comparable', 'the versions were measured on different test data');
  }
  const metric = commonMetric(candidate, current);
  if (metric === undefined) return verdict('not-comparable', 'the versions have no primary metric in common');
  const mine = candidate.metrics[metric] as number;
  const theirs = current.metrics[metric] as number;
  const isWorse = metricDirection(metric) === 'lower' ? mine > theirs : mine < theirs;
  return {
    outcome: isWorse ? 'failed' : 'passed',
    reason: `${metric} ${mine} ${isWorse ? 'is worse than' : 'is not worse than'} ${theirs} of version ${current.version} on the same test data`,
    metric,
    candidate: mine,
    current: theirs,
    currentVersion: current.version,
  };
}

/** The first primary metric that both versions have. */
function commonMetric(a: ModelVersion, b: ModelVersion): string | undefined {
  if (a.task !== b.task) return undefined;
  return PRIMARY_METRICS.find((name) => name in a.metrics && name in b.metrics);
}
