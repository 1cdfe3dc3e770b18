import { createHash } from 'node:crypto';
import { readBatches } from '../data/read.js';
import type { Table } from '../data/table.js';
import { ENGINE_VERSION } from '../engine/engine.js';
import { MlxError, toMlxError } from '../errors.js';
import { parseBaseline } from '../monitoring/parse-baseline.js';
import {
  belongsTo,
  type Certificate,
  certify,
  type FeedRows,
  parseCertificate,
} from '../onnx/certificate.js';
import { inexactOperators, newerVersions } from '../onnx/exact-operators.js';
import { inspectModel, type ModelInfo } from '../onnx/inspect.js';
import { SessionPool } from '../onnx/session-pool.js';
import { feedsOf } from '../scoring/feeds.js';
import { METADATA } from '../scoring/manifest.js';
import { ScoringModel } from '../scoring/model.js';
import { valuesOf } from '../scoring/scores.js';
import { createRandom } from '../stats/random.js';
import { certifyEngine } from './certify-engine.js';
import { madeUpTable } from './made-up-table.js';

/** One thing that was looked at. A warning does not stand against the model. */
export interface ModelCheck {
  readonly name:
    | 'sha256'
    | 'graph'
    | 'versions'
    | 'operators'
    | 'certificate'
    | 'opens'
    | 'scores'
    | 'engine';
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
}

export interface CheckedModel {
  readonly sha256: string;
  readonly bytes: number;
  /** What the file says of itself; null where it cannot be read. */
  readonly info: ModelInfo | null;
  readonly checks: readonly ModelCheck[];
  /** The certificate that was made now; null where the model could not be scored. */
  readonly certificate: Certificate | null;
}

export interface VerifyOptions {
  /** A CSV file with the model's columns; rows are made up without one. */
  readonly data: string | undefined;
  readonly rows: number;
}

/**
 * Makes the certificate of a model file again, and checks what it rests on.
 * @throws MlxError what reading `data` throws: a bad table says nothing of the model
 */
export async function verifyModel(file: Uint8Array, options: VerifyOptions): Promise<CheckedModel> {
  const sha256 = createHash('sha256').update(file).digest('hex');
  const judged = judge('graph', () => inspectModel(file));
  if ('check' in judged)
    return { sha256, bytes: file.length, info: null, checks: [judged.check], certificate: null };
  const info = judged.value;
  const checks = checkGraph(info, file);
  const pool = new SessionPool({ idleSessions: 1 });
  try {
    const scored = await checkScores(file, options, pool);
    return { sha256, bytes: file.length, info, ...scored, checks: [...checks, ...scored.checks] };
  } finally {
    await pool.close();
  }
}

function judge<T>(
  name: ModelCheck['name'],
  work: () => T,
): { readonly value: T } | { readonly check: ModelCheck } {
  try {
    return { value: work() };
  } catch (thrown) {
    return { check: failed(name, thrown) };
  }
}

function failed(name: ModelCheck['name'], thrown: unknown): ModelCheck {
  return { name, status: 'fail', message: toMlxError(thrown).message };
}

/** What mlx writes is held to its own rules; a model from elsewhere may differ, which is said. */
function checkGraph(info: ModelInfo, file: Uint8Array): ModelCheck[] {
  const against = info.producer === 'mlx' ? 'fail' : 'warn';
  const newer = newerVersions(info);
  const inexact = inexactOperators(info);
  return [
    {
      name: 'graph',
      status: 'ok',
      message: `${info.nodes} operators, ${info.inputs.length} inputs, ${(file.length / 1e6).toFixed(1)} MB`,
    },
    newer.length === 0
      ? { name: 'versions', status: 'ok', message: `IR ${info.irVersion}, ${opsetText(info)}` }
      : { name: 'versions', status: against, message: `newer than what mlx writes: ${newer.join(', ')}` },
    inexact.length === 0
      ? { name: 'operators', status: 'ok', message: 'every operator is exact in batches of any size' }
      : { name: 'operators', status: against, message: `not exact in every batch: ${inexact.join(', ')}` },
    checkBody(info.metadata[METADATA.certificate], file),
  ];
}

function opsetText({ opsets }: ModelInfo): string {
  return Object.entries(opsets)
    .map(([domain, version]) => `${domain === '' ? 'opset' : domain} ${version}`)
    .join(', ');
}

function checkBody(text: string | undefined, file: Uint8Array): ModelCheck {
  const certificate = parseCertificate(text);
  if (certificate === null) {
    const message = text === undefined ? 'the file has none' : 'the one in the file cannot be read';
    return { name: 'certificate', status: text === undefined ? 'warn' : 'fail', message };
  }
  if (!belongsTo(certificate, file)) {
    return { name: 'certificate', status: 'fail', message: 'the file was changed after it was certified' };
  }
  return certificate.passed
    ? {
        name: 'certificate',
        status: 'ok',
        message: `the one in the file is of these bytes (${certificate.rows} rows)`,
      }
    : { name: 'certificate', status: 'fail', message: `the one in the file says: ${certificate.mismatch}` };
}

/** Opens the model and scores rows in every way. */
async function checkScores(
  file: Uint8Array,
  options: VerifyOptions,
  pool: SessionPool,
): Promise<Pick<CheckedModel, 'checks' | 'certificate'>> {
  let model: ScoringModel;
  try {
    model = await ScoringModel.open(file, { pool });
  } catch (thrown) {
    return { checks: [failed('opens', thrown)], certificate: null };
  }
  const opens: ModelCheck = { name: 'opens', status: 'ok', message: 'ONNX Runtime loads it' };
  try {
    const rows = await rowsFor(model, options);
    if ('problem' in rows) {
      const message = `no rows can be made up: ${rows.problem}; give some with --data`;
      return { checks: [opens, { name: 'scores', status: 'warn', message }], certificate: null };
    }
    const { checks, certificate } = await compareScores(file, model, rows.table, pool);
    return { checks: [opens, ...checks], certificate };
  } finally {
    await model.release();
  }
}

async function rowsFor(
  { manifest, baseline }: ScoringModel,
  { data, rows }: VerifyOptions,
): Promise<{ readonly table: Table } | { readonly problem: string }> {
  if (data === undefined)
    return madeUpTable(manifest.columns, parseBaseline(baseline), rows, createRandom(0));
  const { columns } = manifest;
  const batches = readBatches(
    data,
    { version: 1, rows: 0, columns },
    { batchRows: rows, columns: columns.map(({ name }) => name) },
  );
  for await (const { table } of batches) return { table };
  throw new MlxError('DATA_EMPTY', `${data} has no rows.`);
}

async function compareScores(
  file: Uint8Array,
  model: ScoringModel,
  table: Table,
  pool: SessionPool,
): Promise<Pick<CheckedModel, 'checks' | 'certificate'>> {
  const session = await pool.lease(file, 1);
  try {
    const scores = await model.score(table);
    const feed: FeedRows = (start, end) => feedsOf(model.manifest, table, start, end);
    const certificate = await certify(file, table.rows, feed, { threads: 1, session });
    const check: ModelCheck = certificate.passed
      ? { name: 'scores', status: 'ok', message: `the same bytes for ${table.rows} rows in every way` }
      : { name: 'scores', status: 'fail', message: `${certificate.mismatch}` };
    const engine = await certifyEngine(file, model, table, valuesOf(scores));
    const checks = [check, checkEngine(engine, model.certificate?.engine ?? null)];
    return { checks, certificate: { ...certificate, engine } };
  } catch (thrown) {
    return { checks: [failed('scores', thrown)], certificate: null };
  } finally {
    await session.release();
  }
}

/** The server believes the certificate in the file. */
function checkEngine(engine: number | null, claimed: number | null): ModelCheck {
  const name = 'engine';
  if (engine !== null) return { name, status: 'ok', message: 'mlx’s own engine gives the same bits' };
  return claimed === ENGINE_VERSION
    ? { name, status: 'fail', message: 'mlx’s own engine gives other bits, or does not run it' }
    : { name, status: 'ok', message: 'ONNX Runtime runs it when it is served' };
}
