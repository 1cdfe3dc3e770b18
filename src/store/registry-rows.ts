import { MlxError } from '../errors.js';
import type { ModelVersion, RegistryEvent, RegistryEventKind, Stage } from './registry-records.js';

export interface VersionRow {
  model: string;
  version: number;
  sha256: string;
  run_id: string | null;
  task: 'classification' | 'regression';
  metrics: string;
  test_digest: string | null;
  certified: number;
  source: string;
  description: string | null;
  created_at: string;
  created_by: string;
  details: string;
  stage: Stage;
  /** JSON array, from the query. */
  aliases: string;
}

export interface EventRow {
  seq: number;
  time: string;
  actor: string;
  kind: RegistryEventKind;
  model: string;
  version: number;
  from_stage: Stage | null;
  to_stage: Stage | null;
  reason: string | null;
  evidence: string;
  prev_hash: string;
  hash: string;
}

/** Columns of a version with its aliases; `v` is the versions table. */
export const VERSION_COLUMNS = `v.*, (SELECT json_group_array(a.alias) FROM
  (SELECT alias FROM aliases WHERE model = v.model AND version = v.version ORDER BY alias) a) AS aliases`;

export function parseVersion(row: VersionRow): ModelVersion {
  return {
    name: row.model,
    version: row.version,
    stage: row.stage,
    aliases: JSON.parse(row.aliases) as string[],
    sha256: row.sha256,
    runId: row.run_id,
    task: row.task,
    metrics: JSON.parse(row.metrics) as Record<string, number>,
    testDigest: row.test_digest,
    certified: row.certified === 1,
    source: row.source,
    description: row.description,
    createdAt: row.created_at,
    createdBy: row.created_by,
    details: JSON.parse(row.details) as Record<string, unknown>,
  };
}

/** Errors: STORE_CORRUPT when the evidence is no longer JSON. */
export function parseEvent(row: EventRow): RegistryEvent {
  return {
    seq: row.seq,
    time: row.time,
    actor: row.actor,
    kind: row.kind,
    model: row.model,
    version: row.version,
    fromStage: row.from_stage,
    toStage: row.to_stage,
    reason: row.reason,
    evidence: parseEvidence(row),
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

function parseEvidence(row: EventRow): Record<string, unknown> {
  try {
    return JSON.parse(row.evidence) as Record<string, unknown>;
  } catch (error) {
    throw new MlxError('STORE_CORRUPT', `The evidence of registry event ${row.seq} is not JSON.`, {
      cause: error,
      hint: 'Restore the store from a copy.',
      details: { seq: row.seq },
    });
  }
}
