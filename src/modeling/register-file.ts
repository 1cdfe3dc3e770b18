import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { MlxError } from '../errors.js';
import { type Certificate, certify, type FeedRows } from '../onnx/certificate.js';
import { inspectModel } from '../onnx/inspect.js';
import { SessionPool } from '../onnx/session-pool.js';
import { checkModelName } from '../registry/names.js';
import { registerVersion } from '../registry/register.js';
import { type ExternalHints, externalManifest } from '../scoring/external.js';
import { feedsOf } from '../scoring/feeds.js';
import { METADATA, parseManifest } from '../scoring/manifest.js';
import { ScoringModel } from '../scoring/model.js';
import { createRandom } from '../stats/random.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { withMetadata } from './assemble.js';
import { madeUpTable } from './made-up-table.js';
import { manifestSummary } from './manifest-summary.js';
import type { Registrant } from './register-run.js';

export interface FileRegistration extends Registrant, ExternalHints {
  /** Registers a model whose scores could not be certified; the version says so. */
  readonly allowUncertified: boolean;
}

const MADE_UP_ROWS = 64;

/**
 * An `.onnx` file made elsewhere becomes the next version of `name`. The registered artifact is the file with
 * the manifest that mlx derived from its graph added to its metadata; the graph's bytes stay as they are.
 * @throws MlxError FILE_NOT_FOUND, MODEL_INVALID, MODEL_UNCERTIFIED, NAME_INVALID
 */
export async function registerFile(
  store: Store,
  name: string,
  path: string,
  options: FileRegistration,
): Promise<ModelVersion> {
  checkModelName(name);
  const bytes = await readFile(path);
  const info = inspectModel(bytes);
  const own = info.metadata[METADATA.manifest];
  const manifest = own === undefined ? externalManifest(info, options) : parseManifest(own);
  const model = own === undefined ? withMetadata(bytes, { [METADATA.manifest]: manifest }) : bytes;
  const pool = new SessionPool({ idleSessions: 0 });
  const opened = await ScoringModel.open(model, { pool });
  const { certificate, problem } = await certifyOnMadeUpRows(model, opened, pool).finally(() =>
    opened.release(),
  );
  if (certificate?.passed !== true && !options.allowUncertified) {
    throw new MlxError(
      'MODEL_UNCERTIFIED',
      `${path} cannot be certified: ${problem ?? certificate?.mismatch}.`,
      {
        hint: 'Register it all the same with --allow-uncertified; the version will say so.',
      },
    );
  }
  const { sha256 } = await store.artifacts.putBytes(model);
  return registerVersion(store, {
    name,
    sha256,
    task: manifest.task,
    metrics: {},
    certified: certificate?.passed === true,
    source: basename(path),
    description: options.description,
    details: {
      ...manifestSummary(manifest),
      certificate,
      uncertified_because: problem,
      source_sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    actor: options.actor,
    now: options.now,
  });
}

/** There are no held-out rows for such a model, so the certificate is made on made-up ones, as far as they can be made. */
async function certifyOnMadeUpRows(
  model: Uint8Array,
  opened: ScoringModel,
  pool: SessionPool,
): Promise<{ readonly certificate: Certificate | null; readonly problem: string | null }> {
  const { manifest } = opened;
  const made = madeUpTable(manifest.columns, null, MADE_UP_ROWS, createRandom(0));
  if ('problem' in made) return { certificate: null, problem: made.problem };
  try {
    await opened.score(made.table);
    const session = await pool.lease(model, 1);
    try {
      const feed: FeedRows = (start, end) => feedsOf(manifest, made.table, start, end);
      return {
        certificate: await certify(model, MADE_UP_ROWS, feed, { threads: 1, session }),
        problem: null,
      };
    } finally {
      await session.release();
    }
  } catch (error) {
    return { certificate: null, problem: `it fails on made-up rows (${(error as Error).message})` };
  }
}
