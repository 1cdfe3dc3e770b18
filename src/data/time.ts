import { decimalFromText } from './decimal.js';
import type { TimeFormat } from './schema.js';

/** Clock and zone after a date: `T` or a space, HH:MM, optional seconds and fraction, optional zone. */
const CLOCK = String.raw`(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?`;
const ISO = new RegExp(`^(\\d{4})([-/])(\\d{1,2})\\2(\\d{1,2})${CLOCK}$`);
const DAY_OR_MONTH_FIRST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${CLOCK}$`);

/** Two-digit years: 69–99 are 1969–1999, 00–68 are 2000–2068 (POSIX `strptime`, %y). */
const PIVOT = 69;

/**
 * Seconds since 1970-01-01T00:00:00Z in trimmed text, fractions floored; NaN when the text is no valid
 * time of the format. Without a zone the time is UTC. Year-first text is read under every format, for it
 * has one reading only.
 */
export function timeFromText(text: string, format: TimeFormat): number {
  const iso = ISO.exec(text);
  if (iso !== null) return seconds(Number(iso[1]), Number(iso[3]), Number(iso[4]), iso);
  if (format === 'iso') return Number.NaN;
  if (format === 'epoch') return epoch(decimalFromText(text));
  const parts = DAY_OR_MONTH_FIRST.exec(text);
  if (parts === null) return Number.NaN;
  const [first, second] = [Number(parts[1]), Number(parts[3])];
  const [day, month] = format === 'dmy' ? [first, second] : [second, first];
  return seconds(fullYear(parts[4] as string), month, day, parts);
}

/** Largest distance from 1970 that a JavaScript date can show, in seconds. */
const MAX_SECONDS = 8.64e12;

/** A number of seconds as a whole one; NaN when it is beyond what a date can be. */
export function epoch(value: number): number {
  return Math.abs(value) <= MAX_SECONDS ? Math.floor(value) : Number.NaN;
}

/** Which of day-first and month-first a text proves: a part above 12 cannot be a month. */
export function provenOrder(text: string): 'dmy' | 'mdy' | 'either' | 'neither' {
  const dmy = !Number.isNaN(timeFromText(text, 'dmy'));
  const mdy = !Number.isNaN(timeFromText(text, 'mdy'));
  if (dmy && mdy) return 'either';
  if (dmy) return 'dmy';
  return mdy ? 'mdy' : 'neither';
}

/** True for text that one of the formats but `epoch` could read: cheap enough to ask of every level. */
export function looksLikeTime(text: string): boolean {
  return ISO.test(text) || DAY_OR_MONTH_FIRST.test(text);
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return year >= PIVOT ? 1900 + year : 2000 + year;
}

/** `clock[5..8]`: hours, minutes, seconds, zone of the {@link CLOCK} pattern. */
function seconds(year: number, month: number, day: number, clock: RegExpExecArray): number {
  const [hour, minute, second] = [Number(clock[5] ?? 0), Number(clock[6] ?? 0), Number(clock[7] ?? 0)];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  return daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset(clock[8]);
}

/** Offset from UTC in seconds that a time in text has; 0 where it has none. */
export function offsetOf(text: string): number {
  return text.length <= 10 ? 0 : offset((ISO.exec(text) ?? DAY_OR_MONTH_FIRST.exec(text))?.[8]);
}

function offset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)];
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (hours * 3600 + minutes * 60) * (zone.startsWith('-') ? -1 : 1);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, chrono-compatible date algorithms). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
