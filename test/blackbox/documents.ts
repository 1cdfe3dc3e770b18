/** The parts of mlx's JSON documents that the tests look at. */

export interface RunDocument {
  readonly id: string;
  readonly name: string;
  readonly status: 'running' | 'finished' | 'failed' | 'interrupted';
  readonly metrics: Readonly<Record<string, number>>;
  readonly artifacts: readonly { readonly name: string; readonly sha256: string }[];
}

export interface TrainDocument {
  readonly run: RunDocument;
  readonly metrics: Readonly<Record<string, number>>;
  readonly rows: { readonly train: number; readonly test: number };
  readonly model: { readonly sha256: string; readonly certificate: { readonly passed: boolean } };
  readonly timings: { readonly fit_ms: number; readonly total_ms: number };
}

export interface VersionDocument {
  readonly model: string;
  readonly version: number;
  readonly stage: 'none' | 'staging' | 'production' | 'archived';
  readonly sha256: string;
  readonly certified: boolean;
}

export interface EventDocument {
  readonly seq: number;
  readonly actor: string;
  readonly kind: string;
  readonly version: number;
  readonly from_stage: string | null;
  readonly to_stage: string | null;
  readonly reason: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface DoctorDocument {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly status: string; readonly message: string }[];
}

export interface Prediction {
  readonly prediction: string | number;
  readonly confidence: number | null;
  readonly probabilities: Readonly<Record<string, number>> | null;
}
