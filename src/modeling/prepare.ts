import type { Anomaly, AnomalyKind } from '../data/anomaly.js';
import { readChecked, readSecond } from '../data/checked-table.js';
import { findDuplicateRows } from '../data/duplicate-rows.js';
import { type HoldOut, holdOutRows } from '../data/hold-out.js';
import { type Input, inputName } from '../data/input-name.js';
import { featureColumns, type Schema } from '../data/schema.js';
import { readSchemaFile } from '../data/schema-file.js';
import { type Table, takeRows } from '../data/table.js';
import { prepareTarget, type Target } from '../data/target.js';
import { failOnErrors } from '../data/validate.js';
import { rowWeights } from '../data/weights.js';
import { MlxError } from '../errors.js';
import { findAlgorithm } from '../training/train.js';
import { AUTO, type ModelingSpec, type OnModelingEvent } from './spec.js';

/** Rows with a known target, and that target. */
export interface LabelledTable {
  readonly table: Table;
  readonly target: Target;
  readonly digest: string;
  readonly input: Input;
  /** How much each row counts, above 0; only where a column has the role `weight`. */
  readonly weights?: Float64Array;
}

/** The data of a run, read, checked and split. */
export interface PreparedData {
  readonly schema: Schema;
  readonly train: LabelledTable;
  readonly test: LabelledTable;
  readonly split: HoldOut['method'] | 'file';
  /** The column that rows were held out by; null for a split that needs none. */
  readonly splitColumn: string | null;
  readonly anomalies: readonly Anomaly[];
  /** Rows left out because their target is missing. */
  readonly unlabelled: number;
  /** Rows left out because an earlier one is equal; null where that was not asked for. */
  readonly duplicatesDropped: number | null;
}

/**
 * Reads the tables of a run. The schema is inferred from the training table, or read from a file, and holds for the
 * test table too.
 * @throws MlxError what reading, checking and the target throw: DATA_*, TARGET_*, FEATURES_MISSING …
 */
export async function prepareData(spec: ModelingSpec, onEvent: OnModelingEvent): Promise<PreparedData> {
  const name = inputName(spec.data);
  onEvent({ kind: 'reading', input: name });
  const task = spec.task === 'auto' ? undefined : spec.task;
  const rules = spec.schema === undefined ? undefined : await readSchemaFile(spec.schema);
  const checked = await readChecked({ ...spec, input: spec.data, task, rules });
  const { read, schema } = checked;
  const anomalies = ofUsedColumns(checked.anomalies, schema);
  failOnErrors(anomalies, name);
  requireFeatures(schema, spec);
  const { table, duplicatesDropped } = withoutDuplicates(read.table, schema, spec);
  const target = prepareTarget(table, schema, task === undefined ? {} : { task });
  const weights = rowWeights(table, schema);
  // All that auto compares use weights.
  if (weights !== undefined && spec.algorithm !== AUTO && !findAlgorithm(spec.algorithm).usesWeights) {
    const message = `The weights are checked and kept, but ${spec.algorithm} does not use them: each row counts once.`;
    onEvent({ kind: 'warning', message });
  }
  const own = { table, target, digest: read.digest, input: spec.data };
  const whole = labelled(weights === undefined ? own : { ...own, weights });
  const unlabelled = table.rows - whole.table.rows;
  const common = { schema, unlabelled, duplicatesDropped };
  if (spec.test === undefined) return { ...common, ...hold(whole, schema, spec), anomalies };
  onEvent({ kind: 'reading', input: inputName(spec.test) });
  const other = await readSecond(spec.test, checked, spec.source);
  const otherAnomalies = ofUsedColumns(other.anomalies, schema);
  failOnErrors(otherAnomalies, inputName(spec.test));
  const options = { task: whole.target.task, classes: whole.target.classes };
  const { table: rows, digest } = other;
  const test = labelled({
    table: rows,
    target: prepareTarget(rows, schema, options),
    digest,
    input: spec.test,
  });
  const found = [...anomalies, ...otherAnomalies];
  return { ...common, train: whole, test, split: 'file', splitColumn: null, anomalies: found };
}

/** What says of a column why it is left out. */
const REASONS: ReadonlySet<AnomalyKind> = new Set([
  'leakage',
  'odd-cells',
  'number-format',
  'ambiguous-time',
]);

/** What else concerns columns that were ignored anyway is of no interest. */
function ofUsedColumns(anomalies: readonly Anomaly[], schema: Schema): readonly Anomaly[] {
  const left = new Set(schema.columns.filter(({ role }) => role === 'ignore').map(({ name }) => name));
  return anomalies.filter(({ column, kind }) => REASONS.has(kind) || !left.has(column));
}

function requireFeatures(schema: Schema, { data, target }: ModelingSpec): void {
  if (featureColumns(schema).length > 0) return;
  throw new MlxError(
    'FEATURES_MISSING',
    `No column of ${inputName(data)} can be used to learn "${target}".`,
    {
      hint: 'See which columns are left out and why with `mlx preprocess`.',
    },
  );
}

function withoutDuplicates(
  table: Table,
  schema: Schema,
  { dropDuplicates }: ModelingSpec,
): { readonly table: Table; readonly duplicatesDropped: number | null } {
  if (dropDuplicates !== true) return { table, duplicatesDropped: null };
  const { count, kept } = findDuplicateRows(table, schema);
  return { table: count === 0 ? table : takeRows(table, kept), duplicatesDropped: count };
}

/** Holds out a part of the rows; the test part's digest names the table, the method, the share and the seed. */
function hold(
  whole: LabelledTable,
  schema: Schema,
  spec: ModelingSpec,
): Pick<PreparedData, 'train' | 'test' | 'split' | 'splitColumn'> {
  const { task, values } = whole.target;
  const { split: method, testShare, seed, timeColumn, groupColumn } = spec;
  const classes = task === 'classification' ? values : undefined;
  const split = holdOutRows(whole.table, schema, {
    method,
    testShare,
    seed,
    classes,
    timeColumn,
    groupColumn,
  });
  if (split.train.length === 0 || split.test.length === 0) {
    throw new MlxError(
      'DATA_EMPTY',
      `${inputName(whole.input)} has too few rows with a target to hold some out (${whole.table.rows}).`,
      {
        hint: 'Give a test table with --test, or more rows.',
      },
    );
  }
  const by = split.column === null ? split.method : `${split.method}:${split.column}`;
  const rows = spec.dropDuplicates === true ? `${whole.digest}:distinct` : whole.digest;
  const digest = `${rows}:${by}:${testShare}:${seed}`;
  return {
    train: takeLabelled(whole, split.train),
    test: { ...takeLabelled(whole, split.test), digest },
    split: split.method,
    splitColumn: split.column,
  };
}

/** The rows whose target is known. */
function labelled(whole: LabelledTable): LabelledTable {
  const { target, input } = whole;
  if (!target.values.includes(Number.NaN)) return whole;
  const known = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row]));
  if (known.length === 0) {
    throw new MlxError(
      'TARGET_UNUSABLE',
      `No row of ${inputName(input)} has a value of "${target.name}" that is known.`,
    );
  }
  return takeLabelled(whole, known);
}

/** The rows at `rows`, in that order. */
export function takeLabelled(whole: LabelledTable, rows: Int32Array): LabelledTable {
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(rows, (row) => values[row] as number);
  return {
    ...whole,
    table: takeRows(whole.table, rows),
    target: { ...whole.target, values: pick(whole.target.values) },
    ...(whole.weights === undefined ? {} : { weights: pick(whole.weights) }),
  };
}
