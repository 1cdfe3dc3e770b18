import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ColumnSchema } from '../../data/schema.js';
import { columnKind } from '../../data/schema.js';
import type { Prediction } from '../../scoring/prediction.js';
import { type Core, contextOf, ID_HEADER, withLease } from '../core.js';
import type { Lease } from '../deployment.js';
import type { RequestContext } from '../predictor.js';
import { deploymentOf, noSuchRoute, parseModelPath } from './model-path.js';
import { readTensorFlowRequest } from './tensorflow-request.js';
import { predictAll, vectorOf } from './whole-answer.js';

interface WildcardRoute {
  Params: { '*': string };
}

/** TensorFlow Serving's REST dialect: model status, metadata and `:predict`. */
export function addTensorFlowRoutes(app: FastifyInstance, core: Core): void {
  app.get<WildcardRoute>('/v1/models/*', async (request) => {
    const path = parseModelPath(request.params['*']);
    if (path.action !== '' && path.action !== 'metadata') throw noSuchRoute();
    const lease = await deploymentOf(core, path).lease(path.selection);
    return withLease(lease, async () => (path.action === '' ? statusOf(lease) : metadataOf(lease)));
  });

  app.post<WildcardRoute>('/v1/models/*', async (request, reply) => {
    const path = parseModelPath(request.params['*']);
    if (path.action !== 'predict') throw noSuchRoute();
    const context = contextOf(request);
    const lease = await deploymentOf(core, path).lease(path.selection);
    return withLease(lease, () => predict(core, lease, request.body, context, reply));
  });
}

async function predict(
  core: Core,
  lease: Lease,
  body: unknown,
  context: RequestContext,
  reply: FastifyReply,
): Promise<object> {
  const asked = readTensorFlowRequest(core, body, lease.loaded.decoder);
  const { id, predictions } = await predictAll(core, lease, asked.rows, context);
  reply.header(ID_HEADER, id);
  return asked.form === 'row'
    ? { predictions: predictions.map((prediction) => rowOutput(prediction, lease)) }
    : { outputs: columnOutputs(predictions, lease) };
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
