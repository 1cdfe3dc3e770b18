import type { Anomaly } from '../../data/anomaly.js';
import type { ReadResult } from '../../data/read.js';
import type { Schema } from '../../data/schema.js';
import type { Features, PreprocessOptions } from './run.js';

interface Parts {
  readonly read: ReadResult;
  readonly schema: Schema;
  readonly anomalies: readonly Anomaly[];
  readonly features: Features | null;
  readonly timings: { readonly readMs: number; readonly totalMs: number };
}

/** What `--json` prints. `features` is null when none were asked for or the table is invalid. */
export function preprocessDocument(options: PreprocessOptions, parts: Parts) {
  const { read, schema, features } = parts;
  return {
    dataset: {
      path: options.data,
      digest: read.digest,
      bytes: read.bytes,
      rows: read.table.rows,
      columns: read.table.columns.length,
    },
    schema: schema.columns.map((column) => ({
      name: column.name,
      type: column.type,
      role: column.role,
      missing: column.missing,
      unique: column.unique,
      levels: column.levels ?? null,
      min: column.min ?? null,
      max: column.max ?? null,
      time_format: column.timeFormat ?? null,
      reason: column.reason ?? null,
    })),
    anomalies: parts.anomalies,
    profile: options.profile ?? null,
    features:
      features === null
        ? null
        : {
            out: options.out ?? null,
            graph: options.saveGraph ?? null,
            count: features.pipeline.features.length,
            names: features.pipeline.features,
            recipe: features.recipe,
            split: features.split,
            rows: features.rows,
            steps: features.pipeline.blocks.map((block) => ({
              kind: block.kind,
              columns: block.inputs,
              steps: block.steps.map(({ step }) => step),
            })),
          },
    timings: { read_ms: parts.timings.readMs, total_ms: parts.timings.totalMs },
  };
}

export type PreprocessDocument = ReturnType<typeof preprocessDocument>;
