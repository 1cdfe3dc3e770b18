import { isKnown } from '../format.js';
import type { Slice, Slices } from './report.js';

export interface NamedSlice {
  readonly column: string;
  readonly slice: Slice;
}

/** Slices with a value, the worst first; where some are known to be worse than chance would have it, those alone. */
export function worstSlices({ columns, better }: Slices): readonly NamedSlice[] {
  const all = columns.flatMap(({ column, slices }) => slices.map((slice) => ({ column, slice })));
  const known = all.filter(({ slice }) => isKnown(slice.value));
  const isJudged = known.some(({ slice }) => slice.isWorse !== undefined);
  const sign = better === 'higher' ? 1 : -1;
  return known
    .filter(({ slice }) => !isJudged || slice.isWorse === true)
    .toSorted((a, b) => sign * ((a.slice.value ?? 0) - (b.slice.value ?? 0)));
}
