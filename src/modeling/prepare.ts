import { readTable } from '../data/read.js';
import { withRoles } from '../data/roles.js';
import { featureColumns, type Schema } from '../data/schema.js';
import { splitRows } from '../data/split.js';
import { type Table, takeRows } from '../data/table.js';
import { prepareTarget, type Target } from '../data/target.js';
import { type Anomaly, failOnErrors, validateTable } from '../data/validate.js';
import { MlxError } from '../errors.js';
import type { ModelingSpec, OnModelingEvent } from './spec.js';

/** Rows with a known target, and that target. */
export interface LabelledTable {
  readonly table: Table;
  readonly target: Target;
  readonly digest: string;
  readonly path: string;
}

/** The data of a run, read, checked and split. */
export interface PreparedData {
  readonly schema: Schema;
  readonly train: LabelledTable;
  readonly test: LabelledTable;
  readonly split: 'file' | 'random' | 'stratified' | 'tail';
  readonly anomalies: readonly Anomaly[];
  /** Rows left out because their target is missing. */
  readonly unlabelled: number;
}

/**
 * Reads the tables of a run. The schema is inferred from the training table and holds for the test table too.
 * @throws MlxError what reading, checking and the target throw: DATA_*, TARGET_*, FEATURES_MISSING …
 */
export async function prepareData(spec: ModelingSpec, onEvent: OnModelingEvent): Promise<PreparedData> {
  onEvent({ kind: 'reading', path: spec.data });
  const read = await readTable(spec.data, { timeFormats: spec.timeFormats });
  const schema = withRoles(read.schema, { target: spec.target, drop: spec.drop });
  const left = new Set(schema.columns.filter(({ role }) => role === 'ignore').map(({ name }) => name));
  const found = [...read.anomalies, ...validateTable(read.table, schema, read.schema)];
  const anomalies = found.filter(({ column }) => !left.has(column));
  failOnErrors(anomalies, spec.data);
  if (featureColumns(schema).length === 0) {
    throw new MlxError(
      'FEATURES_MISSING',
      `No column of ${spec.data} can be used to learn "${spec.target}".`,
      {
        hint: 'See which columns are left out and why with `mlx preprocess`.',
      },
    );
  }
  const task = spec.task === 'auto' ? {} : { task: spec.task };
  const whole = labelled(read.table, prepareTarget(read.table, schema, task), read.digest, spec.data);
  const unlabelled = read.table.rows - whole.table.rows;
  if (spec.test !== undefined) {
    onEvent({ kind: 'reading', path: spec.test });
    const other = await readTable(spec.test, { schema });
    const options = { task: whole.target.task, classes: whole.target.classes };
    const test = labelled(other.table, prepareTarget(other.table, schema, options), other.digest, spec.test);
    return {
      schema,
      train: whole,
      test,
      split: 'file',
      anomalies: [...anomalies, ...other.anomalies],
      unlabelled,
    };
  }
  return { schema, ...hold(whole, spec), anomalies, unlabelled };
}

/** Holds out a part of the rows; the test part's digest names the table, the method, the share and the seed. */
function hold(whole: LabelledTable, spec: ModelingSpec): Pick<PreparedData, 'train' | 'test' | 'split'> {
  const { task, values } = whole.target;
  const method = spec.split === 'auto' ? (task === 'classification' ? 'stratified' : 'random') : spec.split;
  const split = splitRows(whole.table.rows, {
    testShare: spec.testShare,
    seed: spec.seed,
    method,
    ...(task === 'classification' ? { classes: values } : {}),
  });
  if (split.train.length === 0 || split.test.length === 0) {
    throw new MlxError(
      'DATA_EMPTY',
      `${whole.path} has too few rows with a target to hold some out (${whole.table.rows}).`,
      {
        hint: 'Give a test table with --test, or more rows.',
      },
    );
  }
  const digest = `${whole.digest}:${method}:${spec.testShare}:${spec.seed}`;
  return {
    train: takeLabelled(whole, split.train),
    test: { ...takeLabelled(whole, split.test), digest },
    split: method,
  };
}

function labelled(table: Table, target: Target, digest: string, path: string): LabelledTable {
  const whole = { table, target, digest, path };
  if (!target.values.includes(Number.NaN)) return whole;
  const known = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row]));
  if (known.length === 0) {
    throw new MlxError('TARGET_UNUSABLE', `No row of ${path} has a value of "${target.name}" that is known.`);
  }
  return takeLabelled(whole, known);
}

function takeLabelled(whole: LabelledTable, rows: Int32Array): LabelledTable {
  const values = Float64Array.from(rows, (row) => whole.target.values[row] as number);
  return { ...whole, table: takeRows(whole.table, rows), target: { ...whole.target, values } };
}
