import type { Style } from './command.js';

/** A number for a table: four significant decimals, integers whole, – for what is not known. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(3);
  return size >= 1000 ? value.toFixed(1) : value.toFixed(4);
}

/** 0.123 → `12.3 %`. */
export function formatShare(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

/** A share of which some is there: never 0 %. */
export function formatSmallShare(value: number): string {
  return value > 0 && value < 0.0005 ? '< 0.1 %' : formatShare(value);
}

/** Text out of a table for one cell on the screen: control characters shown as `\\uXXXX`, long text cut. */
export function cellForScreen(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}

/** Milliseconds for people: `843 ms`, `12.4 s`, `3 min 20 s`. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** `2026-11-23T05:10:00.123Z` → `2026-11-23 05:10:00Z`. */
export function formatTime(iso: string | null): string {
  return iso === null ? '–' : `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
}

/** `key  value` lines with the keys aligned. */
export function fieldLines(
  fields: readonly (readonly [name: string, value: string])[],
  style: Style,
): string[] {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${value}`);
}

/** Stage names in the colour of how live they are. */
export function stageText(stage: string, style: Style): string {
  if (stage === 'production') return style.good(stage);
  if (stage === 'staging') return style.accent(stage);
  return stage === 'archived' ? style.dim(stage) : stage;
}
