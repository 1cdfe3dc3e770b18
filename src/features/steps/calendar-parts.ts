/** What a time can become, in float64; the graph's own arithmetic (calendar-graph.ts) gives the same numbers. */

export const DAY = 86_400;
export const FIRST = -62_135_596_800; // 0001-01-01T00:00:00Z
export const LAST = 253_402_300_799; // 9999-12-31T23:59:59Z

/** Parts that run in a circle: how many values there are, and the first of them. */
const CIRCLES = {
  month: { period: 12, first: 1 },
  day_of_week: { period: 7, first: 0 },
  day_of_year: { period: 366, first: 1 },
  hour: { period: 24, first: 0 },
  minute: { period: 60, first: 0 },
} as const;

const PLAIN_PARTS = [
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'day_of_week',
  'day_of_year',
  'hour',
  'minute',
  'second',
  'weekend',
] as const;

export type Circle = keyof typeof CIRCLES;
export type PlainPart = (typeof PLAIN_PARTS)[number];
export type CyclicPart = `${Circle}_${'sin' | 'cos'}`;
export type Part = PlainPart | CyclicPart | 'elapsed';

/** Every name that the parameter `parts` takes. */
export const PARTS: readonly Part[] = [
  ...PLAIN_PARTS,
  'elapsed',
  ...(Object.keys(CIRCLES) as Circle[]).flatMap((circle) => [`${circle}_sin`, `${circle}_cos`] as const),
];

export interface CyclicTable {
  readonly part: Circle;
  /** The part's smallest value, which is the table's first. */
  readonly first: number;
  readonly values: Float64Array;
}

const TABLES: ReadonlyMap<Part, CyclicTable> = new Map(
  (Object.keys(CIRCLES) as Circle[]).flatMap((part) =>
    (['sin', 'cos'] as const).map((wave): [Part, CyclicTable] => {
      const { period, first } = CIRCLES[part];
      const values = Float64Array.from({ length: period }, (_, i) =>
        tidy(Math[wave]((2 * Math.PI * i) / period)),
      );
      return [`${part}_${wave}`, { part, first, values }];
    }),
  ),
);

/** The table of a cyclical part: sine or cosine of 2π·(value - first)/period. */
export function cyclicTable(part: Part): CyclicTable | undefined {
  return TABLES.get(part);
}

/**
 * 15 decimals: no engine's sine differs that early, and the quarters of the circle come out as 0, 1 and -1.
 */
function tidy(value: number): number {
  return Math.round(value * 1e15) / 1e15 + 0;
}

/** One part of every time; NaN where the time is missing. Times outside the years 1 to 9999 are the nearest in them. */
export function partOfTimes(part: PlainPart, times: Float64Array): Float64Array {
  const date = new Date(0);
  return times.map((seconds) => {
    if (Number.isNaN(seconds)) return Number.NaN;
    date.setTime(clampTime(seconds) * 1000);
    return plainPart(part, date);
  });
}

export function clampTime(seconds: number): number {
  return Math.min(Math.max(seconds, FIRST), LAST);
}

function plainPart(part: PlainPart, date: Date): number {
  switch (part) {
    case 'year':
      return date.getUTCFullYear();
    case 'quarter':
      return Math.floor(date.getUTCMonth() / 3) + 1;
    case 'month':
      return date.getUTCMonth() + 1;
    case 'week':
      return isoWeek(date);
    case 'day':
      return date.getUTCDate();
    case 'day_of_week':
      return dayOfWeek(date);
    case 'day_of_year':
      return dayOfYear(date);
    case 'hour':
      return date.getUTCHours();
    case 'minute':
      return date.getUTCMinutes();
    case 'second':
      return date.getUTCSeconds();
    case 'weekend':
      return dayOfWeek(date) >= 5 ? 1 : 0;
  }
}

/** Monday = 0. */
function dayOfWeek(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

function dayOfYear(date: Date): number {
  // setUTCFullYear, for Date.UTC takes the years 0 to 99 as 1900 to 1999.
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start.getTime()) / (DAY * 1000)) + 1;
}

/** A week belongs to the year of its Thursday (ISO 8601). */
function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (3 - dayOfWeek(date)) * DAY * 1000);
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1;
}
