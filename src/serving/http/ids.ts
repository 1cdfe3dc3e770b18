import type { IncomingMessage } from 'node:http';

/** Ids end up in logs: printable ASCII, and not too long. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
/** W3C Trace Context, level 1: version, trace id, parent id, flags. */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/** The caller's own id of a request, from `x-request-id`; null when there is none that can be used. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const id = headers['x-request-id'];
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : null;
}

/** Trace and parent id of a `traceparent` header; null when there is none that can be used. */
export function traceparentOf({
  headers,
}: Pick<IncomingMessage, 'headers'>): { traceId: string; parentId: string } | null {
  const { traceparent } = headers;
  const [, traceId, parentId] = typeof traceparent === 'string' ? (TRACEPARENT.exec(traceparent) ?? []) : [];
  return traceId === undefined || parentId === undefined ? null : { traceId, parentId };
}
