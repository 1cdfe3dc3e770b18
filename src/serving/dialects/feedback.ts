import type { PredictionLabel } from '../../store/prediction-records.js';
import { type Core, checkRows } from '../core.js';
import { invalidField, isObject } from '../decode.js';
import { type HttpReply, type HttpRequest, json, type Route } from '../http/message.js';
import { readFields, readJson } from './plain-request.js';

const FIELDS = ['prediction_id', 'label'];
const MAX_ID = 128;

/** `POST /feedback`: what turned out to be true. Sending the same again changes nothing. */
export function feedbackRoutes(core: Core): readonly Route[] {
  const handle = async (request: HttpRequest): Promise<HttpReply> => {
    const labels = readFeedback(core, readJson(request));
    // The prediction may still wait to be logged.
    await core.writer.flush();
    const counts = await core.store.predictions.addLabels(labels, core.now().toISOString());
    for (const [result, count] of Object.entries(counts)) core.metrics.labelled(result, count);
    return json({ received: labels.length, ...counts });
  };
  return [{ method: 'POST', path: '/feedback', role: 'feedback', dialect: 'plain', handle }];
}

function readFeedback(core: Core, body: unknown): readonly PredictionLabel[] {
  const many = isObject(body) && 'feedback' in body ? readFields(body, ['feedback']).feedback : body;
  if (!Array.isArray(many)) return [readLabel(body, '')];
  if (many.length === 0)
    throw invalidField('feedback', 'feedback is empty.', { hint: 'Send at least one label.' });
  checkRows(many.length, core.limits);
  return many.map((item, index) => readLabel(item, `feedback[${index}].`));
}

function readLabel(item: unknown, path: string): PredictionLabel {
  const fields = readFields(item, FIELDS);
  const { prediction_id: id, label } = fields;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) {
    throw invalidField(`${path}prediction_id`, `${path}prediction_id is not the id of a prediction.`, {
      hint: 'It is the prediction_id of an answer.',
    });
  }
  if (typeof label === 'boolean') return { predictionId: id, label: String(label) };
  if (typeof label === 'string' || (typeof label === 'number' && Number.isFinite(label))) {
    return { predictionId: id, label };
  }
  throw invalidField(`${path}label`, `${path}label is neither a class nor a number.`, {
    hint: 'It is what turned out to be true.',
  });
}
