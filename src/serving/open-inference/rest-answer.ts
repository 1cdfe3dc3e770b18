import { shortest } from '../../stats/shortest-float.js';
import { ID_HEADER } from '../core.js';
import { type HttpReply, json } from '../http/message.js';
import type { InferenceAnswer } from './infer.js';
import { writeRaw } from './raw-data.js';
import { JSON_LENGTH_HEADER } from './rest-request.js';
import type { OutputTensor } from './tensor.js';

/** An answer over HTTP: JSON, and after it the bytes of the tensors that are to be binary. */
export function inferenceReply(answer: InferenceAnswer): HttpReply {
  const { modelName, modelVersion, id, parameters, predictionId } = answer;
  const binary: Buffer[] = [];
  const outputs = answer.outputs.map((tensor) => {
    const { name, datatype, shape, data, isBinary } = tensor;
    if (!isBinary) return { name, datatype, shape, data: jsonData(data) };
    const bytes = writeRaw(tensor);
    binary.push(bytes);
    return { name, datatype, shape, parameters: { binary_data_size: bytes.length } };
  });
  const document = {
    model_name: modelName,
    model_version: modelVersion,
    ...(id === undefined ? {} : { id }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    outputs,
  };
  const headers = { [ID_HEADER]: predictionId };
  if (binary.length === 0) return json(document, 200, headers);
  const head = Buffer.from(JSON.stringify(document));
  return {
    status: 200,
    type: 'application/octet-stream',
    headers: { ...headers, [JSON_LENGTH_HEADER]: String(head.length) },
    body: Buffer.concat([head, ...binary]),
  };
}

function jsonData(data: OutputTensor['data']): readonly (string | number)[] {
  return data instanceof Float32Array ? Array.from(data, shortest) : data;
}
