import type { ColumnSchema } from '../../data/schema.js';
import { columnKind } from '../../data/schema.js';
import type { Prediction } from '../../scoring/prediction.js';
import { parseJsonBody } from '../body.js';
import { type Core, contextOf, ID_HEADER, versionHeaders, withLease } from '../core.js';
import type { Lease } from '../deployment.js';
import { type HttpReply, type HttpRequest, json, type Route } from '../http/message.js';
import type { RequestContext } from '../predictor.js';
import { deploymentOf, noSuchRoute, parseModelPath } from './model-path.js';
import { readTensorFlowRequest } from './tensorflow-request.js';
import { predictAll, vectorOf } from './whole-answer.js';

/** TensorFlow Serving's REST dialect: model status, metadata and `:predict`. */
export function tensorFlowRoutes(core: Core): readonly Route[] {
  const look = async ({ rest }: HttpRequest): Promise<HttpReply> => {
    const path = parseModelPath(rest);
    if (path.action !== '' && path.action !== 'metadata') throw noSuchRoute();
    const lease = await deploymentOf(core, path).look(path.selection);
    const answer = await withLease(lease, async () =>
      path.action === '' ? statusOf(lease) : metadataOf(lease),
    );
    return json(answer);
  };

  const post = async (request: HttpRequest): Promise<HttpReply> => {
    const path = parseModelPath(request.rest);
    if (path.action !== 'predict') throw noSuchRoute();
    const context = contextOf(request);
    const lease = await deploymentOf(core, path).lease(path.selection);
    // Clients of this dialect often send JSON under curl's default content type.
    return withLease(lease, () => predict(core, lease, parseJsonBody(request.body), context));
  };

  const path = '/v1/models/*';
  return [
    { method: 'GET', path, role: 'predict', dialect: 'tensorflow', handle: look },
    { method: 'POST', path, role: 'predict', dialect: 'tensorflow', handle: post },
  ];
}

async function predict(core: Core, lease: Lease, body: unknown, context: RequestContext): Promise<HttpReply> {
  const asked = readTensorFlowRequest(core, body, lease.loaded.decoder);
  const { id, predictions } = await predictAll(core, lease, asked.rows, context);
  const answer =
    asked.form === 'row'
      ? { predictions: predictions.map((prediction) => rowOutput(prediction, lease)) }
      : { outputs: columnOutputs(predictions, lease) };
  return json(answer, 200, { [ID_HEADER]: id, ...versionHeaders(lease) });
}

/** One number for a regression; for a classification the two outputs by name. */
function rowOutput({ prediction, probabilities }: Prediction, { loaded }: Lease): unknown {
  if (probabilities === null) return prediction;
  return { label: prediction, probabilities: vectorOf(probabilities, loaded.model.manifest.classes) };
}

function columnOutputs(predictions: readonly Prediction[], { loaded }: Lease): unknown {
  const { task, classes } = loaded.model.manifest;
  const labels = predictions.map(({ prediction }) => prediction);
  if (task === 'regression') return labels;
  return {
    label: labels,
    probabilities: predictions.map(({ probabilities }) => vectorOf(probabilities, classes)),
  };
}

function statusOf({ loaded }: Lease): object {
  return {
    model_version_status: [
      {
        version: String(loaded.record.version),
        state: 'AVAILABLE',
        status: { error_code: 'OK', error_message: '' },
      },
    ],
  };
}

const DTYPES = { number: 'DT_DOUBLE', string: 'DT_STRING', time: 'DT_INT64' } as const;

function metadataOf({ loaded }: Lease): object {
  const { columns, task, classes, target } = loaded.model.manifest;
  const labelType = target?.type === 'string' || target === null ? 'DT_STRING' : 'DT_INT64';
  const outputs =
    task === 'regression'
      ? { prediction: tensorInfo('prediction', 'DT_FLOAT', [-1]) }
      : {
          label: tensorInfo('label', labelType, [-1]),
          probabilities: tensorInfo('probabilities', 'DT_FLOAT', [-1, classes.length]),
        };
  const signature = {
    inputs: Object.fromEntries(columns.map((column) => [column.name, inputInfo(column)])),
    outputs,
    method_name: 'tensorflow/serving/predict',
  };
  return {
    model_spec: { name: loaded.record.name, signature_name: '', version: String(loaded.record.version) },
    metadata: { signature_def: { signature_def: { serving_default: signature } } },
  };
}

function inputInfo({ name, type }: ColumnSchema): object {
  return tensorInfo(name, DTYPES[columnKind(type)], [-1]);
}

function tensorInfo(name: string, dtype: string, sizes: readonly number[]): object {
  const dim = sizes.map((size) => ({ size: String(size), name: '' }));
  return { dtype, tensor_shape: { dim, unknown_rank: false }, name };
}
