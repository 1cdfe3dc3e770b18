import { MlxError } from '../../errors.js';
import { type Ranked, rankValues } from '../../stats/midranks.js';
import type { Schema } from '../schema.js';
import type { Table } from '../table.js';
import { prepareTarget, type Target } from '../target.js';
import { pick } from './even-sample.js';
import type { TargetByGroup, TargetProfile } from './table-profile.js';

/** Classes told apart in groups of rows; the others are counted together. */
export const MAX_SHOWN_CLASSES = 6;

/** The target as columns are compared with it. */
export interface Comparison {
  readonly target: Target;
  readonly profile: TargetProfile;
  /** Class of each row, -1 = missing; null for a regression. */
  readonly classes: Int32Array | null;
  /** The labels of the rows by which ranks are made. */
  readonly ranked: Ranked;
  /** Classes: the shown class of each row, the number of shown classes for all others, -1 = missing. */
  readonly shownClass: Int32Array | null;
}

/**
 * The target of the schema, prepared; or why it cannot be used.
 * @param sample rows by which ranks are made, ascending; null = all
 * @returns null for a schema without a target
 */
export function compareWith(
  table: Table,
  schema: Schema,
  sample: Int32Array | null,
): Comparison | { readonly problem: MlxError } | null {
  if (!schema.columns.some((column) => column.role === 'target')) return null;
  try {
    const target = prepareTarget(table, schema);
    const ranked = rankValues(pick(target.values, sample));
    return { ranked, target, ...(target.task === 'regression' ? ofNumbers(target) : ofClasses(target)) };
  } catch (thrown) {
    if (thrown instanceof MlxError) return { problem: thrown };
    throw thrown;
  }
}

type Classified = Pick<Comparison, 'profile' | 'classes' | 'shownClass'>;

function ofNumbers(target: Target): Classified {
  const groups = new Int32Array(target.values.length);
  const [mean = null] = meansOf(target.values, groups, 1);
  const profile = {
    ...{ name: target.name, task: target.task, mean, positive: null, classes: [], classCount: 0 },
    missing: countMissing(target.values),
  };
  return { profile, classes: null, shownClass: null };
}

function ofClasses(target: Target): Classified {
  const { values, classes, name, task } = target;
  const counts = new Float64Array(classes.length);
  for (let row = 0; row < values.length; row++) {
    const label = values[row] as number;
    if (!Number.isNaN(label)) counts[label] = (counts[label] as number) + 1;
  }
  const order = [...classes.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const shown = order.slice(0, MAX_SHOWN_CLASSES);
  const place = Int32Array.from(classes, (_, index) =>
    shown.includes(index) ? shown.indexOf(index) : shown.length,
  );
  const missing = countMissing(values);
  const isBinary = classes.length === 2;
  const profile = {
    ...{ name, task, missing, classCount: classes.length },
    mean: isBinary ? (counts[1] as number) / (values.length - missing) : null,
    positive: isBinary ? (classes[1] as string) : null,
    classes: shown.map((index) => ({ level: classes[index] as string, count: counts[index] as number })),
  };
  const known = new Int32Array(values.length);
  const shownClass = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const label = values[row] as number;
    known[row] = !Number.isNaN(label) ? label : -1;
    shownClass[row] = !Number.isNaN(label) ? (place[label] as number) : -1;
  }
  return { profile, classes: known, shownClass };
}

function countMissing(values: Float64Array): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) count++;
  return count;
}

/** Whether the target is compared by a mean: a regression's, or the share of the positive class. */
export function hasMean({ target }: Comparison): boolean {
  return target.task === 'regression' || target.classes.length === 2;
}

/** The target in each group of rows. @param groups 0..size−1, one per row; -1 = in none */
export function targetByGroup(
  comparison: Comparison | null,
  groups: Int32Array,
  size: number,
): TargetByGroup | null {
  if (comparison === null) return null;
  const { target, shownClass, profile } = comparison;
  if (hasMean(comparison)) return { kind: 'mean', values: meansOf(target.values, groups, size) };
  const classes = shownClass as Int32Array;
  const width = profile.classes.length + 1;
  const counts = new Int32Array(size * width);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row] as number;
    const label = classes[row] as number;
    if (group < 0 || label < 0) continue;
    const cell = group * width + label;
    counts[cell] = (counts[cell] as number) + 1;
  }
  return {
    kind: 'classes',
    counts: Array.from({ length: size }, (_, group) => [
      ...counts.subarray(group * width, (group + 1) * width),
    ]),
  };
}

function meansOf(values: Float64Array, groups: Int32Array, size: number): (number | null)[] {
  const counts = new Float64Array(size);
  const sums = new Float64Array(size);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row] as number;
    const value = values[row] as number;
    if (group < 0 || Number.isNaN(value)) continue;
    counts[group] = (counts[group] as number) + 1;
    sums[group] = (sums[group] as number) + value;
  }
  return Array.from(counts, (count, group) => finiteOrNull((sums[group] as number) / count));
}

/** JSON knows no NaN: null. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
