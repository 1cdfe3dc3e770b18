import type { FoldPlan } from '../data/fold-plan.js';
import { MlxError } from '../errors.js';
import { type Contender, contendersOf, fitForTask } from './contender.js';
import { checkDecision } from './decision.js';
import { judgeMetric } from './judge-metric.js';
import type { PreparedData } from './prepare.js';
import { AUTO, type ModelingSpec } from './spec.js';
import { planValidation } from './validation-plan.js';

/** A run's asking, understood: what takes part, and how it is judged. */
export interface ModelingRequest {
  readonly spec: ModelingSpec;
  readonly data: PreparedData;
  /** One, or those that `auto` compares. */
  readonly contenders: readonly [Contender, ...Contender[]];
  /** How the training rows are parted to judge by; null where nothing is judged on them. */
  readonly plan: FoldPlan | null;
  /** What trials are judged by. */
  readonly metric: string;
}

/**
 * What can be found wrong without data.
 * @throws MlxError USAGE, PARAM_INVALID
 */
export function checkSpec(spec: ModelingSpec): readonly Contender[] {
  const contenders = contendersOf(spec);
  if (hasTrials(spec)) return contenders;
  const flag =
    spec.resume !== undefined ? '--resume' : spec.timeBudgetSeconds !== undefined ? '--time-budget' : null;
  if (flag === null) return contenders;
  throw new MlxError('USAGE', `${flag} is for a search or a comparison, and neither is asked for.`, {
    hint: 'Add --search random, or --algorithm auto.',
  });
}

/** Whether several models are tried. */
export function hasTrials({ algorithm, search }: ModelingSpec): boolean {
  return algorithm === AUTO || search !== undefined;
}

/** @throws MlxError USAGE, PARAM_INVALID for what does not fit the data */
export function understand(
  spec: ModelingSpec,
  data: PreparedData,
  contenders: readonly Contender[],
): ModelingRequest {
  const { target } = data.train;
  checkDecision(spec, target);
  const [first, ...others] = fitForTask(contenders, target.task, spec.search !== undefined);
  if (first === undefined) throw new MlxError('USAGE', `No algorithm can learn a ${target.task}.`);
  return {
    spec,
    data,
    contenders: [first, ...others],
    plan: planValidation(spec, data),
    metric: judgeMetric(spec.metric, target),
  };
}
