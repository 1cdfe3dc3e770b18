import { MlxError } from '../errors.js';
import type { FoldMethod } from './fold-methods.js';
import { countGroups, foldsOf, groupFoldsOf, timeFoldsOf } from './folds.js';
import { groupsOf, orderedValues, resolveSplit, type SplitChoice, splitColumn } from './hold-out.js';
import type { Schema } from './schema.js';
import type { Table } from './table.js';

export interface FoldOptions {
  /** Number of folds, from 2. */
  readonly k: number;
  readonly method: FoldMethod;
  readonly seed: number;
  /** How rows are held out for the test: what `auto` follows, and the columns to go by. */
  readonly holdOut: SplitChoice;
}

/** Rows to train on and rows to test on, ascending. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldPlan {
  readonly method: Exclude<FoldMethod, 'auto'>;
  /** The column that rows were dealt by; null for a method that needs none. */
  readonly column: string | null;
  readonly folds: readonly Fold[];
  /** What a user should know of these folds. */
  readonly notes: readonly string[];
}

/**
 * Deals the rows of a table into folds. No row is tested twice; by group, no group is on both sides; by time, each fold
 * is tested on what comes after all that it is trained on. Rows whose time is not known are trained on in every fold.
 * @throws MlxError USAGE where there are too few rows, groups, times or members of a class, or no column or class to go by
 */
export function planFolds(table: Table, schema: Schema, options: FoldOptions): FoldPlan {
  const { k, seed, holdOut } = options;
  if (!Number.isInteger(k) || k < 2) throw new MlxError('USAGE', `There cannot be ${k} folds: 2 at least.`);
  if (table.rows < k) throw tooFew(`${table.rows} rows`, k);
  const method = options.method === 'auto' ? followed(schema, holdOut) : options.method;
  switch (method) {
    case 'kfold':
      return { method, column: null, folds: around(foldsOf(table.rows, k, seed), k), notes: [] };
    case 'stratified': {
      const notes = checkClasses(holdOut.classes, k);
      const folds = foldsOf(table.rows, k, seed, holdOut.classes);
      return { method, column: null, folds: around(folds, k), notes };
    }
    case 'group': {
      const column = splitColumn(table, schema, 'group', holdOut);
      const groups = groupsOf(column);
      const count = countGroups(groups).size;
      if (count < k) throw tooFew(`${count} groups in "${column.name}"`, k);
      return { method, column: column.name, folds: around(groupFoldsOf(groups, k, seed), k), notes: [] };
    }
    case 'time':
      return timePlan(table, schema, options);
  }
}

function followed(schema: Schema, holdOut: SplitChoice): Exclude<FoldMethod, 'auto'> {
  const split = resolveSplit(schema, holdOut);
  if (split === 'random') return 'kfold';
  return split === 'tail' ? 'time' : split;
}

/** By the time column where there is one; the last rows of a table are the latest where rows are held out so. */
function timePlan(table: Table, schema: Schema, { k, holdOut }: FoldOptions): FoldPlan {
  const isByPlace = holdOut.method === 'tail' && holdOut.timeColumn === undefined;
  const column = isByPlace ? null : splitColumn(table, schema, 'time', holdOut);
  const times =
    column === null ? Int32Array.from({ length: table.rows }, (_, row) => row) : orderedValues(column);
  const foldOf = timeFoldsOf(times, k);
  if (foldOf === null)
    throw tooFew(column === null ? `${table.rows} rows` : `The distinct times in "${column.name}"`, k);
  const folds = Array.from({ length: k }, (_, fold) => ({
    train: rowsWhere(foldOf, (own) => own < fold),
    test: rowsWhere(foldOf, (own) => own === fold),
  }));
  return { method: 'time', column: column?.name ?? null, folds, notes: [] };
}

/** As scikit-learn has it: an error where every class is too small, a word where one is. */
function checkClasses(classes: ArrayLike<number> | undefined, k: number): readonly string[] {
  if (classes === undefined)
    throw new MlxError('USAGE', 'Stratified folds need a target with classes.', {
      hint: 'Use --cv-method kfold for a number.',
    });
  const sizes = [...countGroups(classes).values()];
  if (Math.max(...sizes) < k) throw tooFew(`The ${Math.max(...sizes)} rows of the largest class`, k);
  const small = sizes.filter((size) => size < k).length;
  if (small === 0) return [];
  const which = small === 1 ? 'A class has' : `${small} classes have`;
  return [
    `${which} fewer rows than the ${k} folds: some folds are tested without ${small === 1 ? 'it' : 'them'}.`,
  ];
}

function around(foldOf: Int32Array, k: number): readonly Fold[] {
  return Array.from({ length: k }, (_, fold) => ({
    train: rowsWhere(foldOf, (own) => own !== fold),
    test: rowsWhere(foldOf, (own) => own === fold),
  }));
}

function rowsWhere(foldOf: Int32Array, isIn: (fold: number) => boolean): Int32Array {
  return Int32Array.from(foldOf.keys()).filter((row) => isIn(foldOf[row] as number));
}

function tooFew(what: string, k: number): MlxError {
  return new MlxError('USAGE', `${what} are too few for ${k} folds.`, {
    hint: 'Ask for fewer folds with --cv, or choose another --cv-method.',
  });
}
