import { MlxError } from '../../errors.js';
import type { Prediction } from '../../scoring/prediction.js';
import type { RowJob } from '../batcher.js';
import { type Core, versionHeaders, withLease } from '../core.js';
import type { Row } from '../decode.js';
import type { Lease } from '../deployment.js';
import { json, type Route } from '../http/message.js';
import { readRequest } from './predict.js';

/**
 * `POST /explain`: the body of `/predict`, answered with the prediction and how each column moved it, in raw scores. It
 * is asked by people who want to understand, so it is neither logged nor counted among the predictions.
 */
export function explainRoutes(core: Core): readonly Route[] {
  const handle: Route['handle'] = async (request) => {
    const { deployment, version, features, context } = readRequest(core, request);
    const lease = await deployment.lease({ version });
    return withLease(lease, async () => {
      const { loaded } = lease;
      const row = loaded.decoder.row(features, 'features');
      const { unit, scores } = await core.explainers.explain(loaded, row);
      const prediction = await predictionOf(lease, row, context.deadline);
      const names = Object.keys(scores);
      // Two classes have one score: that of the second.
      const own = String(prediction.prediction);
      const of = names.includes(own) ? own : (names[0] ?? null);
      const { name, version: number } = loaded.record;
      const answer = {
        ...prediction,
        model_name: name,
        model_version: number,
        explanation: { unit, of, scores },
      };
      return json(answer, 200, versionHeaders(number, lease.isFallback));
    });
  };
  return [{ method: 'POST', path: '/explain', role: 'predict', dialect: 'plain', handle }];
}

function predictionOf({ loaded }: Lease, row: Row, deadline: number | null): Promise<Prediction> {
  return new Promise((resolve, reject) => {
    const job: RowJob = {
      rows: [row],
      deadline,
      done: ([result]) => {
        if (result === undefined || result instanceof MlxError) reject(result);
        else resolve(result);
      },
    };
    loaded.batcher.add(job);
  });
}
