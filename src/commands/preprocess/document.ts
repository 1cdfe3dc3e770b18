import type { Anomaly } from '../../data/anomaly.js';
import type { DuplicateRows } from '../../data/duplicate-rows.js';
import { inputText } from '../../data/input-name.js';
import type { ReadResult } from '../../data/read.js';
import type { Schema } from '../../data/schema.js';
import type { SchemaRules } from '../../data/schema-rules.js';
import type { Features } from './features.js';
import type { PreprocessOptions } from './run.js';

interface Parts {
  readonly read: ReadResult;
  readonly schema: Schema;
  readonly rules: SchemaRules | undefined;
  readonly anomalies: readonly Anomaly[];
  readonly test: ReadResult | undefined;
  readonly duplicates: DuplicateRows;
  readonly features: Features | null;
  readonly timings: { readonly readMs: number; readonly totalMs: number };
}

/** What `--json` prints. `features` is null when none were asked for or the table is invalid. */
export function preprocessDocument(options: PreprocessOptions, parts: Parts) {
  const { read, schema, rules, test, duplicates, features } = parts;
  return {
    dataset: {
      path: inputText(options.data),
      digest: read.digest,
      bytes: read.bytes,
      rows: read.table.rows,
      columns: schema.columns.length,
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
    schema_file: {
      read: options.schema ?? null,
      written: options.saveSchema ?? null,
      /** Columns that the file names, also those that the table lacks. */
      columns: rules?.columns.map(({ name }) => name) ?? null,
    },
    duplicate_rows: {
      count: duplicates.count,
      dropped: options.dropDuplicates ? duplicates.count : 0,
      first: duplicates.first,
      conflicting: duplicates.conflicting,
    },
    anomalies: parts.anomalies,
    profile: options.profile ?? null,
    test:
      test === undefined
        ? null
        : { path: inputText(options.test ?? ''), rows: test.table.rows, anomalies: test.anomalies },
    features: features === null ? null : featuresDocument(options, features),
    timings: { read_ms: parts.timings.readMs, total_ms: parts.timings.totalMs },
  };
}

function featuresDocument(options: PreprocessOptions, features: Features) {
  const { pipeline, recipe, notes, explanation, split, rows } = features;
  return {
    out: options.out ?? null,
    graph: options.saveGraph ?? null,
    recipe_file: options.saveRecipe ?? null,
    count: pipeline.features.length,
    names: pipeline.features,
    recipe,
    notes,
    split,
    rows,
    steps: pipeline.steps.map(({ step, kind, parameters, inputs, outputs }) => ({
      step,
      kind,
      parameters,
      inputs,
      outputs,
    })),
    explanation,
  };
}

export type PreprocessDocument = ReturnType<typeof preprocessDocument>;
