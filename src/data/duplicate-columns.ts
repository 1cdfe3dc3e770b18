import type { Anomaly } from './anomaly.js';
import { sampleRows } from './sample.js';
import { featureColumns, type Schema } from './schema.js';
import { correlation } from './single-column-fit.js';
import {
  type Column,
  type NumberColumn,
  selectColumns,
  type Table,
  type TimeColumn,
  takeRows,
} from './table.js';

/** |r| from which two numbers are called the same. */
const SAME = 0.999;
/** A first look at few rows spares most pairs the whole sample. */
const FIRST_LOOK = { rows: 1000, r: 0.99 };
/** Pairs grow with the square: of more numeric columns only one-to-one relations are looked for. */
const MAX_NUMERIC = 300;

/**
 * Warnings for feature columns that say the same as an earlier one: each value of the one goes with one value of
 * the other (missing is a value too), or two numbers are as good as proportional. On a sample of the rows.
 */
export function findDuplicateColumns(table: Table, schema: Schema): readonly Anomaly[] {
  const features = selectColumns(
    table,
    featureColumns(schema).map(({ name }) => name),
  );
  const { columns } = takeRows(features, sampleRows(table.rows));
  const found = new Map<string, Anomaly>();
  const bySignature = new Map<number, { readonly name: string; readonly codes: Int32Array }[]>();
  for (const column of columns) {
    const codes = firstSeenCodes(column);
    if (codes === undefined) continue;
    const signature = signatureOf(codes);
    const alike = bySignature.get(signature) ?? [];
    const twin = alike.find((other) => codes.every((code, row) => code === other.codes[row]));
    if (twin === undefined) {
      alike.push({ name: column.name, codes });
      bySignature.set(signature, alike);
    } else {
      const message = `each value of "${column.name}" goes with one value of "${twin.name}": one of them is enough`;
      found.set(column.name, { column: column.name, kind: 'duplicate-column', severity: 'warning', message });
    }
  }
  const numeric = columns.filter((column) => column.kind !== 'string' && !found.has(column.name));
  if (numeric.length <= MAX_NUMERIC) {
    for (const anomaly of proportional(numeric as readonly (NumberColumn | TimeColumn)[]))
      found.set(anomaly.column, anomaly);
  }
  return [...found.values()];
}

function proportional(columns: readonly (NumberColumn | TimeColumn)[]): Anomaly[] {
  return columns.flatMap((column, index) => {
    const twin = columns.slice(0, index).find((other) => {
      const step = Math.ceil(column.values.length / FIRST_LOOK.rows);
      const first = correlation(column.values, other.values, step);
      return Math.abs(first) >= FIRST_LOOK.r && Math.abs(correlation(column.values, other.values)) >= SAME;
    });
    if (twin === undefined) return [];
    const r = correlation(column.values, twin.values);
    const message = `"${column.name}" is almost proportional to "${twin.name}" (r = ${r.toFixed(4)}): one of them is enough`;
    return [{ column: column.name, kind: 'duplicate-column', severity: 'warning', message }];
  });
}

/**
 * Values numbered in order of first appearance, which is the same for columns that are one-to-one. Undefined for
 * columns of one value, or of so many that any two would go together.
 */
function firstSeenCodes(column: Column): Int32Array | undefined {
  const values: ArrayLike<number> = column.kind === 'string' ? column.codes : column.values;
  const codeOf = new Map<number, number>();
  const codes = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    const code = codeOf.get(value) ?? codeOf.size;
    if (code === codeOf.size) codeOf.set(value, code);
    if (codeOf.size > values.length / 2) return undefined;
    codes[row] = code;
  }
  return codeOf.size < 2 ? undefined : codes;
}

/** FNV-1a. */
function signatureOf(codes: Int32Array): number {
  let hash = 0x811c9dc5;
  for (const code of codes) hash = Math.imul(hash ^ code, 0x01000193);
  return hash;
}
