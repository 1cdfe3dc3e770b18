import type { Store } from '../store/store.js';
import type { ParameterValue } from '../training/parameters.js';
import type { FoldScore } from './cross-validation.js';
import type { TrialRecord } from './trial-record.js';

/** Finished trials by their key. */
export type EarlierTrials = ReadonlyMap<string, TrialRecord>;

/** What makes two trials of a run the same. */
export function trialKey(
  algorithm: string,
  { params, share }: { readonly params: Readonly<Record<string, ParameterValue>>; readonly share: number },
): string {
  return JSON.stringify([algorithm, share, Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A trial as its run keeps it; what could not be computed is null. */
export function trialBytes(record: TrialRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record, null, 2));
}

/** The trials that a run has finished. @throws MlxError ARTIFACT_CORRUPT */
export async function readTrials(store: Store, parentId: string): Promise<EarlierTrials> {
  const runs = await store.runs.search({ parentId });
  const trials = new Map<string, TrialRecord>();
  for (const { status, artifacts } of runs) {
    const own = artifacts.find(({ name }) => name === 'trial.json');
    if (status !== 'finished' || own === undefined) continue;
    const record = parseTrial((await store.artifacts.read(own.sha256)).toString());
    trials.set(trialKey(record.algorithm, record), record);
  }
  return trials;
}

function parseTrial(text: string): TrialRecord {
  const record = JSON.parse(text) as TrialRecord;
  const folds = record.folds.map((fold): FoldScore => {
    const metrics = Object.entries(fold.metrics as Readonly<Record<string, number | null>>);
    return {
      ...fold,
      metrics: Object.fromEntries(metrics.map(([name, value]) => [name, value ?? Number.NaN])),
    };
  });
  return { ...record, folds };
}
