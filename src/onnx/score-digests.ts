import { createHash } from 'node:crypto';
import { MlxError } from '../errors.js';
import type { ModelSession, TensorData } from './session.js';
import { rowBytes, takeTensorRows } from './tensor-rows.js';

/** The rows that a certificate is made from, as the graph's inputs. */
export type Feeds = Readonly<Record<string, TensorData>>;

/** In which order rows go through the model. */
export type RowOrder = 'given' | 'reversed' | 'shuffled';

/** One way to score the rows. */
export interface ScoringWay {
  readonly batchSize: number;
  readonly order: RowOrder;
}

/** What the scores were, whatever the way: SHA-256 over every output's rows in the given order. */
export interface ScoreDigest extends ScoringWay {
  readonly threads: number;
  readonly digest: string;
}

const SOME_ROWS = 7;

/** One by one, in small batches and all at once; and in other orders, where rows have other neighbours. */
export function waysFor(rows: number): readonly ScoringWay[] {
  const some = Math.min(SOME_ROWS, rows);
  const sizes = [...new Set([1, some, rows])];
  return [
    ...sizes.map((batchSize): ScoringWay => ({ batchSize, order: 'given' })),
    ...(rows === 1
      ? []
      : ([
          { batchSize: rows, order: 'reversed' },
          { batchSize: some, order: 'shuffled' },
          { batchSize: rows, order: 'shuffled' },
        ] as const)),
  ];
}

/** Scores the rows in every way on one session. */
export async function digestScores(
  session: ModelSession,
  threads: number,
  feeds: Feeds,
  rows: number,
): Promise<ScoreDigest[]> {
  const digests: ScoreDigest[] = [];
  for (const way of waysFor(rows)) {
    digests.push({ ...way, threads, digest: await digestOf(session, feeds, rows, way) });
  }
  return digests;
}

async function digestOf(
  session: ModelSession,
  feeds: Feeds,
  rows: number,
  { batchSize, order }: ScoringWay,
): Promise<string> {
  const positions = orderOf(rows, order);
  const scores = new Map(session.outputNames.map((name) => [name, new Array<Uint8Array>(rows)]));
  for (let start = 0; start < rows; start += batchSize) {
    const batch = positions.subarray(start, Math.min(start + batchSize, rows));
    const results = await session.run(takeFeeds(feeds, batch));
    for (const [name, tensor] of Object.entries(results)) {
      if (tensor.dims[0] !== batch.length) throw wrongRows(name, tensor, batch.length);
      rowBytes(tensor).forEach((bytes, index) => {
        (scores.get(name) as Uint8Array[])[batch[index] as number] = bytes;
      });
    }
  }
  const hash = createHash('sha256');
  for (const [name, byRow] of scores) {
    hash.update(name);
    for (const bytes of byRow) hash.update(bytes);
  }
  return hash.digest('hex');
}

function takeFeeds(feeds: Feeds, rows: Int32Array): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, takeTensorRows(tensor, rows)]),
  );
}

function wrongRows(name: string, { dims }: TensorData, rows: number): MlxError {
  return new MlxError(
    'SCORING_FAILED',
    `The output "${name}" has the shape [${dims.join()}] for ${rows} row(s).`,
  );
}

/** The rows' positions in the order in which they are scored. */
function orderOf(rows: number, order: RowOrder): Int32Array {
  switch (order) {
    case 'given':
      return Int32Array.from({ length: rows }, (_, row) => row);
    case 'reversed':
      return Int32Array.from({ length: rows }, (_, row) => rows - 1 - row);
    case 'shuffled': {
      const step = coprimeNear(Math.floor(rows * 0.618), rows);
      return Int32Array.from({ length: rows }, (_, row) => ((row + 1) * step) % rows);
    }
  }
}

/** Steps of that length meet every row once. */
function coprimeNear(start: number, rows: number): number {
  let step = Math.max(start, 1);
  while (greatestCommonDivisor(step, rows) !== 1) step++;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
