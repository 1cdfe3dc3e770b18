import type { Anomaly } from './anomaly.js';
import { areCodes } from './cell-notes.js';
import { decimalFromText } from './decimal.js';
import type { StringColumn } from './table.js';

/** Digits in groups of three, with or without a fraction: 1,234 · 1.234.567,8 · 1'234.5 · 1 234 */
const GROUPED = /^[+-]?\d{1,3}(?:([,.'’ \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
/** Cells that are no numbers in any notation, beyond which a column is not meant as one. */
const OTHER_SHARE = 0.01;

/**
 * The warning for a column of text that people would read as numbers: it is never guessed how. Where thousands
 * are set apart or a comma stands before the decimals, and where numbers of one width begin with zeros.
 * @param counts rows of each level
 */
export function numberFormat(column: StringColumn, counts: Float64Array): Anomaly | undefined {
  const { name, levels } = column;
  if (areCodes(levels)) {
    const level = levels.findIndex((text) => text.startsWith('0'));
    return warning(
      column,
      level,
      `"${name}" is taken as text, for its values are of one width and begin with zeros`,
      '',
    );
  }
  const present = counts.reduce((sum, count) => sum + count, 0);
  let [first, other, count] = [-1, 0, 0];
  for (let level = 0; level < levels.length; level++) {
    const text = levels[level] as string;
    if (GROUPED.test(text) || DECIMAL_COMMA.test(text)) {
      if (Number.isNaN(decimalFromText(text))) {
        if (first === -1) first = level;
        count += counts[level] as number;
      }
    } else if (Number.isNaN(decimalFromText(text))) other += counts[level] as number;
    if (other > Math.max(1, OTHER_SHARE * present)) return undefined;
  }
  if (first === -1 || count <= other) return undefined;
  const what = DECIMAL_COMMA.test(levels[first] as string)
    ? 'numbers with a comma, which may stand before decimals or thousands'
    : 'numbers with thousands set apart';
  const fix = 'Write numbers with a decimal point and nothing between thousands, such as 1234.5';
  return { ...warning(column, first, `"${name}" is taken as text, for it holds ${what}`, fix), count };
}

function warning({ name, codes, levels }: StringColumn, level: number, what: string, fix: string): Anomaly {
  const example = `row ${codes.indexOf(level) + 1} has ${JSON.stringify(levels[level])}`;
  const message = `${what}: ${example}${fix === '' ? '' : `. ${fix}`}.`;
  return { column: name, kind: 'number-format', severity: 'warning', message };
}
