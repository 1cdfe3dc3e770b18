import type { ModelVersion, RegistryEvent } from '../store/registry-records.js';
import type { RunRecord } from '../store/run-records.js';
import { isFoldMetric } from '../tracking/fold-metric.js';

/** Metrics as JSON can carry them: what could not be computed is null. */
export type MetricsDocument = Readonly<Record<string, number | null>>;

export function metricsDocument(metrics: Readonly<Record<string, number>>): MetricsDocument {
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([name]) => !isFoldMetric(name))
      .map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
}

/** A run as `--json` shows it. */
export function runDocument(run: RunRecord) {
  return {
    id: run.id,
    name: run.name,
    experiment: run.experiment,
    status: run.status,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    duration_ms: run.durationMs,
    params: run.params,
    metrics: metricsDocument(run.metrics),
    tags: run.tags,
    artifacts: run.artifacts,
    dataset: run.dataset,
    test_dataset: run.testDataset,
    git_commit: run.gitCommit,
    environment: run.environment,
    error: run.error,
    parent_id: run.parentId,
  };
}

export type RunDocument = ReturnType<typeof runDocument>;

/** A model version as `--json` shows it. */
export function versionDocument(version: ModelVersion) {
  return {
    model: version.name,
    version: version.version,
    stage: version.stage,
    aliases: version.aliases,
    task: version.task,
    metrics: metricsDocument(version.metrics),
    certified: version.certified,
    sha256: version.sha256,
    run_id: version.runId,
    test_digest: version.testDigest,
    source: version.source,
    description: version.description,
    created_at: version.createdAt,
    created_by: version.createdBy,
    details: version.details,
  };
}

export type VersionDocument = ReturnType<typeof versionDocument>;

/** One registry event as `--json` shows it. */
export function eventDocument(event: RegistryEvent) {
  return {
    seq: event.seq,
    time: event.time,
    actor: event.actor,
    kind: event.kind,
    model: event.model,
    version: event.version,
    from_stage: event.fromStage,
    to_stage: event.toStage,
    reason: event.reason,
    evidence: event.evidence,
    hash: event.hash,
  };
}

export type EventDocument = ReturnType<typeof eventDocument>;
