import { type Anomaly, counted, NAMED_ROWS } from './anomaly.js';
import { columnOfRole, type Schema } from './schema.js';
import { findColumn, type Table } from './table.js';

/** How much each row counts: the numbers of the column with the role `weight`; undefined where there is none. */
export function rowWeights(table: Table, schema: Schema): Float64Array | undefined {
  const name = columnOfRole(schema, 'weight')?.name;
  const column = name === undefined ? undefined : findColumn(table, name);
  return column?.kind === 'number' ? column.values : undefined;
}

/** An error where a weight is missing or not above 0. */
export function validateWeights(table: Table, schema: Schema): readonly Anomaly[] {
  const column = columnOfRole(schema, 'weight')?.name ?? '';
  const weights = rowWeights(table, schema);
  const rows: number[] = [];
  let count = 0;
  weights?.forEach((weight, row) => {
    if (weight > 0 && weight < Infinity) return;
    count++;
    if (rows.length < NAMED_ROWS) rows.push(row + 1);
  });
  const [first] = rows;
  if (weights === undefined || first === undefined) return [];
  const weight = weights[first - 1] as number;
  const what = Number.isNaN(weight) ? 'none' : String(weight);
  const message = `"${column}" has ${counted(count, 'weight')} that are not above 0: row ${first} has ${what}`;
  return [{ column, kind: 'bad-weight', severity: 'error', message, count, rows }];
}
