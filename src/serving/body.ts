import { isUtf8 } from 'node:buffer';
import { MlxError } from '../errors.js';
import { parseLooseJson } from './loose-json.js';

const MAX_REASON = 160;

/**
 * Parses a JSON request body, or a part of one.
 * @param what how messages call it
 * @throws MlxError REQUEST_INVALID for anything but JSON in UTF-8
 */
export function parseJsonBody(body: Buffer, what = 'The body'): unknown {
  if (body.length === 0) {
    throw new MlxError('REQUEST_INVALID', 'The request body is empty.', {
      hint: 'Send a JSON object; see /docs.',
    });
  }
  const text = textOf(body, what);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(text, error, what);
  }
}

/**
 * Parses a JSON request body in which NaN and Infinity may stand for numbers, as clients in Python write them.
 * @throws MlxError REQUEST_INVALID as parseJsonBody
 */
export function parseLooseBody(body: Buffer): unknown {
  try {
    return parseJsonBody(body);
  } catch (error) {
    if (!isUtf8(body)) throw error;
    try {
      return parseLooseJson(textOf(body), 'refused');
    } catch {
      throw error;
    }
  }
}

/**
 * The text of a request body, without a byte order mark.
 * @throws MlxError REQUEST_INVALID when it is not UTF-8
 */
export function textOf(body: Buffer, what = 'The body'): string {
  if (!isUtf8(body)) {
    throw new MlxError('REQUEST_INVALID', `${what} is not UTF-8 text.`, {
      hint: 'Encode it as UTF-8.',
    });
  }
  const text = body.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function notJson(text: string, error: unknown, what: string): MlxError {
  const token = /"([^"\\]{1,80})"\s*:\s*\[?\s*(-?Infinity|NaN)\b/.exec(text);
  if (token !== null) {
    const [, field = '', value = ''] = token;
    return new MlxError(
      'REQUEST_INVALID',
      `${what} is not JSON: ${field} is ${value}, which JSON does not have.`,
      {
        hint: 'Write null for a missing value.',
        details: { field },
      },
    );
  }
  const reason = error instanceof Error ? error.message.slice(0, MAX_REASON) : '';
  return new MlxError('REQUEST_INVALID', `${what} is not JSON: ${reason}.`, {
    hint: 'Check quotes, commas and brackets; it may have been cut short.',
  });
}
