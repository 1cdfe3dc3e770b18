import type { Abtest } from './abtests.js';

export type Stage = 'none' | 'staging' | 'production' | 'archived';

/** What never changes about a version. */
export interface NewVersion {
  readonly version: number;
  /** Of the model file; the artifact of that name is in the store. */
  readonly sha256: string;
  readonly runId: string | null;
  readonly task: 'classification' | 'regression';
  readonly metrics: Readonly<Record<string, number>>;
  /** SHA-256 of the data that the metrics were measured on. */
  readonly testDigest: string | null;
  readonly certified: boolean;
  /** `run`, or the name of the file that the model came from. */
  readonly source: string;
  readonly description: string | null;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  /** Summary of the manifest: algorithm, classes, columns … */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ModelVersion extends NewVersion {
  readonly name: string;
  readonly stage: Stage;
  readonly aliases: readonly string[];
}

export type RegistryEventKind =
  | 'registered'
  | 'promoted'
  | 'archived'
  | 'rolled-back'
  | 'alias-set'
  | 'alias-removed'
  | 'abtest-started'
  | 'abtest-stopped';

/** What a decision adds to the log: the store numbers, chains and hashes it. */
export interface NewEvent {
  readonly time: string;
  readonly actor: string;
  readonly kind: RegistryEventKind;
  readonly version: number;
  readonly fromStage: Stage | null;
  /** The version's stage from now on; null when the event does not move it. */
  readonly toStage: Stage | null;
  readonly reason: string | null;
  /** Plain JSON. An alias event holds `alias`. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface RegistryEvent extends NewEvent {
  /** From 1 without gaps, over all models of the store. */
  readonly seq: number;
  readonly model: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** What the versions that were in production can be told from: `promoted` to it and `rolled-back` from it, oldest first. */
export type Release = Pick<RegistryEvent, 'time' | 'kind' | 'version' | 'toStage'>;

/** All that a decision about one model may look at. */
export interface ModelState {
  readonly name: string;
  /** By version number, ascending; empty for a model that does not exist yet. */
  readonly versions: readonly ModelVersion[];
  /** Oldest first. */
  readonly events: readonly RegistryEvent[];
  readonly runningAbtest: Abtest | null;
}

/** What is to happen to one model. Nothing at all is a decision too. */
export interface Decision {
  /** The version that a `registered` event brings. */
  readonly version?: NewVersion;
  readonly events: readonly NewEvent[];
  /** An A/B test as it is from now on. */
  readonly abtest?: Abtest;
}

export interface Recorded<D extends Decision> {
  readonly decision: D;
  readonly before: ModelState;
  readonly after: ModelState;
  readonly events: readonly RegistryEvent[];
}
