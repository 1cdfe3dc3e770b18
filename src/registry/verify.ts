import { MlxError } from '../errors.js';
import { eventHash, GENESIS_HASH } from '../store/event-chain.js';
import type { ModelVersion, RegistryEvent } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { replayStages } from './history.js';
import { versionDigest } from './version-digest.js';

export interface ChainReport {
  readonly ok: boolean;
  /** How many events were checked. */
  readonly events: number;
  /** Number of the first event that does not fit; null when all fit. */
  readonly brokenAt: number | null;
  /** What is wrong, in words. */
  readonly problem: string | null;
}

/**
 * Recomputes the hash of every event, then checks that versions, stages and aliases are what the
 * events lead to. What cannot be seen: events cut off at the end together with all that they did.
 */
export async function verifyChain(store: Store): Promise<ChainReport> {
  const byModel = new Map<string, RegistryEvent[]>();
  let checked = 0;
  let lastHash = GENESIS_HASH;
  const broken = (brokenAt: number, problem: string): ChainReport => ({
    ok: false,
    events: checked,
    brokenAt,
    problem,
  });
  for (;;) {
    const page = await eventPage(store, checked);
    if ('problem' in page) return broken(page.seq, page.problem);
    if (page.events.length === 0) break;
    for (const event of page.events) {
      const expected = checked + 1;
      if (event.seq !== expected) return broken(expected, `event ${expected} is missing`);
      if (event.prevHash !== lastHash || eventHash(event) !== event.hash) {
        return broken(event.seq, `event ${event.seq} does not match its hash`);
      }
      lastHash = event.hash;
      checked++;
      const events = byModel.get(event.model);
      if (events === undefined) byModel.set(event.model, [event]);
      else events.push(event);
    }
  }
  const versions = await store.registry.versions();
  for (const [model, events] of byModel) {
    const own = versions.filter(({ name }) => name === model);
    const found = findMismatch(events, own);
    if (found !== undefined) return broken(found.seq, found.problem);
  }
  const stray = versions.find(({ name }) => !byModel.has(name));
  if (stray !== undefined) return broken(checked + 1, `${stray.name}/${stray.version} was never registered`);
  return { ok: true, events: checked, brokenAt: null, problem: null };
}

async function eventPage(
  store: Store,
  after: number,
): Promise<{ events: RegistryEvent[] } | { seq: number; problem: string }> {
  try {
    return { events: await store.registry.eventPage(after) };
  } catch (error) {
    if (!(error instanceof MlxError) || error.code !== 'STORE_CORRUPT') throw error;
    const seq = error.details?.seq;
    return { seq: typeof seq === 'number' ? seq : after + 1, problem: error.message };
  }
}

/** The last event about a version (or alias) that is not what its events say. */
function findMismatch(
  events: readonly RegistryEvent[],
  versions: readonly ModelVersion[],
): { seq: number; problem: string } | undefined {
  const stages = replayStages(events);
  const aliases = replayAliases(events);
  const lastAbout = (version: number) => events.findLast((event) => event.version === version)?.seq ?? 0;
  for (const [version, stage] of stages) {
    const row = versions.find((candidate) => candidate.version === version);
    const where = `${events[0]?.model}/${version}`;
    if (row === undefined) return { seq: lastAbout(version), problem: `${where} is missing` };
    const registered = events.find((event) => event.kind === 'registered' && event.version === version);
    if (registered?.evidence.version_digest !== versionDigest(row)) {
      return { seq: registered?.seq ?? 0, problem: `${where} is not what was registered` };
    }
    if (row.stage !== stage) {
      return { seq: lastAbout(version), problem: `${where} is in ${row.stage}; its events say ${stage}` };
    }
    const expected = [...aliases].filter(([, target]) => target === version).map(([alias]) => alias);
    if (row.aliases.join() !== expected.sort().join()) {
      return { seq: lastAbout(version), problem: `${where} has other aliases than its events say` };
    }
  }
  const stray = versions.find(({ version }) => !stages.has(version));
  if (stray === undefined) return undefined;
  return { seq: events.at(-1)?.seq ?? 0, problem: `${stray.name}/${stray.version} was never registered` };
}

function replayAliases(events: readonly RegistryEvent[]): Map<string, number> {
  const aliases = new Map<string, number>();
  for (const event of events) {
    if (event.kind === 'alias-set') aliases.set(String(event.evidence.alias), event.version);
    if (event.kind === 'alias-removed') aliases.delete(String(event.evidence.alias));
  }
  return aliases;
}
