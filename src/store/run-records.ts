export type RunStatus = 'running' | 'finished' | 'failed' | 'interrupted';

export interface RunDataset {
  readonly path: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
  readonly rows: number;
  readonly columns: number;
}

export type RunTestDataset = Omit<RunDataset, 'columns'>;

export interface RunArtifact {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A tracked run. Times are ISO 8601 UTC; a metric that could not be computed is NaN. */
export interface RunRecord {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  /** Null while the run is running, and when its process died. */
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly params: Readonly<Record<string, string>>;
  /** The latest value of each metric. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly artifacts: readonly RunArtifact[];
  readonly dataset: RunDataset | null;
  readonly testDataset: RunTestDataset | null;
  readonly gitCommit: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly error: string | null;
  readonly parentId: string | null;
  /** When the run was deleted; null for a run that is not. */
  readonly deletedAt: string | null;
}

/** What is known when a run starts. */
export interface NewRun {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly startedAt: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly gitCommit: string | null;
  readonly parentId: string | null;
}

export interface RunEnd {
  readonly status: Exclude<RunStatus, 'running'>;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly error: string | null;
}

/** One value of a metric's history. */
export interface MetricStep {
  readonly key: string;
  readonly step: number;
  /** NaN where it could not be computed. */
  readonly value: number;
  readonly time: string;
}
