import { type Anomaly, counted } from './anomaly.js';
import { decimalFromText } from './decimal.js';
import type { ColumnType } from './schema.js';
import type { StringColumn } from './table.js';

/** Fewer cells on either side may be a coincidence. */
const MIN_CELLS = 20;

/**
 * What is to be said of text that has numbers among it: where the column changes from numbers to words, or back, and
 * stays so, or that it is mostly numbers. A change in what is nothing but text is an error; in a category or an
 * identifier, which a table may be sorted by, a warning. O(rows).
 */
export function mixedTypes(column: StringColumn, type: ColumnType): Anomaly[] {
  const isNumber = column.levels.map((level) => !Number.isNaN(decimalFromText(level)));
  const change = changeOf(column, isNumber);
  if (change !== undefined) return [changed(column, change, type)];
  return type === 'category' ? [] : mostlyNumbers(column, isNumber);
}

interface Change {
  /** Row from 0 of the first cell of the other kind. */
  readonly row: number;
  readonly count: number;
  readonly toNumbers: boolean;
}

function changeOf({ codes }: StringColumn, isNumber: readonly boolean[]): Change | undefined {
  let first: boolean | undefined;
  let [row, before, count] = [-1, 0, 0];
  for (let at = 0; at < codes.length; at++) {
    const own = isNumber[codes[at] as number];
    if (own === undefined) continue;
    first ??= own;
    if (own === first) {
      if (row >= 0) return undefined;
      before++;
    } else {
      if (row < 0) row = at;
      count++;
    }
  }
  if (before < MIN_CELLS || count < MIN_CELLS) return undefined;
  return { row, count, toNumbers: first === false };
}

function changed({ name, codes, levels }: StringColumn, change: Change, type: ColumnType): Anomaly {
  const { row, count, toNumbers } = change;
  const [here, there] = toNumbers ? ['other text', 'numbers'] : ['numbers', 'other text'];
  const level = JSON.stringify(levels[codes[row] as number]);
  const isError = type === 'text';
  const advice = `; mend it, leave it out with --drop ${name}, or name its type in a schema file`;
  return {
    column: name,
    kind: 'odd-cells',
    severity: isError ? 'error' : 'warning',
    message: `"${name}" changes its type: ${here} up to row ${row}, ${there} from row ${row + 1} on, which has ${level}${isError ? advice : ''}`,
    count,
    rows: [row + 1],
  };
}

function mostlyNumbers({ name, codes, levels }: StringColumn, isNumber: readonly boolean[]): Anomaly[] {
  let [present, count, first] = [0, 0, -1];
  codes.forEach((code, row) => {
    if (code < 0) return;
    present++;
    if (isNumber[code] === true) return;
    count++;
    if (first < 0) first = row;
  });
  if (count === 0 || count > present / 2) return [];
  const message =
    `"${name}" is taken as text, for ${counted(count, 'cell')} of ${present} are no numbers: row ${first + 1} has ` +
    `${JSON.stringify(levels[codes[first] as number])}; leave cells empty where the value is not known`;
  return [{ column: name, kind: 'odd-cells', severity: 'warning', message, count, rows: [first + 1] }];
}
