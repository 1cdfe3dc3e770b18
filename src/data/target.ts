import { MlxError } from '../errors.js';
import { decimalFromText } from './decimal.js';
import { type Schema, type Task, targetColumn } from './schema.js';
import { type Column, findColumn, type Table } from './table.js';

/** Integers with at most so many distinct values are classes unless the user says otherwise. */
export const MAX_INTEGER_CLASSES = 20;
/** More classes than this are surely not meant. */
export const MAX_CLASSES = 1000;

/** What a model learns: labels as numbers. */
export interface Target {
  readonly task: Task;
  readonly name: string;
  /** How labels are printed. */
  readonly type: 'number' | 'integer' | 'string';
  /** Labels in order: by value if all are numbers, else by code unit. Empty for regression. */
  readonly classes: readonly string[];
  /** Class index or number of each row; NaN where the label is missing. */
  readonly values: Float64Array;
}

export interface TargetOptions {
  readonly task?: Task;
  /** The classes that a model knows (none for a regression); taken from the table when not given. */
  readonly classes?: readonly string[];
}

/**
 * The target column of a table as numbers. Text and booleans are classes, and so are integers with at most
 * MAX_INTEGER_CLASSES distinct values; other numbers are a regression. `task` overrides that.
 * @throws MlxError TARGET_MISSING; TARGET_UNUSABLE for no values, one class, too many, classes that the model does
 *   not know, a regression on text, or a time
 */
export function prepareTarget(table: Table, schema: Schema, options: TargetOptions = {}): Target {
  const name = targetColumn(schema)?.name;
  const column = name === undefined ? undefined : findColumn(table, name);
  if (name === undefined || column === undefined) {
    throw new MlxError(
      'TARGET_MISSING',
      name === undefined ? 'No target column is named.' : `The table has no column "${name}".`,
      {
        hint: 'Name the column to predict with --target.',
      },
    );
  }
  const labels = labelsOf(name, column);
  if (labels.distinct.length === 0)
    throw unusable(name, 'every value is missing', 'Give rows whose label is known.');
  if (labels.distinct.length === 1 && options.classes === undefined) {
    const only = JSON.stringify(labels.distinct[0]);
    throw unusable(
      name,
      `every row has the same value, ${only}`,
      'Two different values at least are needed.',
    );
  }
  const task = options.task ?? naturalTask(labels);
  if (task === 'regression') {
    if (labels.type === 'string') {
      throw unusable(name, 'it holds text, which a regression cannot learn', 'Use --task classification.');
    }
    return { task, name, type: labels.type, classes: [], values: labels.numbers };
  }
  return { task, name, type: labels.type, ...classify(name, labels, options.classes) };
}

interface Labels {
  readonly type: Target['type'];
  /** Distinct labels as printed, in class order. */
  readonly distinct: readonly string[];
  /** The labels as numbers; empty for text. */
  readonly numbers: Float64Array;
  labelAt(row: number): string | undefined;
  readonly rows: number;
}

function labelsOf(name: string, column: Column): Labels {
  switch (column.kind) {
    case 'time':
      throw unusable(name, 'it holds times', 'Choose a column of numbers or classes.');
    case 'number':
      return numberLabels(column.values);
    case 'string': {
      const { codes, levels } = column;
      const used = new Set(codes);
      const present = levels.filter((_, code) => used.has(code));
      const byLevel = Float64Array.from(levels, decimalFromText);
      const isNumeric =
        present.length > 0 && levels.every((_, code) => !used.has(code) || !Number.isNaN(byLevel[code]));
      if (isNumeric && present.length > MAX_INTEGER_CLASSES) {
        return numberLabels(Float64Array.from(codes, (code) => byLevel[code] ?? Number.NaN));
      }
      const distinct = isNumeric
        ? present.sort((a, b) => decimalFromText(a) - decimalFromText(b))
        : present.sort();
      return {
        type: 'string',
        distinct,
        numbers: new Float64Array(0),
        labelAt: (row) => levels[codes[row] as number],
        rows: codes.length,
      };
    }
  }
}

function numberLabels(values: Float64Array): Labels {
  const distinct = new Set<number>();
  let isInteger = true;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) isInteger = false;
    if (distinct.size <= MAX_CLASSES) distinct.add(value + 0);
  }
  return {
    type: isInteger ? 'integer' : 'number',
    distinct: [...distinct].sort((a, b) => a - b).map(String),
    numbers: values,
    labelAt: (row) => {
      const value = values[row] as number;
      return Number.isNaN(value) ? undefined : String(value + 0);
    },
    rows: values.length,
  };
}

function naturalTask({ type, distinct }: Labels): Task {
  if (type === 'string') return 'classification';
  return type === 'integer' && distinct.length <= MAX_INTEGER_CLASSES ? 'classification' : 'regression';
}

function classify(
  name: string,
  labels: Labels,
  known: readonly string[] | undefined,
): Pick<Target, 'classes' | 'values'> {
  const classes = known === undefined || known.length === 0 ? labels.distinct : known;
  if (classes.length > MAX_CLASSES) {
    throw unusable(
      name,
      `it has more than ${MAX_CLASSES} classes`,
      'Choose another column, or --task regression.',
    );
  }
  const index = new Map(classes.map((label, position) => [label, position]));
  const unknown = labels.distinct.filter((label) => !index.has(label));
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 5).map((label) => JSON.stringify(label));
    throw unusable(
      name,
      `it has classes that the model was not trained on: ${shown.join(', ')}`,
      'Leave those rows out, or train again with them.',
    );
  }
  const values = new Float64Array(labels.rows);
  for (let row = 0; row < values.length; row++) {
    const label = labels.labelAt(row);
    values[row] = label === undefined ? Number.NaN : (index.get(label) ?? Number.NaN);
  }
  return { classes, values };
}

function unusable(name: string, why: string, hint: string): MlxError {
  return new MlxError('TARGET_UNUSABLE', `The target "${name}" cannot be learned: ${why}.`, {
    hint,
    details: { target: name },
  });
}
