import { takeRows } from '../data/table.js';
import { MlxError } from '../errors.js';
import { buildBaseline } from '../monitoring/baseline.js';
import { type Certificate, Certification, type FeedRows } from '../onnx/certificate.js';
import { ModelSession } from '../onnx/session.js';
import { feedsOf } from '../scoring/feeds.js';
import { type Manifest, METADATA } from '../scoring/manifest.js';
import { ScoringModel } from '../scoring/model.js';
import { withMetadata } from './assemble.js';
import { certifyEngine } from './certify-engine.js';
import { type Evaluation, evaluate, scoreColumn } from './evaluate.js';
import type { PreparedData } from './prepare.js';
import type { OnModelingEvent } from './spec.js';

/** Held-out rows that the certificate is made from; fewer of wide tables, of which each row takes long. */
const CERTIFICATE_ROWS = { most: 200, fewest: 20, cells: 200_000 };
const CERTIFICATE_THREADS = 2;

export interface CertifiedModel {
  readonly bytes: Uint8Array;
  readonly certificate: Certificate;
  readonly evaluation: Evaluation;
}

export interface CertifySpec {
  readonly seed: number;
  /** A metric that was asked for by name. */
  readonly metric: string | undefined;
  readonly onEvent: OnModelingEvent;
}

/**
 * Scores the held-out rows through the file, adds baseline and certificate to it.
 * @throws MlxError MODEL_UNCERTIFIED when scores are not stable
 */
export async function certifyAndScore(
  body: Uint8Array,
  manifest: Manifest,
  { train, test }: PreparedData,
  { seed, metric, onEvent }: CertifySpec,
): Promise<CertifiedModel> {
  const { most, fewest, cells } = CERTIFICATE_ROWS;
  const wanted = Math.min(most, Math.max(fewest, Math.floor(cells / manifest.columns.length)));
  const rows = Math.min(wanted, test.table.rows);
  const sample = takeRows(
    test.table,
    Int32Array.from({ length: rows }, (_, row) => row),
  );
  const feed: FeedRows = (start, end) => feedsOf(manifest, sample, start, end);
  const certification = new Certification(body, rows, feed, CERTIFICATE_THREADS);
  let session: ModelSession | undefined;
  try {
    session = await ModelSession.load(body, { threads: CERTIFICATE_THREADS });
    onEvent({ kind: 'evaluating', rows: test.table.rows });
    const scoring = ScoringModel.around(session, manifest);
    const evaluation = await evaluate(scoring, test.table, test.target, metric);
    onEvent({ kind: 'certifying', rows });
    // Before the session may be released.
    const engine = await certifyEngine(body, scoring, test.table, evaluation.predictions);
    const certificate = { ...(await certification.finish(session)), engine };
    requirePassed(certificate);
    const baseline = buildBaseline(train.table, manifest.columns, {
      seed,
      prediction: scoreColumn(evaluation.scores),
    });
    const bytes = withMetadata(body, { [METADATA.baseline]: baseline, [METADATA.certificate]: certificate });
    return { bytes, certificate, evaluation };
  } finally {
    await certification.close();
    await session?.release();
  }
}

function requirePassed(certificate: Certificate): void {
  if (!certificate.passed) {
    throw new MlxError('MODEL_UNCERTIFIED', `The model's scores are not stable: ${certificate.mismatch}.`, {
      hint: 'Please report this with the algorithm and its parameters; the model was not kept.',
    });
  }
}
