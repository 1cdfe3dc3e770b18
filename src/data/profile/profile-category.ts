import { entropyOf } from '../../stats/contingency.js';
import type { StringColumn } from '../table.js';
import { associateCategory } from './associate.js';
import { columnFacts, type ProfileContext } from './column-facts.js';
import { finiteOrNull, targetByGroup } from './compare.js';
import type { CategoryProfile } from './table-profile.js';

export function profileCategory(column: StringColumn, context: ProfileContext): CategoryProfile {
  const { codes, levels } = column;
  const counts = new Int32Array(levels.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    if (code >= 0) counts[code] = (counts[code] as number) + 1;
  }
  const used = [...counts.keys()].filter((code) => (counts[code] as number) > 0);
  const top = mostFrequent(used, counts, levels, context.topLevels);
  const count = counts.reduce((sum, own) => sum + own, 0);
  const shownCount = top.reduce((sum, code) => sum + (counts[code] as number), 0);
  const comparison = context.comparison?.target.name === column.name ? null : context.comparison;
  const otherLevels = used.length - top.length;
  const groups = groupsOf(codes, top, levels.length);
  const size = top.length + (otherLevels > 0 ? 1 : 0);
  const isComparable = comparison !== null && hasRepeats(column, context);
  return {
    ...columnFacts(column, count, context),
    kind: 'category',
    levels: top.map((code) => ({ level: levels[code] as string, count: counts[code] as number })),
    otherLevels,
    otherCount: count - shownCount,
    target: isComparable ? targetByGroup(comparison, groups, size) : null,
    entropy: finiteOrNull(entropyOf(counts)),
    ...lengthsOf(levels, counts),
    association: isComparable ? associateCategory(column, comparison) : null,
  };
}

/** Text and identifiers have a level for nearly every row: by them anything can be told, and nothing learned. */
function hasRepeats({ name }: StringColumn, { schema }: ProfileContext): boolean {
  const type = schema.get(name)?.type;
  return type !== 'text' && type !== 'identifier';
}

/** Selection, not a sort of them all: a column may have a million levels. */
function mostFrequent(
  used: readonly number[],
  counts: Int32Array,
  levels: readonly string[],
  limit: number,
): number[] {
  const before = (a: number, b: number) =>
    (counts[b] as number) - (counts[a] as number) || ((levels[a] as string) < (levels[b] as string) ? -1 : 1);
  const top: number[] = [];
  for (const code of used) {
    const last = top.at(-1);
    if (top.length === limit && last !== undefined && before(last, code) < 0) continue;
    let place = top.length;
    while (place > 0 && before(code, top[place - 1] as number) < 0) place--;
    top.splice(place, 0, code);
    if (top.length > limit) top.pop();
  }
  return top;
}

/** The place of each row's level among the top ones, their number for all others, -1 = missing. */
function groupsOf(codes: Int32Array, top: readonly number[], levels: number): Int32Array {
  const place = new Int32Array(levels).fill(top.length);
  for (const [index, code] of top.entries()) place[code] = index;
  return codes.map((code) => (code < 0 ? -1 : (place[code] as number)));
}

function lengthsOf(
  levels: readonly string[],
  counts: Int32Array,
): { minLength: number | null; maxLength: number | null } {
  let minLength = Number.POSITIVE_INFINITY;
  let maxLength = 0;
  for (const [code, level] of levels.entries()) {
    if (counts[code] === 0) continue;
    const length = codePoints(level);
    if (length < minLength) minLength = length;
    if (length > maxLength) maxLength = length;
  }
  return Number.isFinite(minLength) ? { minLength, maxLength } : { minLength: null, maxLength: null };
}

function codePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const before = text.charCodeAt(i - 1);
    if (unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff) count--;
  }
  return count;
}
