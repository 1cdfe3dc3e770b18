import { MlxError } from '../errors.js';
import { createRandom } from '../stats/random.js';
import { countGroups } from './folds.js';
import { columnOfRole, type Schema } from './schema.js';
import { heldOut, type Split, splitRows } from './split.js';
import { type Column, findColumn, type Table } from './table.js';

export const SPLIT_METHODS = ['auto', 'random', 'stratified', 'tail', 'time', 'group'] as const;
/** How rows are held out; `auto` is stratified where there are classes, else random. */
export type SplitMethod = (typeof SPLIT_METHODS)[number];

export interface HoldOutOptions {
  readonly method: SplitMethod;
  readonly testShare: number;
  readonly seed: number;
  /** Class of each row, for `stratified`. */
  readonly classes?: Float64Array | undefined;
  /** Column to hold out by, where it is not the one with the role `time` or `group`. */
  readonly timeColumn?: string | undefined;
  readonly groupColumn?: string | undefined;
}

/** A split, and the column that it was made by. */
export interface HoldOut {
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly method: Split['method'] | 'time' | 'group';
  readonly column: string | null;
}

/**
 * Holds rows of a table out. `auto` goes by group or time only where a column is named for it.
 * @throws MlxError USAGE where the method needs what is not there: classes, a time or group column with two values
 */
export function holdOutRows(table: Table, schema: Schema, options: HoldOutOptions): HoldOut {
  const { testShare, seed, classes } = options;
  const method = resolveSplit(schema, options);
  if (method === 'time' || method === 'group') {
    const column = splitColumn(table, schema, method, options);
    const parts = method === 'time' ? latestRows(column, testShare) : wholeGroups(column, testShare, seed);
    return { ...parts, method, column: column.name };
  }
  if (method === 'stratified' && classes === undefined) {
    throw new MlxError('USAGE', 'A stratified split needs a --target with classes and no missing value.');
  }
  const split = splitRows(table.rows, {
    testShare,
    seed,
    method,
    ...(classes === undefined ? {} : { classes }),
  });
  return { ...split, column: null };
}

/** What says how rows are parted. */
export type SplitChoice = Pick<HoldOutOptions, 'method' | 'classes' | 'timeColumn' | 'groupColumn'>;

/** The method that `auto` stands for; any other is itself. */
export function resolveSplit(schema: Schema, options: SplitChoice): Exclude<SplitMethod, 'auto'> {
  const { method, classes, timeColumn, groupColumn } = options;
  if (method !== 'auto') return method;
  if (groupColumn !== undefined || columnOfRole(schema, 'group') !== undefined) return 'group';
  if (timeColumn !== undefined || columnOfRole(schema, 'time') !== undefined) return 'time';
  return classes === undefined ? 'random' : 'stratified';
}

/**
 * The column that rows are parted by: the named one, else that of the role.
 * @throws MlxError USAGE where there is none
 */
export function splitColumn(
  table: Table,
  schema: Schema,
  role: 'time' | 'group',
  { timeColumn, groupColumn }: Pick<HoldOutOptions, 'timeColumn' | 'groupColumn'>,
): Column {
  const name = (role === 'time' ? timeColumn : groupColumn) ?? columnOfRole(schema, role)?.name;
  const column = name === undefined ? undefined : findColumn(table, name);
  if (column !== undefined) return column;
  throw new MlxError('USAGE', `Holding rows out by ${role} needs a column to go by.`, {
    hint: `Name it with --${role}-column, or give a column the role ${role} in the schema file.`,
  });
}

/** The numbers that rows are ordered by. @throws MlxError USAGE for a column of text */
export function orderedValues(column: Column): Float64Array {
  if (column.kind !== 'string') return column.values;
  throw new MlxError('USAGE', `Rows cannot be ordered by "${column.name}", which holds text.`, {
    hint: 'Name a column of times or numbers; how dates are written is told with --time-format.',
  });
}

type Parts = Pick<HoldOut, 'train' | 'test'>;

/**
 * The latest rows, as near to the share as can be: rows of equal time stay together, on the earlier side where both
 * are as near. Rows without a time are trained on.
 */
function latestRows(column: Column, testShare: number): Parts {
  const values = orderedValues(column);
  const wanted = heldOut(values.length, testShare);
  const sorted = values
    .filter((value) => !Number.isNaN(value))
    .sort()
    .reverse();
  const first = sorted[Math.min(wanted, sorted.length) - 1] ?? Number.NaN;
  // Either all rows of the time at which the share is reached, or none of them.
  const [after, from] = [sorted.indexOf(first), sorted.lastIndexOf(first) + 1];
  const isIn = from < values.length && (after === 0 || from - wanted < wanted - after);
  if (sorted.length === 0 || (after === 0 && !isIn)) throw oneValue('time', column.name);
  return partsBy(values.length, (row) => (values[row] as number) > first || (isIn && values[row] === first));
}

/**
 * Groups in random order, each held out where that comes nearer to the share; one is left to train on. Rows without a group are one together.
 */
function wholeGroups(column: Column, testShare: number, seed: number): Parts {
  const values = groupsOf(column);
  const sizes = countGroups(values);
  if (sizes.size < 2) throw oneValue('group', column.name);
  const groups = [...sizes.keys()];
  createRandom(seed).shuffle(groups);
  const held = new Set<number>();
  let left = heldOut(values.length, testShare);
  for (const group of groups) {
    const size = sizes.get(group) as number;
    const isLast = held.size === groups.length - 1;
    if (isLast || Math.abs(left - size) >= left) continue;
    held.add(group);
    left -= size;
  }
  // No group is small enough: the smallest comes nearest.
  if (held.size === 0)
    held.add(groups.reduce((a, b) => ((sizes.get(b) as number) < (sizes.get(a) as number) ? b : a)));
  return partsBy(values.length, (row) => held.has(values[row] as number));
}

/** What stands for the group of each row; rows without a group are one together. */
export function groupsOf(column: Column): ArrayLike<number> {
  return column.kind === 'string' ? column.codes : column.values;
}

function partsBy(rows: number, isTest: (row: number) => boolean): Parts {
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return { train: all.filter((row) => !isTest(row)), test: all.filter(isTest) };
}

function oneValue(role: string, name: string): MlxError {
  return new MlxError(
    'USAGE',
    `Rows cannot be held out by ${role}: "${name}" does not differ between them.`,
    {
      hint: 'Choose another --split, or another column.',
    },
  );
}
