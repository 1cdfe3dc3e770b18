import { createHash } from 'node:crypto';
import { canonicalJson } from '../store/canonical-json.js';
import type { NewVersion } from '../store/registry-records.js';

/**
 * SHA-256 over all that never changes about a version. It stands in the `registered` event, so that
 * the event chain covers the version's row too.
 */
export function versionDigest(version: NewVersion): string {
  const facts: Record<keyof NewVersion, unknown> = {
    version: version.version,
    sha256: version.sha256,
    runId: version.runId,
    task: version.task,
    metrics: version.metrics,
    testDigest: version.testDigest,
    certified: version.certified,
    source: version.source,
    description: version.description,
    createdAt: version.createdAt,
    createdBy: version.createdBy,
    details: version.details,
  };
  return createHash('sha256').update(canonicalJson(facts)).digest('hex');
}
