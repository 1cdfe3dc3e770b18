import type { TimeColumn } from '../table.js';
import { timeEdges } from './calendar-edges.js';
import { columnFacts, type ProfileContext, presentValues } from './column-facts.js';
import { type Comparison, targetByGroup } from './compare.js';
import { countInCalendarBins } from './histogram.js';
import { associateByTwentieths } from './profile-number.js';
import type { CyclicCounts, TimeProfile } from './table-profile.js';

const DAY = 86_400;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

export function profileTime(column: TimeColumn, context: ProfileContext): TimeProfile {
  const { values, name } = column;
  const present = presentValues(values);
  const facts = columnFacts(column, present.length, context);
  const comparison = context.comparison?.target.name === name ? null : context.comparison;
  const [first, last] = extent(present);
  if (present.length === 0 || !isDate(first) || !isDate(last)) {
    const nothing = { first: null, last: null, histogram: null, hours: null, weekdays: null };
    return { ...facts, kind: 'time', ...nothing, association: null };
  }
  return {
    ...facts,
    kind: 'time',
    first: isoTime(first),
    last: isoTime(last),
    histogram: countInCalendarBins(values, timeEdges(first, last, context.bins), comparison),
    hours: cyclic(values, 24, (value) => Math.floor(modulo(value, DAY) / 3600), comparison),
    weekdays: cyclic(values, 7, (value) => modulo(Math.floor(value / DAY) + EPOCH_WEEKDAY, 7), comparison),
    association: associateByTwentieths(name, values, context),
  };
}

function extent(values: Float64Array): [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < first) first = value;
    if (value > last) last = value;
  }
  return [first, last];
}

/** JavaScript's dates reach 100 million days either way. */
function isDate(seconds: number): boolean {
  return Math.abs(seconds) <= 8.64e12;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Null where all times fall on one place of the cycle. */
function cyclic(
  values: Float64Array,
  size: number,
  place: (value: number) => number,
  comparison: Comparison | null,
): CyclicCounts | null {
  const groups = new Int32Array(values.length).fill(-1);
  const counts = new Array<number>(size).fill(0);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    const group = place(value);
    groups[row] = group;
    counts[group] = (counts[group] as number) + 1;
  }
  if (counts.filter((count) => count > 0).length < 2) return null;
  return { counts, target: targetByGroup(comparison, groups, size) };
}

function modulo(value: number, size: number): number {
  return ((value % size) + size) % size;
}
