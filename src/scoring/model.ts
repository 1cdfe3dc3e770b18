import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Table } from '../data/table.js';
import { MlxError } from '../errors.js';
import { belongsTo, type Certificate, parseCertificate } from '../onnx/certificate.js';
import { inspectModel, readMetadata } from '../onnx/inspect.js';
import { ModelSession, type SessionOptions } from '../onnx/session.js';
import type { SessionPool } from '../onnx/session-pool.js';
import { externalManifest } from './external.js';
import { feedsOf } from './feeds.js';
import { type Manifest, METADATA, parseManifest } from './manifest.js';
import { type PackedRows, packedFeeds } from './packed-rows.js';
import { neededOutputs, readScores, type Scores } from './scores.js';

export interface OpenOptions extends SessionOptions {
  /** Where the session comes from and goes back to; without one it is loaded and released. */
  readonly pool?: SessionPool;
  /** What the bytes are known to add up to (SHA-256 in hex), where they have been checked against it already. */
  readonly sha256?: string;
}

/** A model file, opened for scoring. */
export class ScoringModel {
  readonly manifest: Manifest;
  /** The drift baseline in the file, as JSON; null when the file has none. */
  readonly baseline: unknown;
  readonly certificate: Certificate | null;
  /** SHA-256 of the file. */
  readonly sha256: string;
  readonly #session: ModelSession;
  readonly #outputs: readonly string[];

  private constructor(
    session: ModelSession,
    manifest: Manifest,
    metadata: Readonly<Record<string, string>>,
    sha256: string,
  ) {
    this.#session = session;
    this.#outputs = neededOutputs(manifest);
    this.manifest = manifest;
    this.baseline = parseOptional(metadata[METADATA.baseline]);
    this.certificate = parseCertificate(metadata[METADATA.certificate]);
    this.sha256 = sha256;
  }

  /**
   * Opens a model from its path or its bytes. What a path names can come from anywhere and is inspected first;
   * bytes come from the store, into which they went through the same door.
   * @throws MlxError MODEL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
   */
  static async open(source: Uint8Array | string, options: OpenOptions = {}): Promise<ScoringModel> {
    const bytes = typeof source === 'string' ? await readFile(source) : source;
    if (typeof source === 'string') inspectModel(bytes);
    const metadata = readMetadata(bytes);
    const text = metadata[METADATA.manifest];
    const manifest = text === undefined ? externalManifest(inspectModel(bytes)) : parseManifest(text);
    const { pool, threads = 1 } = options;
    if (options.sha256 === undefined) checkUnchanged(metadata[METADATA.certificate], bytes);
    const session = await (pool === undefined
      ? ModelSession.load(bytes, { threads })
      : pool.lease(bytes, threads));
    const sha256 = options.sha256 ?? createHash('sha256').update(bytes).digest('hex');
    return new ScoringModel(session, manifest, metadata, sha256);
  }

  /** A session that is open already, seen as the model that the manifest describes; it has no baseline yet. */
  static around(session: ModelSession, manifest: Manifest): ScoringModel {
    return new ScoringModel(session, manifest, {}, '');
  }

  /**
   * Scores every row of the table, which holds the manifest's columns by name.
   * @throws MlxError SCORING_FAILED when the model fails or gives a score that is not finite
   */
  async score(table: Table): Promise<Scores> {
    const outputs = await this.#session.run(feedsOf(this.manifest, table), this.#outputs);
    return readScores(this.manifest, outputs, table.rows);
  }

  /**
   * Scores rows `start` (inclusive) to `end` (exclusive) of a pack.
   * @throws MlxError as `score`
   */
  async scorePacked(packed: PackedRows, start = 0, end = packed.rows): Promise<Scores> {
    const outputs = await this.#session.run(packedFeeds(this.manifest, packed, start, end), this.#outputs);
    return readScores(this.manifest, outputs, end - start);
  }

  /** Frees the native memory. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** A certificate speaks of certain bytes; with others in its place nothing is known of the model. */
function checkUnchanged(certificate: string | undefined, bytes: Uint8Array): void {
  const claimed = parseCertificate(certificate);
  if (certificate === undefined || (claimed !== null && belongsTo(claimed, bytes))) return;
  throw new MlxError('MODEL_INVALID', 'The model file was changed after it was certified.', {
    hint: 'Take the file from where it was made once more, or train again.',
  });
}

function parseOptional(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
