import { MlxError } from '../../errors.js';
import type { TrainingTask } from '../ensemble.js';
import type { ParameterValue } from '../parameters.js';

/** The parameters of `linear`, understood. */
export interface LinearSettings {
  readonly penalty: 'none' | 'l2' | 'l1' | 'elasticnet';
  /** Strength of the penalty: alpha, or 1 / C. */
  readonly strength: number;
  /** Share of the penalty that is l1. */
  readonly l1Share: number;
  readonly hasIntercept: boolean;
  readonly maxIterations: number;
  readonly tolerance: number;
}

const L1_SHARES = { none: 0, l2: 0, l1: 1, elasticnet: 0.5 } as const;

/** @throws MlxError PARAM_INVALID for an l1_ratio beside another penalty than elasticnet */
export function readSettings(
  params: Readonly<Record<string, ParameterValue>>,
  task: TrainingTask,
): LinearSettings {
  const penalty = params.penalty as LinearSettings['penalty'];
  const ratio = params.l1_ratio as number | 'auto';
  if (ratio !== 'auto' && penalty !== 'elasticnet') {
    throw new MlxError('PARAM_INVALID', `l1_ratio means nothing with the penalty ${penalty}.`, {
      hint: 'Leave l1_ratio out, or choose penalty=elasticnet.',
      details: { parameter: 'l1_ratio', value: ratio, penalty },
    });
  }
  const strength = task === 'regression' ? (params.alpha as number) : 1 / (params.C as number);
  return {
    penalty,
    strength: penalty === 'none' ? 0 : strength,
    l1Share: ratio === 'auto' ? L1_SHARES[penalty] : ratio,
    hasIntercept: params.fit_intercept as boolean,
    maxIterations: params.max_iter as number,
    tolerance: params.tol as number,
  };
}
