/** What is said of a figure that is not known, whatever a document's types promise: JSON turns NaN into null. */
const UNKNOWN = '–';
/** Digits that a person compares figures by. */
const SIGNIFICANT = 4;

/** A number, or its digits, with commas between thousands: 12,345. */
export function formatCount(value: number | string): string {
  if (typeof value !== 'string' && !isKnown(value)) return UNKNOWN;
  const [whole = '', ...rest] = String(value).split('.');
  if (!/^-?\d+$/.test(whole)) return String(value);
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.');
}

/** Whether there is a figure: what could not be computed may come as null, NaN or infinity, or not at all. */
export function isKnown(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A figure by its first four digits; whole numbers below a million as they are; – for what is not known. */
export function formatFigure(value: number | null | undefined): string {
  if (!isKnown(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return minus(formatCount(value));
  if (size >= 1e12 || size < 1e-4) return minus(value.toExponential(2).replace('e+', 'e'));
  return minus(formatCount(Number(value.toPrecision(Math.max(SIGNIFICANT, digitsOf(size))))));
}

/** Digits before the point, so that 1,234,567 is not rounded to 1,235,000. */
function digitsOf(size: number): number {
  return size < 1 ? 0 : Math.min(Math.floor(Math.log10(size)) + 1, 12);
}

/** A metric, so that those of one kind stand under each other: four decimals below 10, else four digits. */
export function formatScore(value: number | null | undefined): string {
  if (!isKnown(value) || Math.abs(value) >= 10 || (value !== 0 && Math.abs(value) < 1e-4))
    return formatFigure(value);
  return formatFixed(value, 4);
}

/** The ends of an interval: `0.91 to 0.93`; nothing where one is not known. */
export function formatInterval(low: number | null | undefined, high: number | null | undefined): string {
  return isKnown(low) && isKnown(high) ? `${formatScore(low)} to ${formatScore(high)}` : '';
}

/** Seconds for people: 12 ms, 3.4 s, 2 min 5 s. */
export function formatSeconds(seconds: number | null | undefined): string {
  if (!isKnown(seconds) || seconds < 0) return UNKNOWN;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const [minutes, rest] = [Math.floor(Math.round(seconds) / 60), Math.round(seconds) % 60];
  return minutes < 60
    ? `${minutes} min ${rest} s`
    : `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A figure that lies about 0, by so many decimals: what rounds to 0 has no sign. */
export function formatFixed(value: number, decimals: number): string {
  if (!isKnown(value)) return UNKNOWN;
  const text = formatCount(value.toFixed(decimals));
  return minus(Number(text) === 0 ? text.replace('-', '') : text);
}

/** A figure at an axis or an edge, where `step` is the distance to the next: no more decimals than tell them apart. */
export function formatAtStep(value: number, step: number): string {
  if (!isKnown(value) || !isKnown(step)) return UNKNOWN;
  const size = Math.max(Math.abs(value), step);
  if (size >= 1e9 || step < 1e-6)
    return minus(Number(value.toPrecision(6)).toExponential().replace('e+', 'e'));
  const decimals = step >= 1 && Number.isInteger(step) ? 0 : Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return minus(formatCount(Number(value.toFixed(decimals))));
}

/** 1.2 M, 35 k: a count at an axis. */
export function formatShort(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  return value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))} k` : formatCount(value);
}

/** 0.123 → 12.3 %; what is there but too little to be seen is said to be so. */
export function formatShare(value: number): string {
  if (!isKnown(value * 100)) return UNKNOWN;
  if (value > 0 && value < 0.0005) return '< 0.1 %';
  if (value < 1 && value > 0.9995) return '> 99.9 %';
  return `${(value * 100).toFixed(1)} %`;
}

/** Bytes for people: 2.46 MB. */
export function formatBytes(bytes: number): string {
  if (!isKnown(bytes) || bytes < 0) return UNKNOWN;
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** Coordinates need no more than a tenth of a pixel; what has no place is put at the edge. */
export function coordinate(value: number): string {
  if (!isKnown(value)) return '0';
  return String(Math.round(value * 10) / 10);
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}
