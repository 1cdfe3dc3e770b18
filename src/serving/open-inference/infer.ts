import type { Core } from '../core.js';
import { invalidField } from '../decode.js';
import type { Lease } from '../deployment.js';
import type { RequestContext } from '../predictor.js';
import { packInputs } from './input-tensors.js';
import { checkOutputs, outputTensors } from './output-tensors.js';
import type { InferenceRequest, OutputTensor, Parameters } from './tensor.js';

/** An answer, whatever protocol takes it. */
export interface InferenceAnswer {
  readonly predictionId: string;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string | undefined;
  /** The request's own, but for those that say how to answer. */
  readonly parameters: Parameters;
  readonly outputs: readonly OutputTensor[];
}

/** Parameters that mean something to servers of this protocol: they are not given back. */
const RESERVED =
  /^(?:sequence_id|sequence_start|sequence_end|priority|timeout|headers|binary_data_output|triton_.*)$/s;
const MICROSECONDS_PER_MS = 1000;

/**
 * Answers an inference request.
 * @throws MlxError REQUEST_INVALID, REQUEST_TOO_LARGE, SCORING_FAILED, DEADLINE_EXCEEDED, OVERLOADED
 */
export async function infer(
  core: Core,
  lease: Lease,
  request: InferenceRequest,
  context: RequestContext,
): Promise<InferenceAnswer> {
  const { loaded } = lease;
  const { manifest } = loaded.model;
  checkOutputs(request.outputs, manifest);
  const packed = packInputs({ decoder: loaded.decoder, manifest }, request.inputs, core.limits);
  const deadline = deadlineOf(request.parameters, context);
  const { id, scores } = await core.predictor.pack(lease, packed, { ...context, deadline });
  const own = Object.entries(request.parameters).filter(([name]) => !RESERVED.test(name));
  return {
    predictionId: id,
    modelName: loaded.record.name,
    modelVersion: String(loaded.record.version),
    id: request.id,
    parameters: Object.fromEntries(own),
    outputs: outputTensors(scores, manifest, request),
  };
}

/** The earlier of the request's own `timeout`, in microseconds, and what the transport allows. */
function deadlineOf({ timeout }: Parameters, { trace, deadline }: RequestContext): number | null {
  if (timeout === undefined || timeout === 0) return deadline;
  if (typeof timeout !== 'number' || !(timeout > 0))
    throw invalidField('parameters.timeout', 'parameters.timeout is not a number of microseconds.');
  return Math.min(deadline ?? Number.POSITIVE_INFINITY, trace.startedAt + timeout / MICROSECONDS_PER_MS);
}
