import { MlxError } from '../errors.js';
import type { RegistryEvent, Stage } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { requireModel } from './resolve.js';

/** Everything that happened to a model, oldest first. Errors: MODEL_NOT_FOUND. */
export async function history(store: Store, name: string): Promise<RegistryEvent[]> {
  await requireModel(store, name);
  return store.registry.events(name);
}

/**
 * The versions that a model had at a time, and their stages then, ascending; empty before the first.
 * Errors: MODEL_NOT_FOUND; USAGE when the time is not one.
 */
export async function stateAt(
  store: Store,
  name: string,
  time: string | Date,
): Promise<{ version: number; stage: Stage }[]> {
  const at = new Date(time).getTime();
  if (Number.isNaN(at)) {
    throw new MlxError('USAGE', `${JSON.stringify(time)} is not a time.`, {
      hint: 'Times are ISO 8601, for example 2026-03-03 or 2026-03-03T12:00:00Z.',
    });
  }
  const past = (await history(store, name)).filter((event) => Date.parse(event.time) <= at);
  return [...replayStages(past)]
    .map(([version, stage]) => ({ version, stage }))
    .sort((a, b) => a.version - b.version);
}

/** The stages that a model's events lead to, by version. Pure. */
export function replayStages(events: Iterable<RegistryEvent>): Map<number, Stage> {
  const stages = new Map<number, Stage>();
  for (const event of events) if (event.toStage !== null) stages.set(event.version, event.toStage);
  return stages;
}
