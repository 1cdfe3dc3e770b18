import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { MlxError } from '../errors.js';
import { CertificateThread } from './certificate-thread.js';
import { digestScores, type Feeds, type RowOrder, type ScoreDigest } from './score-digests.js';
import { ModelSession } from './session.js';

/** Proof, made at training time, that scores do not depend on batch size, thread count or row order. */
export interface Certificate {
  readonly passed: boolean;
  /** Rows that were compared. */
  readonly rows: number;
  /** Batch sizes that gave the same bytes as row by row. */
  readonly batchSizes: readonly number[];
  readonly threads: readonly number[];
  /** Orders of the rows that gave the same bytes; certificates of mlx 0.1.0 know the given order alone. */
  readonly rowOrders: readonly RowOrder[];
  /** Length and SHA-256 of the model file before baseline and certificate were added at its end. */
  readonly bodyBytes: number;
  readonly bodySha256: string;
  /** What differed, where it did. */
  readonly mismatch: string | null;
  /** Version of mlx's own engine that gave the same bits as ONNX Runtime; null where it does not run the model. */
  readonly engine: number | null;
}

/** Feeds for rows `start` (inclusive) to `end` (exclusive) of the held-out table. */
export type FeedRows = (start: number, end: number) => Feeds;

/** The thread counts whose scores are compared. */
export const CERTIFIED_THREADS = [1, 2];

/** A session that the caller has open already. */
export interface OpenSession {
  readonly threads: number;
  readonly session: ModelSession;
}

/**
 * Loading takes a second per 40 MB, so that larger models are loaded side by side; starting a thread takes a tenth of
 * a second. A load takes 10 to 15 times the bytes of the file in memory, and two at once twice that.
 */
const WORTH_A_THREAD_BYTES = 4_000_000;
const MOST_BYTES_AT_ONCE = 32_000_000;

/**
 * Scores `rows` held-out rows one by one, in small batches and all at once, in the given and in other orders, on one
 * thread and on two, and compares the bytes of every output.
 * @param bytes the model file; its graph is not touched afterwards
 * @param open a session of these bytes, so that a large model need not be loaded once more
 */
export async function certify(
  bytes: Uint8Array,
  rows: number,
  feed: FeedRows,
  open?: OpenSession,
): Promise<Certificate> {
  const certification = new Certification(bytes, rows, feed, open?.threads ?? CERTIFIED_THREADS[0]);
  try {
    return await certification.finish(open?.session);
  } finally {
    await certification.close();
  }
}

/**
 * A certificate in the making. A large model is loaded by a thread from the start on for the thread counts other than
 * the caller's, so that both loads run side by side.
 */
export class Certification {
  readonly #bytes: Uint8Array;
  readonly #rows: number;
  readonly #feeds: Feeds;
  readonly #ownThreads: number;
  readonly #beside: readonly CertificateThread[];

  /** @param ownThreads thread count of the session that `finish` is given */
  constructor(bytes: Uint8Array, rows: number, feed: FeedRows, ownThreads = 1) {
    if (rows < 1) throw new MlxError('MODEL_UNCERTIFIED', 'A certificate needs at least one held-out row.');
    this.#bytes = bytes;
    this.#rows = rows;
    this.#feeds = feed(0, rows);
    this.#ownThreads = ownThreads;
    const isWorthIt =
      bytes.length >= WORTH_A_THREAD_BYTES &&
      bytes.length <= MOST_BYTES_AT_ONCE &&
      availableParallelism() > 1;
    this.#beside = isWorthIt
      ? CERTIFIED_THREADS.filter((threads) => threads !== ownThreads).map(
          (threads) => new CertificateThread({ bytes, threads, feeds: this.#feeds, rows }),
        )
      : [];
  }

  /**
   * Compares every way to score the rows. A session that is given is released where the model is so large that it is not
   * held twice.
   */
  async finish(session?: ModelSession): Promise<Certificate> {
    const own = await this.#digests(this.#ownThreads, session);
    if (this.#beside.length === 0 && this.#bytes.length > MOST_BYTES_AT_ONCE) await session?.release();
    const others =
      this.#beside.length > 0
        ? (await Promise.all(this.#beside.map(({ digests }) => digests))).flat()
        : await this.#digestsInTurn();
    return certificateOf(this.#bytes, this.#rows, [...own, ...others]);
  }

  /** Ends what is still at work. */
  async close(): Promise<void> {
    await Promise.all(this.#beside.map((thread) => thread.close()));
  }

  async #digestsInTurn(): Promise<ScoreDigest[]> {
    const digests: ScoreDigest[] = [];
    for (const threads of CERTIFIED_THREADS) {
      if (threads !== this.#ownThreads) digests.push(...(await this.#digests(threads)));
    }
    return digests;
  }

  async #digests(threads: number, open?: ModelSession): Promise<ScoreDigest[]> {
    const session = open ?? (await ModelSession.load(this.#bytes, { threads }));
    try {
      return await digestScores(session, threads, this.#feeds, this.#rows);
    } finally {
      if (session !== open) await session.release();
    }
  }
}

function certificateOf(bytes: Uint8Array, rows: number, digests: readonly ScoreDigest[]): Certificate {
  const [first] = digests;
  const different = digests.find(({ digest }) => digest !== first?.digest);
  return {
    passed: different === undefined,
    rows,
    batchSizes: [...new Set(digests.map(({ batchSize }) => batchSize))],
    threads: CERTIFIED_THREADS,
    rowOrders: [...new Set(digests.map(({ order }) => order))],
    bodyBytes: bytes.length,
    bodySha256: createHash('sha256').update(bytes).digest('hex'),
    mismatch:
      different === undefined || first === undefined
        ? null
        : `${describe(different)} differ from ${describe(first)}`,
    engine: null,
  };
}

function describe({ batchSize, threads, order }: ScoreDigest): string {
  const where = `batches of ${batchSize} on ${threads} thread(s)`;
  return order === 'given' ? where : `${where} with the rows ${order}`;
}

/** A certificate as it stands in a model file; null where there is none, or where it cannot be read. */
export function parseCertificate(text: string | undefined): Certificate | null {
  if (text === undefined) return null;
  try {
    const certificate = JSON.parse(text) as Certificate | null;
    return certificate === null
      ? null
      : {
          ...certificate,
          rowOrders: certificate.rowOrders ?? ['given'],
          engine: certificate.engine ?? null,
        };
  } catch {
    return null;
  }
}

/** Whether the certificate was made for these very bytes: a changed graph, whatever it does, is another model. */
export function belongsTo(certificate: Certificate, file: Uint8Array): boolean {
  const body = file.subarray(0, certificate.bodyBytes);
  return createHash('sha256').update(body).digest('hex') === certificate.bodySha256;
}
