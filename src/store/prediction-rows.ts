import type { LabelledPrediction, PredictionOutcome } from './prediction-records.js';

export interface OutcomeRow {
  seq: number;
  id: string;
  time: number;
  model: string;
  version: number;
  arm: string | null;
  unit: string | null;
  prediction: string | number;
  confidence: number | null;
  latency_ms: number;
  label: string | number | null;
}

export interface FullRow extends OutcomeRow {
  inputs: string;
  probabilities: string | null;
  request_id: string | null;
}

/** Twelve values; an id that is in the log already is left as it is. */
export const INSERT_PREDICTION = `INSERT INTO predictions (id, time, model, version, arm, unit, inputs, prediction,
  confidence, probabilities, latency_ms, request_id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;

/** `p` is the predictions table, `l` the labels. */
export const OUTCOME_COLUMNS =
  'p.seq, p.id, p.time, p.model, p.version, p.arm, p.unit, p.prediction, p.confidence, p.latency_ms, l.label';
export const FULL_COLUMNS = `${OUTCOME_COLUMNS}, p.inputs, p.probabilities, p.request_id`;

export function parseOutcome(row: OutcomeRow): PredictionOutcome {
  return {
    id: row.id,
    time: new Date(row.time).toISOString(),
    model: row.model,
    version: row.version,
    arm: row.arm,
    unit: row.unit,
    prediction: row.prediction,
    confidence: row.confidence,
    latencyMs: row.latency_ms,
    label: row.label,
  };
}

export function parsePrediction(row: FullRow): LabelledPrediction {
  return {
    ...parseOutcome(row),
    inputs: JSON.parse(row.inputs) as Record<string, number | string | null>,
    probabilities:
      row.probabilities === null ? null : (JSON.parse(row.probabilities) as Record<string, number>),
    requestId: row.request_id,
  };
}
