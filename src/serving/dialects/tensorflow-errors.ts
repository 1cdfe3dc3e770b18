import { MlxError } from '../../errors.js';
import { PrettyJson } from '../pretty-json.js';

const MAX_SHOWN = 256;

/** The request's fault, in TensorFlow Serving's words. */
export function invalidArgument(message: string): MlxError {
  return new MlxError('REQUEST_INVALID', message);
}

/** What the request asks for is not there. */
export function notFound(message: string): MlxError {
  return new MlxError('MODEL_NOT_FOUND', message);
}

/** `{"error": …}` as TensorFlow Serving writes it. */
export function errorText(message: string): string {
  return new PrettyJson().open('{').key('error').string(message).close().text;
}

/** A value in a message, cut behind 256 characters. */
export function shownValue(value: unknown): string {
  const json = new PrettyJson();
  json.isOneLine = true;
  write(json, value);
  return json.text;
}

/** What kind of JSON a value is, in RapidJSON's words. */
export function jsonKind(value: unknown): string {
  if (value === null) return 'Null';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return 'Array';
  const name = typeof value;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** False once there is enough: what is begun stays open, which bounds the depth too. */
function write(json: PrettyJson, value: unknown): boolean {
  if (json.text.length >= MAX_SHOWN) return false;
  if (typeof value === 'string') json.string(value);
  else if (Array.isArray(value)) {
    json.open('[');
    if (!value.every((item) => write(json, item))) return false;
    json.close();
  } else if (typeof value === 'object' && value !== null) {
    json.open('{');
    for (const [name, item] of Object.entries(value)) {
      if (json.text.length >= MAX_SHOWN) return false;
      json.key(name);
      if (!write(json, item)) return false;
    }
    json.close();
  } else json.raw(String(value));
  return true;
}
