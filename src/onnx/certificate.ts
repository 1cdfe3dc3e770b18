import { createHash } from 'node:crypto';
import { MlxError } from '../errors.js';
import { ModelSession, type TensorData } from './session.js';

/** Proof, made at training time, that scores do not depend on batch size or thread count. */
export interface Certificate {
  readonly passed: boolean;
  /** Rows that were compared. */
  readonly rows: number;
  /** Batch sizes that gave the same bytes as row by row. */
  readonly batchSizes: readonly number[];
  readonly threads: readonly number[];
  /** Length and SHA-256 of the model file before baseline and certificate were added at its end. */
  readonly bodyBytes: number;
  readonly bodySha256: string;
  /** What differed, where it did. */
  readonly mismatch: string | null;
}

/** Feeds for rows `start` (inclusive) to `end` (exclusive) of the held-out table. */
export type FeedRows = (start: number, end: number) => Readonly<Record<string, TensorData>>;

/** The thread counts whose scores are compared. */
export const CERTIFIED_THREADS = [1, 2];

/** A session that the caller has open already. */
export interface OpenSession {
  readonly threads: number;
  readonly session: ModelSession;
}

/**
 * Scores `rows` held-out rows one by one, in small batches and all at once, on one thread and on two, and
 * compares the bytes of every output.
 * @param bytes the model file; its graph is not touched afterwards
 * @param open a session of these bytes, so that a large model need not be loaded once more
 */
export async function certify(
  bytes: Uint8Array,
  rows: number,
  feed: FeedRows,
  open?: OpenSession,
): Promise<Certificate> {
  if (rows < 1) throw new MlxError('MODEL_UNCERTIFIED', 'A certificate needs at least one held-out row.');
  const batchSizes = [...new Set([1, Math.min(7, rows), rows])];
  const digests = new Map<string, string>();
  for (const threads of CERTIFIED_THREADS) {
    const session = threads === open?.threads ? open.session : await ModelSession.load(bytes, { threads });
    try {
      for (const size of batchSizes) {
        digests.set(
          `batches of ${size} on ${threads} thread(s)`,
          await digestScores(session, rows, size, feed),
        );
      }
    } finally {
      if (session !== open?.session) await session.release();
    }
  }
  const [first, ...others] = [...digests];
  const different = others.find(([, digest]) => digest !== first?.[1]);
  return {
    passed: different === undefined,
    rows,
    batchSizes,
    threads: CERTIFIED_THREADS,
    bodyBytes: bytes.length,
    bodySha256: createHash('sha256').update(bytes).digest('hex'),
    mismatch: different === undefined ? null : `${different[0]} differ from ${first?.[0]}`,
  };
}

/** SHA-256 over every output's values, row-major, however the rows were cut into batches. */
async function digestScores(
  session: ModelSession,
  rows: number,
  size: number,
  feed: FeedRows,
): Promise<string> {
  const hashes = new Map(session.outputNames.map((name) => [name, createHash('sha256')]));
  for (let start = 0; start < rows; start += size) {
    const results = await session.run(feed(start, Math.min(start + size, rows)));
    for (const [name, tensor] of Object.entries(results)) hashes.get(name)?.update(bytesOf(tensor));
  }
  return [...hashes.values()].map((hash) => hash.digest('hex')).join(' ');
}

function bytesOf(tensor: TensorData): Uint8Array {
  if (tensor.type === 'string') return Buffer.from(JSON.stringify(tensor.data).slice(1, -1).concat(','));
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/** Whether the certificate was made for these very bytes: a changed graph, whatever it does, is another model. */
export function belongsTo(certificate: Certificate, file: Uint8Array): boolean {
  const body = file.subarray(0, certificate.bodyBytes);
  return createHash('sha256').update(body).digest('hex') === certificate.bodySha256;
}
