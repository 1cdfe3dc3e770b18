import { type CellValue, tableFromRecords } from '../data/cell.js';
import { type ColumnSchema, columnKind } from '../data/schema.js';
import type { Table } from '../data/table.js';
import type { Baseline } from '../monitoring/baseline.js';
import type { Random } from '../stats/random.js';

const YEAR_2020 = 1_577_836_800;
const TEN_YEARS = 315_360_000;

/**
 * Rows as a model might meet them: values out of its baseline where it has one (then a cell is missing about as often
 * as it was in training), else values that its columns allow.
 * @returns what is in the way where a column does not say which values it takes
 */
export function madeUpTable(
  columns: readonly ColumnSchema[],
  baseline: Baseline | null,
  rows: number,
  random: Random,
): { readonly table: Table } | { readonly problem: string } {
  const makers: ((random: Random) => CellValue)[] = [];
  for (const column of columns) {
    const maker = fromBaseline(column, baseline) ?? fromSchema(column);
    if (maker === null) return { problem: `it does not say which values the column "${column.name}" takes` };
    makers.push(maker);
  }
  const records = Array.from({ length: rows }, () => makers.map((make) => make(random)));
  return { table: tableFromRecords(columns, records) };
}

function fromBaseline(
  { name }: ColumnSchema,
  baseline: Baseline | null,
): ((random: Random) => CellValue) | null {
  const column = baseline?.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return null;
  const values = column.kind === 'string' ? column.levels.map(([level]) => level) : column.sample;
  if (values.length === 0) return null;
  return (random) =>
    random.next() < column.missing ? null : (values[random.int(values.length)] as CellValue);
}

function fromSchema(column: ColumnSchema): ((random: Random) => CellValue) | null {
  if (columnKind(column.type) === 'string') {
    const { levels } = column;
    return levels === undefined ? null : (random) => levels[random.int(levels.length || 1)] ?? '';
  }
  if (column.type === 'time') return (random) => YEAR_2020 + random.int(TEN_YEARS);
  const { min = -3, max = 3 } = column;
  return (random) => {
    const value = min + (max - min) * random.next();
    return column.type === 'integer' ? Math.round(value) : value;
  };
}
