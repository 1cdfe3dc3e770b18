import { MlxError } from '../../errors.js';
import { type Core, contextOf, endLease, roundMs } from '../core.js';
import { invalidField, type Row, type RowDecoder } from '../decode.js';
import type { Deployment, Lease } from '../deployment.js';
import { type HttpReply, type HttpRequest, json, mediaType, type Route } from '../http/message.js';
import type { RequestContext } from '../predictor.js';
import { optionalText, optionalUnit, optionalVersion, readFields, readJson } from './plain-request.js';

const FIELDS = ['features', 'model', 'model_version', 'user_id'];

export interface PredictRequest {
  readonly deployment: Deployment;
  readonly features: unknown;
  readonly version: number | undefined;
  readonly context: RequestContext;
}

/**
 * `/predict` answers with the served version, or the one named; it does not follow an A/B test, so that its answers
 * are those of one version. `/predict_ab` gives each user an arm of the running test. `/predict_safe` steps back to
 * the last good version when the served one fails.
 */
export function predictRoutes(core: Core): readonly Route[] {
  const predict = async (request: HttpRequest): Promise<HttpReply> => {
    const asked = readQuickly(core, request) ?? readRequest(core, request);
    const lease = await asked.deployment.lease({ version: asked.version });
    return json(await answer(core, lease, asked));
  };

  const predictAb = async (request: HttpRequest): Promise<HttpReply> => {
    const asked = readRequest(core, request);
    if (asked.version !== undefined) {
      throw invalidField(
        'model_version',
        'The A/B test decides on the version; model_version cannot be given.',
        {
          hint: 'Use /predict to name a version.',
        },
      );
    }
    const lease = await asked.deployment.leaseArm(asked.context.unit);
    return json(await answer(core, lease, asked));
  };

  const predictSafe = async (request: HttpRequest): Promise<HttpReply> => {
    const asked = readRequest(core, request);
    let failed: number | undefined;
    try {
      const lease = await asked.deployment.lease({ version: asked.version });
      failed = lease.loaded.record.version;
      const body = await answer(core, lease, asked);
      const isBehind = asked.version === undefined && asked.deployment.isBehind;
      return json({ ...body, fallback: lease.isFallback || isBehind });
    } catch (error) {
      if (!(error instanceof MlxError) || error.code !== 'SCORING_FAILED') throw error;
      const lease = await asked.deployment.leaseFallback(failed);
      if (lease === undefined) throw error;
      const body = await answer(core, lease, asked);
      return json({ ...body, fallback: true });
    }
  };

  const post = (path: string, handle: Route['handle']): Route => ({
    method: 'POST',
    path,
    role: 'predict',
    dialect: 'plain',
    handle,
  });
  return [post('/predict', predict), post('/predict_ab', predictAb), post('/predict_safe', predictSafe)];
}

/** A row that was read for one version; another one, which may have other columns, reads the body again. */
class ReadRow {
  readonly #decoder: RowDecoder;
  readonly #row: Row;
  readonly #again: () => PredictRequest;

  constructor(decoder: RowDecoder, row: Row, again: () => PredictRequest) {
    this.#decoder = decoder;
    this.#row = row;
    this.#again = again;
  }

  /** @throws MlxError REQUEST_INVALID */
  for(decoder: RowDecoder): Row {
    return decoder === this.#decoder ? this.#row : decoder.row(this.#again().features, 'features');
  }
}

/** The request, where it is of the commonest form and for the only model. */
function readQuickly(core: Core, request: HttpRequest): PredictRequest | undefined {
  const deployment = core.catalog.only;
  const decoder = deployment?.current?.decoder;
  if (deployment === undefined || decoder === undefined) return undefined;
  if (mediaType(request.headers) !== 'application/json') return undefined;
  const row = decoder.quick(request.body);
  if (row === undefined) return undefined;
  const features = new ReadRow(decoder, row, () => readRequest(core, request));
  return { deployment, features, version: undefined, context: contextOf(request) };
}

/** The body of a request about one row. @throws MlxError REQUEST_INVALID, MODEL_NOT_FOUND */
export function readRequest(core: Core, request: HttpRequest): PredictRequest {
  const body = readFields(readJson(request), FIELDS);
  const context = contextOf(request, optionalUnit(body.user_id, 'user_id'));
  if (body.features === undefined) {
    throw invalidField('features', 'The request has no features.', {
      hint: 'Send {"features":{"column":value,…}}, or a list of values in the order of the columns.',
    });
  }
  return {
    deployment: core.catalog.find(optionalText(body.model, 'model')),
    features: body.features,
    version: optionalVersion(body.model_version, 'model_version'),
    context,
  };
}

/** Answers with a leased version, and gives it back. */
async function answer(core: Core, lease: Lease, { features, context }: PredictRequest): Promise<object> {
  const { loaded, arm } = lease;
  try {
    const { decoder } = loaded;
    const row = features instanceof ReadRow ? features.for(decoder) : decoder.row(features, 'features');
    const { id, prediction, latencyMs } = await core.predictor.one(lease, row, context);
    const { name, version } = loaded.record;
    const body = {
      prediction: prediction.prediction,
      confidence: prediction.confidence,
      probabilities: prediction.probabilities,
      model_name: name,
      model_version: version,
      prediction_id: id,
      inference_time_ms: roundMs(latencyMs),
    };
    return arm === null ? body : { ...body, arm };
  } finally {
    endLease(lease);
  }
}
