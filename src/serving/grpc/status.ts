import { type StatusObject, status } from '@grpc/grpc-js';
import type { MlxError } from '../../errors.js';

/** By HTTP status; what is not here is the request's fault below 500, and the server's from there on. */
const BY_HTTP_STATUS: Readonly<Record<number, status>> = {
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  413: status.RESOURCE_EXHAUSTED,
  429: status.RESOURCE_EXHAUSTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

/** The gRPC status of an error. */
function grpcStatus(error: MlxError): status {
  if (error.code === 'OVERLOADED') return status.RESOURCE_EXHAUSTED;
  return BY_HTTP_STATUS[error.status] ?? (error.status < 500 ? status.INVALID_ARGUMENT : status.INTERNAL);
}

/** How a call ends that failed. */
export function failureStatus(error: MlxError): Omit<StatusObject, 'metadata'> {
  const text = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  // The library cannot send half of a surrogate pair, which a text that was cut may end with.
  return { code: grpcStatus(error), details: Buffer.from(text).toString() };
}
