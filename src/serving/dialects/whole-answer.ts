import { MlxError } from '../../errors.js';
import type { Prediction } from '../../scoring/prediction.js';
import type { Core } from '../core.js';
import type { Row } from '../decode.js';
import type { Lease } from '../deployment.js';
import type { RequestContext } from '../predictor.js';

/**
 * Predictions for all rows or an error. The rows of an answer have the ids `<id>-<row>`; the only row of a request
 * has `<id>`.
 * @throws MlxError SCORING_FAILED, DEADLINE_EXCEEDED, OVERLOADED
 */
export async function predictAll(
  core: Core,
  lease: Lease,
  rows: readonly Row[],
  context: RequestContext,
): Promise<{ id: string; predictions: readonly Prediction[] }> {
  const [only] = rows;
  if (only !== undefined && rows.length === 1) {
    const { id, prediction } = await core.predictor.one(lease, only, context);
    return { id, predictions: [prediction] };
  }
  const { id, answers } = await core.predictor.many(lease, rows, context);
  const predictions = answers.map((answer, row) => {
    if (!(answer instanceof MlxError)) return answer.prediction;
    throw new MlxError(answer.code, `Row ${row}: ${answer.message}`, { details: { row } });
  });
  return { id, predictions };
}

/** Probabilities in the order of the classes. */
export function vectorOf(
  probabilities: Prediction['probabilities'],
  classes: readonly string[],
): readonly number[] {
  return classes.map((name) => probabilities?.[name] ?? 0);
}
