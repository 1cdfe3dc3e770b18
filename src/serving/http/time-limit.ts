import type { IncomingHttpHeaders } from 'node:http';
import { MlxError } from '../../errors.js';

/** The header in which a client says how many milliseconds it waits for an answer. */
export const TIMEOUT_HEADER = 'x-request-timeout-ms';

/**
 * How long a client says that it waits; undefined when it does not say.
 * @throws MlxError REQUEST_INVALID for anything but a positive number
 */
export function clientTimeoutMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headers[TIMEOUT_HEADER];
  if (text === undefined) return undefined;
  const timeoutMs = Number(text);
  if (typeof text === 'string' && /^\d{1,9}(?:\.\d{1,6})?$/.test(text) && timeoutMs > 0) return timeoutMs;
  throw new MlxError(
    'REQUEST_INVALID',
    `The header ${TIMEOUT_HEADER} is not a positive number of milliseconds.`,
    { hint: 'Leave it out to wait as long as the server allows.', details: { field: TIMEOUT_HEADER } },
  );
}

export function deadlineExceeded(): MlxError {
  return new MlxError('DEADLINE_EXCEEDED', 'The time that was allowed for the request is over.', {
    hint: 'Allow more time, send fewer rows at a time, or fewer requests at once.',
  });
}
