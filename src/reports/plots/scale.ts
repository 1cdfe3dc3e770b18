import { atStep, niceStep } from '../../stats/nice-step.js';

/** From a value to a place on the paper. */
export type Scale = (value: number) => number;

/** Straight from a range of values to a range of places; everything in the middle where the values are one. */
export function linearScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  // Halves, for the ends may be further apart than the largest double.
  const halfSpan = to / 2 - from / 2;
  if (!(halfSpan > 0)) return () => (start + end) / 2;
  return (value) => start + ((value / 2 - from / 2) / halfSpan) * (end - start);
}

export interface Ticks {
  readonly values: readonly number[];
  readonly step: number;
}

/** Round values within a range, about `count` of them. */
export function ticksWithin(from: number, to: number, count: number): Ticks {
  if (!(to > from) || !Number.isFinite(to - from)) return { values: [from], step: 1 };
  const step = niceStep((to - from) / count);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  if (last - first > 2 * count || !Number.isSafeInteger(first))
    return { values: [from, to], step: to - from };
  return { values: Array.from({ length: last - first + 1 }, (_, i) => atStep(first + i, step)), step };
}

/** A range widened to round values, with 0 in it where that is not far away. */
export function roundRange(values: readonly number[], count = 3): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const from = low >= 0 && low < high * 0.7 ? 0 : low;
  const to = high <= 0 && high > low * 0.7 ? 0 : high;
  if (!(to > from)) return to > 0 ? [0, to] : to < 0 ? [to, 0] : [0, 1];
  const step = niceStep((to - from) / count);
  const range = [Math.floor(from / step) * step, Math.ceil(to / step) * step] as const;
  return Number.isFinite(range[1] - range[0]) ? range : [from, to];
}
