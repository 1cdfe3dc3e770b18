import type { ColumnSchema } from '../../data/schema.js';

/** A row that the model takes: levels and middles of what its columns held in training. */
export function exampleRow(columns: readonly ColumnSchema[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(columns.map((column) => [column.name, exampleValue(column)]));
}

/** A value that the column takes in JSON. */
export function exampleValue({
  type,
  levels,
  min,
  max,
  timeFormat = 'iso',
}: ColumnSchema): string | number | boolean {
  const middle = ((min ?? 0) + (max ?? 2)) / 2;
  switch (type) {
    case 'number':
      return Number(middle.toPrecision(4));
    case 'integer':
      return Math.round(middle);
    case 'boolean':
      return true;
    case 'time': {
      const seconds = max ?? 1_767_225_600;
      const iso = new Date(seconds * 1000).toISOString();
      if (timeFormat !== 'iso') return seconds;
      return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : `${iso.slice(0, 19)}Z`;
    }
    case 'category':
    case 'text':
    case 'identifier':
      return levels?.find((level) => level !== '') ?? 'text';
  }
}
