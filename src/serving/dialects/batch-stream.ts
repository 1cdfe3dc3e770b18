import { performance } from 'node:perf_hooks';
import { MlxError } from '../../errors.js';
import { type Core, contextOf, versionHeaders, withLease } from '../core.js';
import type { Row } from '../decode.js';
import type { Lease } from '../deployment.js';
import { discardBody } from '../http/discard-body.js';
import type { HttpReply, HttpRequest } from '../http/message.js';
import { ClientGone } from '../http/read-body.js';
import { inOrder } from '../in-order.js';
import { addPart, newTrace } from '../metrics/trace.js';
import { toPublicError } from '../public-error.js';
import { type RowResult, type RowWriter, withErrors } from './batch-answer.js';

/** Pieces of a stream at the model at once: while one is scored the next is read. */
const DEPTH = 2;

/** Rows as they arrive; in the place of a bad one its error. */
export type RowSource = AsyncIterable<readonly (Row | MlxError)[]>;

/**
 * Answers rows as they come, in their order, all by the version of the lease, which is freed when the last is answered
 * or the client has gone. No more is read than the client takes answers for.
 */
export function streamedReply(
  core: Core,
  lease: Lease,
  source: RowSource,
  writer: RowWriter,
  request: HttpRequest,
): HttpReply {
  const body = answers(core, lease, source, writer, request);
  const { version } = lease.loaded.record;
  // The request may be longer than the answer cares for: the connection ends with it.
  const headers = {
    ...versionHeaders(version, lease.isFallback),
    connection: 'close',
    'cache-control': 'no-store',
  };
  return { status: 200, type: writer.type, headers, body };
}

async function* answers(
  core: Core,
  lease: Lease,
  source: RowSource,
  writer: RowWriter,
  request: HttpRequest,
): AsyncGenerator<string> {
  const letGo = hold(lease);
  let row = 0;
  try {
    if (writer.head !== '') yield writer.head;
    const score = (rows: readonly (Row | MlxError)[]) => scoreRows(core, lease, rows, request);
    for await (const results of inOrder(source, DEPTH, score)) {
      if (results.length > 0) yield results.map((result) => writer.row(result, row++)).join('');
    }
  } catch (error) {
    if (error instanceof ClientGone) throw error;
    const known = toPublicError(error);
    if (known !== error) core.log('error', `a stream of rows failed: ${String(error)}`, { rows: row });
    // Whoever is still sending would not see the answer if the connection closed now.
    await discardBody(request.raw);
    yield writer.failure(known);
  } finally {
    letGo();
  }
}

/** Results of rows, errors in their places. Never fails for what a row or the model is to blame for. */
async function scoreRows(
  core: Core,
  lease: Lease,
  rows: readonly (Row | MlxError)[],
  request: HttpRequest,
): Promise<readonly RowResult[]> {
  const good = rows.filter((row): row is Row => !(row instanceof MlxError));
  let scored: readonly RowResult[];
  // What a row took does not count from the beginning of a stream that may have gone on for hours.
  const trace = newTrace(performance.now());
  try {
    const context = { ...contextOf(request), trace };
    scored = good.length === 0 ? [] : (await core.predictor.many(lease, good, context)).answers;
  } catch (error) {
    if (!(error instanceof MlxError)) throw error;
    scored = good.map(() => error);
  }
  addPart(request.trace, trace);
  return withErrors(rows, scored);
}

/** Keeps a version. @returns lets go of it */
function hold(lease: Lease): () => void {
  let letGo: () => void = () => undefined;
  void withLease(lease, () => new Promise<void>((resolve) => (letGo = resolve)));
  return letGo;
}
