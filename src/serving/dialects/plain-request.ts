import { MlxError } from '../../errors.js';
import { didYouMean } from '../../suggest.js';
import { parseJsonBody } from '../body.js';
import { invalidField, isObject } from '../decode.js';
import { type HttpRequest, mediaType } from '../http/message.js';

const MAX_TEXT = 256;

/** The body of a request that must be JSON. @throws MlxError REQUEST_INVALID, MEDIA_TYPE_UNSUPPORTED */
export function readJson({ headers, body }: HttpRequest): unknown {
  if (mediaType(headers) === 'application/json') return parseJsonBody(body);
  throw unsupportedType();
}

export function unsupportedType(): MlxError {
  return new MlxError('MEDIA_TYPE_UNSUPPORTED', 'The content type of the request is not supported.', {
    hint: 'Send JSON with Content-Type: application/json (for /batch_predict also text/csv or application/x-ndjson).',
  });
}

/**
 * A JSON object that has no other fields than these.
 * @throws MlxError REQUEST_INVALID
 */
export function readFields(body: unknown, fields: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isObject(body)) {
    throw new MlxError('REQUEST_INVALID', 'The request body is not a JSON object.', {
      hint: `It has the fields ${fields.join(', ')}; see /docs.`,
    });
  }
  for (const name of Object.keys(body)) {
    if (fields.includes(name)) continue;
    throw invalidField(
      name,
      `The request has a field ${JSON.stringify(name.slice(0, 80))}, which is not known.`,
      {
        hint: didYouMean(name, fields),
      },
    );
  }
  return body;
}

/** An optional text: null and absent are the same. @throws MlxError REQUEST_INVALID */
export function optionalText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value.length <= MAX_TEXT) return value;
  throw invalidField(field, `${field} is not a string of at most ${MAX_TEXT} characters.`);
}

/** A user id: text, or a number, which stands for its digits. @throws MlxError REQUEST_INVALID */
export function optionalUnit(value: unknown, field: string): string | null {
  return optionalText(typeof value === 'number' ? String(value) : value, field) ?? null;
}

/** A version number, as a number or its digits. @throws MlxError REQUEST_INVALID */
export function optionalVersion(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < 1e9) return value;
  if (typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw invalidField(field, `${field} is not a version number.`, { hint: 'Versions are 1, 2, 3 …' });
}
