/** Seconds of the units into which a stretch of time is cut: those that divide a day, days, weeks. */
const UNIT_SECONDS = [
  1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800,
] as const;
const WEEK = 604_800;
/** 1970-01-05, a Monday. */
const FIRST_MONDAY = 4 * 86_400;
/** Months in the longer units. */
const UNIT_MONTHS = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000] as const;

/**
 * Edges of at most `maxBins` bins, about, that begin where a clock or calendar begins a unit: minutes, hours, days,
 * weeks (Mondays), months, quarters, years. Epoch seconds, UTC; the last edge lies after `last`.
 */
export function timeEdges(first: number, last: number, maxBins: number): number[] {
  for (const unit of UNIT_SECONDS) {
    if ((last - first) / unit > maxBins) continue;
    const origin = unit === WEEK ? FIRST_MONDAY : 0;
    const start = Math.floor((first - origin) / unit);
    const end = Math.floor((last - origin) / unit) + 1;
    return Array.from({ length: end - start + 1 }, (_, i) => origin + (start + i) * unit);
  }
  const [start, end] = [monthOf(first), monthOf(last)];
  const unit = UNIT_MONTHS.find((months) => (end - start) / months <= maxBins) ?? end - start;
  const from = Math.floor(start / unit);
  const to = Math.floor(end / unit) + 1;
  return Array.from({ length: to - from + 1 }, (_, i) => startOfMonth((from + i) * unit));
}

/** Months since January of the year 0. */
function monthOf(seconds: number): number {
  const date = new Date(seconds * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function startOfMonth(month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), month - Math.floor(month / 12) * 12, 1);
  return date.getTime() / 1000;
}
