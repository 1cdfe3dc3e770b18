import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import type { RegistryEvent } from './registry-records.js';

/** What the first event is chained to. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * SHA-256, in hex, of the previous event's hash followed by the canonical JSON of this event. Changing,
 * removing or reordering any event but the last therefore shows in every later hash.
 */
export function eventHash(event: Omit<RegistryEvent, 'hash'>): string {
  const content = canonicalJson({
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
  });
  return createHash('sha256').update(event.prevHash).update(content).digest('hex');
}
